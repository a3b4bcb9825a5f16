"""What is handed out works away from the checkout: the wheel, and a wheel made from the sdist."""

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CARRIED = {
    "sim/py.typed",
    "calibration/py.typed",
    "experiments/py.typed",
    "sim/configs/config.yaml",
    "sim/configs/scenario/no_revolt.yaml",
    "calibration/evidence/observations.csv",
    "calibration/evidence/second_reading.csv",
    "calibration/evidence/splits.yaml",
    "calibration/posterior/posterior.parquet",
    "calibration/posterior/predictions.csv",
    "experiments/app/page/index.html",
    "experiments/app/page/fonts/source-sans-3.woff2",
}

pytestmark = pytest.mark.slow


def call(*words, cwd):
    """Run a command with nothing of this checkout on its path."""
    free = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=free, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    """Python with nothing but the build backend."""
    folder = tmp_path_factory.mktemp("backend")
    call(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    call(python, "-m", "pip", "install", "--quiet", *needs, cwd=folder)
    return python


@pytest.fixture(scope="module")
def built(backend, tmp_path_factory):
    """The wheel and the sdist of the checkout."""
    folder = tmp_path_factory.mktemp("built")
    call(backend, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """An environment with nothing in it but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    call(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    call(python, "-m", "pip", "install", "--quiet", built[0], cwd=folder)
    return python


def test_the_wheel_carries_configs_evidence_posterior_page_and_types(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = set(wheel.namelist())
    assert names >= CARRIED
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "sim",
        "calibration",
        "experiments",
    }


def test_the_wheel_names_its_extras_and_its_command(built):
    with zipfile.ZipFile(built[0]) as wheel:
        (info,) = {n.split("/")[0] for n in wheel.namelist() if n.endswith(".dist-info/METADATA")}
        metadata = wheel.read(f"{info}/METADATA").decode()
        commands = wheel.read(f"{info}/entry_points.txt").decode()
    for extra in ("app", "parallel", "cluster", "ray", "dask", "docs", "dev"):
        assert f"Provides-Extra: {extra}" in metadata
    assert "starlette" in metadata
    assert "License-Expression: MIT" in metadata
    assert "allegiance = experiments.cli:main" in commands


def test_the_sdist_carries_what_tests_and_documentation_need(built):
    with tarfile.open(built[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {
        "README.md", "LICENSE", "CITATION.cff", "Makefile", "pyproject.toml", ".ci/run",
        "docs/conf.py", "docs/model.md", "tests/docs/test_readme.py", "examples/first_look.py",
        "configs/config.yaml", "calibration/evidence/observations.csv",
    } <= names  # fmt: skip
    assert not [name for name in names if name.startswith(("outputs", "docs/_build", ".venv"))]


def test_the_sdist_builds_the_same_wheel(backend, built, tmp_path):
    with tarfile.open(built[1]) as sdist:
        # Python before 3.11.4 knows no filters and reads no such attribute.
        sdist.extraction_filter = getattr(tarfile, "data_filter", None)
        sdist.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    call(backend, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again", cwd=folder)
    (again,) = (tmp_path / "again").glob("*.whl")
    with zipfile.ZipFile(built[0]) as one, zipfile.ZipFile(again) as other:
        assert {n: one.read(n) for n in one.namelist() if "RECORD" not in n} == {
            n: other.read(n) for n in other.namelist() if "RECORD" not in n
        }


def test_the_main_job_runs_from_an_empty_environment(installed, tmp_path):
    command = installed.parent / "allegiance"
    said = call(command, "run", "size=tiny", "n_replicates=2", "hydra.run.dir=out", cwd=tmp_path)
    assert "parameters: posterior" in said
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"shares.parquet", "scores.parquet", "summary.txt", "figures"} <= made
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "finished"
    assert manifest["evidence_hash"]
    where = call(installed, "-c", "import sim; print(sim.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where


def test_evidence_is_listed_from_an_empty_environment(installed, tmp_path):
    said = call(installed.parent / "allegiance", "evidence", "petrograd_0831", cwd=tmp_path)
    assert "Old Style" in said


def test_the_class_room_says_which_extra_it_lacks(installed, tmp_path):
    done = subprocess.run(
        [str(installed.parent / "allegiance"), "app", "--no-browser"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "allegiance[app]" in done.stderr
