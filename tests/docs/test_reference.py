"""The reference pages leave nothing without words."""

import dataclasses
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))

import reference

CLASSES = sorted(
    {kind for _prefix, kind in reference.all_settings()}, key=lambda kind: kind.__qualname__
)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__qualname__)
def test_every_setting_has_a_documented_meaning(kind):
    docs = reference.attribute_docs(kind)
    silent = [f.name for f in dataclasses.fields(kind) if not docs.get(f.name)]
    if kind.__name__ == "Constants":  # each of its parts is a class with a table of its own
        silent = [n for n in silent if not dataclasses.is_dataclass(getattr(kind(), n))]
    assert silent == []


def test_a_class_without_words_would_be_noticed():
    @dataclasses.dataclass
    class Silent:
        """Nothing said."""

        rate: float = 1.0

    assert reference.attribute_docs(Silent) == {}


@pytest.mark.parametrize("page", sorted(reference.PAGES))
def test_a_page_has_a_title_and_a_body(page):
    text = reference.PAGES[page]()
    assert text.startswith("# ")
    assert len(text.splitlines()) > 5
