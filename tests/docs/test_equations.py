"""Every equation of the model description names the function that implements it."""

import importlib
import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "model.md").read_text("utf-8")
EQUATIONS = dict(re.findall(r"^\*\*(E\d+)\. [^*]+\*\* \(`([\w.]+)`\)$", TEXT, flags=re.MULTILINE))
NAMES = sorted(set(re.findall(r"`(sim(?:\.\w+){2,})`", TEXT)) | set(EQUATIONS.values()))


def resolve(name):
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError:
        owner, _, kind = module.rpartition(".")
        return getattr(getattr(importlib.import_module(owner), kind), attribute)


def test_the_equations_are_e1_to_e20_in_order():
    assert list(EQUATIONS) == [f"E{n}" for n in range(1, 21)]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_description_names_is_in_the_code(name):
    assert resolve(name) is not None


@pytest.mark.parametrize(("equation", "name"), EQUATIONS.items())
def test_an_equation_is_implemented_by_a_function(equation, name):
    assert callable(resolve(name)), f"{equation} names {name}"
