"""Settings of the documentation; the reference pages are written by ``reference.py``."""

import re
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

project = "allegiance"
author = project_copyright = "The allegiance developers"
version = release = installed_version("allegiance")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "allegiance"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["site.css"]


def write_reference(_app: object) -> None:
    """Write the pages that come from the running code, before any page is read."""
    from reference import write_pages

    write_pages(HERE / "reference")


def let_ids_break(_app, _page, _template, context, _doctree) -> None:  # type: ignore[no-untyped-def]
    """Allow a line to break after the underscores and dots of code."""
    if "body" in context:
        context["body"] = re.sub(
            r'(?<=<span class="pre">)[^<]+(?=</span>)',
            lambda found: re.sub(r"(?<=[\w)])([_.])(?=\w)", r"\1<wbr>", found[0]),
            context["body"],
        )


def setup(app) -> None:  # type: ignore[no-untyped-def]
    """Register what is done at each build."""
    app.connect("html-page-context", let_ids_break)
    app.connect("config-inited", lambda app, _config: write_reference(app))
