"""The documentation builds without a warning and without a network, and its links resolve."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("sphinx", reason="the documentation's tools are not installed (make docs)")
pytest.importorskip("furo", reason="the documentation's tools are not installed (make docs)")

DOCS = Path(__file__).resolve().parents[2] / "docs"

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """Links and link targets of a page, and what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.links, self.targets, self.fetched = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.targets |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in ("img", "script") and given.get("src"):
            self.fetched.append(given["src"])
        if tag == "link" and "stylesheet" in (given.get("rel") or ""):
            self.fetched.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site: path to page."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html",
         "-d", str(folder / "doctrees"), str(DOCS), str(folder / "html")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    paths = (folder / "html").rglob("*.html")
    return {path.resolve(): Page(path.read_text("utf-8")) for path in paths}


def broken(site):
    """Links of the site to pages or places that are not there."""
    found = []
    for path, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link.startswith("//"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not target.is_file() or (place and place not in site[target].targets):
                found.append((path.name, link))
    return found


def test_every_link_inside_the_site_resolves(site):
    assert len(site) > 25
    assert sum(len(page.links) for page in site.values()) > 500
    assert broken(site) == []


def test_a_broken_link_would_be_found(site):
    path = next(iter(site))
    page = Page('<a href="nowhere.html">x</a><a href="#nothing">y</a><a href="#">top</a>')
    assert broken({path: page}) == [(path.name, "nowhere.html"), (path.name, "#nothing")]


def test_a_page_fetches_nothing_from_elsewhere(site):
    fetched = {source for page in site.values() for source in page.fetched}
    assert fetched
    assert not [source for source in fetched if urlsplit(source).scheme or source.startswith("//")]


def test_every_written_page_is_reached_from_the_first(site):
    (index,) = [path for path in site if path.name == "index.html" and path.parent.name == "html"]
    linked = {
        (index.parent / urlsplit(link).path).resolve()
        for link in site[index].links
        if not urlsplit(link).scheme
    }
    written = {
        (index.parent / page.relative_to(DOCS)).with_suffix(".html").resolve()
        for page in DOCS.rglob("*.md")
        if "_build" not in page.parts
    }
    assert written <= linked | {index}
