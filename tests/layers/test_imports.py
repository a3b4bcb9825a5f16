"""Who may know whom: read off the imports of every file."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "calibration", "experiments")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FORBIDDEN = {
    "sim": {"hydra", "omegaconf", "calibration", "experiments", "pydantic", "tests"},
    "calibration": {"hydra", "omegaconf", "experiments", "tests"},
    "experiments": {"tests"},
}
EDGE_OF_SIM = "sim/historical.py"
PATHS_AND_FILES = {"pathlib", "yaml", "shutil", "tempfile", "glob", "io"}
USES_OF_OS = {"cpu_count"}


def imported(source):
    """Top-level names of the modules that Python source imports, wherever it does so."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add((node.module or "").partition(".")[0])
    return names


def used_of_os(source):
    """What Python source takes from the module ``os``."""
    tree = ast.parse(source)
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id == "os"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            used |= {alias.name for alias in node.names}
    return used


def called(source):
    """Names of the functions that Python source calls by a bare name."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {function.id for function in calls if isinstance(function, ast.Name)}


def name_of(path):
    """Place of a file in the repository."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_imports_only_downwards(path):
    package = name_of(path).partition("/")[0]
    assert not imported(path.read_text(encoding="utf-8")) & FORBIDDEN[package]


@pytest.mark.parametrize("path", [p for p in SOURCES if name_of(p).startswith("sim/")], ids=name_of)
def test_the_model_knows_no_path_and_no_environment(path):
    source = path.read_text(encoding="utf-8")
    if name_of(path) != EDGE_OF_SIM:
        assert not imported(source) & PATHS_AND_FILES
    assert used_of_os(source) <= USES_OF_OS
    assert "open" not in called(source)


def test_the_reader_of_imports_sees_every_form():
    source = "import hydra.core as h\ndef f():\n    from omegaconf import OmegaConf\n"
    assert imported(source) == {"hydra", "omegaconf"}


def test_the_readers_of_uses_see_the_environment_and_open_files():
    source = "import os\nfrom os import getenv\nx = os.environ['A']\nopen('b')\n"
    assert used_of_os(source) == {"environ", "getenv"}
    assert called(source) == {"open"}


def test_every_package_of_the_wheel_says_that_it_is_typed():
    assert all((ROOT / package / "py.typed").is_file() for package in PACKAGES)


@pytest.mark.parametrize("package", ["sim", "calibration"])
def test_importing_a_lower_package_does_not_load_hydra(package):
    code = f"import sys, {package}; sys.exit(bool({{'hydra', 'omegaconf'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_no_file_is_named_after_a_standard_module():
    assert not {path.stem for path in SOURCES} & (sys.stdlib_module_names - {"__init__"})
