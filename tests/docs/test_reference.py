"""The reference pages leave nothing without words."""

import dataclasses
import re
import sys
import typing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))

import reference

CLASSES = sorted(
    {kind for _prefix, kind in reference.all_settings()}, key=lambda kind: kind.__qualname__
)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__qualname__)
def test_every_setting_has_a_documented_meaning(kind):
    docs, hints = reference.attribute_docs(kind), typing.get_type_hints(kind)
    silent = [
        field.name
        for field in dataclasses.fields(kind)
        if not (docs.get(field.name) or reference.meaning_of_part(hints[field.name]))
    ]
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


def test_settings_are_named_as_on_the_command_line():
    text = reference.settings_page()
    named = set(re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE))
    assert {"constants.choice.inertia", "event.NAME.enabled", "seed", "figures"} <= named
    assert "score.run" in named
    assert not [name for name in named if name.startswith("model.")]
