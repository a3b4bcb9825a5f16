"""What no file of the repository may hold."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".yaml", ".yml", ".md", ".toml", ".cff", ".csv", ".js", ".html", ".css", ".lock", ""}
MACHINE_PATH = re.compile(r"(?<![\w.~:/])/(?:home|Users|root|work|tmp|mnt)/[\w.]")
SELF = "tests/layers/test_contents.py"


def tracked():
    """Text files under version control, or all of a folder that is under none."""
    answer = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True)
    if answer.returncode == 0:
        names = answer.stdout.splitlines()
    else:
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]
    files = [name for name in names if Path(name).suffix in TEXT and not name.startswith(".venv")]
    return [name for name in files if name != SELF and (ROOT / name).is_file()]


def test_no_file_names_a_folder_of_somebodys_machine():
    found = {
        name: MACHINE_PATH.findall((ROOT / name).read_text(encoding="utf-8", errors="replace"))
        for name in tracked()
    }
    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize("path", ["/home/anna/data", "'/tmp/out'", "(/Users/x)", "=/root/.venv"])
def test_the_pattern_sees_paths_of_machines(path):
    assert MACHINE_PATH.search(path)


@pytest.mark.parametrize("text", ["https://x.org/home/a", "a/work/b", "./tmp/x", "outputs/run"])
def test_the_pattern_lets_other_text_pass(text):
    assert not MACHINE_PATH.search(text)


def test_the_lock_names_only_the_public_index():
    lock = ROOT / "uv.lock"
    if not lock.is_file():
        pytest.skip("the repository has no uv.lock")
    hosts = set(re.findall(r"https?://([^/\"]+)", lock.read_text(encoding="utf-8")))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
