"""Who is cited has a full entry, and what is listed among the methods is cited."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIST = (ROOT / "docs" / "references.md").read_text("utf-8")
METHODS = LIST.partition("## Methods")[2].partition("## The year 1917")[0]
ENTRY = re.compile(r"^- (\w+), [^(\n]*\((\d{4})\)", flags=re.MULTILINE)
NAME = r"[A-Z]\w*[a-z]\w*"
WHO = rf"\b({NAME})(?:(?:, {NAME})* and (?:{NAME}|others)| et al\.)?"
CITED = re.compile(WHO + r" \(?((?:19|20)\d\d)\b")
WITH_TITLE = re.compile(WHO + r', "[^"]+", [^"]{1,50}?\(?((?:19|20)\d\d)\b')
NO_AUTHORS = {
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December", "Run", "Russia", "Spring", "Summer", "Autumn", "Winter",
    "Style", "Petrograd",
}  # fmt: skip


def entries(text):
    return {(author, int(year)) for author, year in ENTRY.findall(text)}


def cited_in(text):
    """Author-year citations; years of the story itself are no citations."""
    flat = re.sub(r"\s+", " ", text)
    found = CITED.findall(flat) + WITH_TITLE.findall(flat)
    return {
        (author, int(year))
        for author, year in found
        if author not in NO_AUTHORS and year not in ("1917", "1918")
    }


def files():
    for folder in ("sim", "calibration", "experiments"):
        yield from (ROOT / folder).rglob("*.py")
    yield from (ROOT / "configs").rglob("*.yaml")
    for page in (ROOT / "docs").rglob("*.md"):
        if page.name != "references.md" and not {"_build", "reference"} & set(page.parts):
            yield page


CITATIONS = {citation: path for path in files() for citation in cited_in(path.read_text("utf-8"))}


@pytest.mark.parametrize("citation", sorted(CITATIONS), ids="{0[0]} {0[1]}".format)
def test_who_is_cited_has_an_entry(citation):
    assert citation in entries(LIST), f"{CITATIONS[citation].relative_to(ROOT)} cites it"


def test_the_methods_that_are_listed_are_cited():
    assert len(entries(METHODS)) > 20
    assert entries(METHODS) <= set(CITATIONS)


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("(Good 1952)", ("Good", 1952)),
        ("Vernon, Goldstein and\nBower 2010", ("Vernon", 2010)),
        ("Müller and others (2013)", ("Müller", 2013)),
        ('Steele, Lea and Flood, "Fast generators", OOPSLA 2014', ("Steele", 2014)),
    ],
)
def test_a_citation_is_seen_in_every_form(text, citation):
    assert cited_in(text) == {citation}


def test_every_entry_has_an_author_a_year_and_a_title():
    lines = [line for line in LIST.splitlines() if line.startswith("- ")]
    assert len(lines) == len(ENTRY.findall(LIST))
    assert all(len(line.partition("). ")[2]) > 10 for line in lines)
