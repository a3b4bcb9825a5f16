"""What the README says can be done can be done."""

import re
import shlex
from pathlib import Path

import pytest

from experiments.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")),
         *sorted((ROOT / "docs" / "howto").glob("*.md")),
         *sorted((ROOT / "docs" / "tutorials").glob("*.md"))]  # fmt: skip


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", TEXT))
def test_a_link_of_the_readme_leads_somewhere(target):
    assert (ROOT / target).exists()


def test_the_make_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, flags=re.MULTILINE))
    assert {"run", "test", "app", "docs"} <= named
    assert all(re.search(rf"^{name}:", makefile, flags=re.MULTILINE) for name in named)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_subcommand_that_a_page_names_exists(page):
    text = page.read_text("utf-8")
    named = [shlex.split(line)[0] for line in
             re.findall(r"(?:^\$ |`|^)allegiance ([a-z]+)", text, flags=re.MULTILINE)]  # fmt: skip
    assert set(named) <= set(COMMANDS)


def test_the_python_of_the_readme_runs_as_printed():
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    names = {}
    exec(compile(program, "README.md", "exec"), names)
    assert names["model"].record.n_recorded == 1
