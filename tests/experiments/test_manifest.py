"""The manifest: equal settings have equal names, and a run's record is true at any moment."""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import manifest
from experiments.errors import OutputError


@dataclass(frozen=True)
class Part:
    weights: dict[str, float]
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    part: Part
    seed: int = 0


SETTINGS = Whole(Part({"a": 0.1, "b": 2.0}, ("1917-03-01",)), seed=7)
TOLD = {"command": "run", "settings": SETTINGS, "overrides": ["seed=7"], "seed": 7}


def test_the_order_of_keys_does_not_change_the_hash():
    other = replace(SETTINGS, part=replace(SETTINGS.part, weights={"b": 2.0, "a": 0.1}))
    assert manifest.settings_hash(other) == manifest.settings_hash(SETTINGS)


@given(seed=st.integers(0, 10**6), weight=st.floats(allow_nan=False, allow_infinity=False))
def test_any_change_changes_the_hash(seed, weight):
    other = Whole(Part({"a": weight, "b": 2.0}, ("1917-03-01",)), seed=seed)
    same = manifest.settings_hash(other) == manifest.settings_hash(SETTINGS)
    assert same == (other == SETTINGS)


def test_the_hash_of_known_settings_is_known():
    # sha256 of '{"part":{"dates":["1917-03-01"],"weights":{"a":0.1,"b":2.0}},"seed":7}'
    known = "f1eb43d24e1e3ccda30bfd84c32c31bbfbc64dcfd9d62cd8f01dc18ba1f50de5"
    assert manifest.settings_hash(SETTINGS) == known


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(TypeError, match="got set"):
        manifest.canonical_json({"parties": {"BO", "ME"}})


def test_the_manifest_says_running_while_the_run_is_on_its_way(tmp_path):
    with manifest.recorded(tmp_path, **TOLD):
        during = manifest.read_manifest(tmp_path)
    after = manifest.read_manifest(tmp_path)
    assert (during["status"], after["status"]) == ("running", "finished")
    assert after["settings"]["part"]["weights"] == {"a": 0.1, "b": 2.0}
    assert after["settings_hash"] == manifest.settings_hash(SETTINGS)
    assert after["overrides"] == ["seed=7"]
    assert after["packages"]["numpy"]
    assert after["started"] <= after["ended"]
    assert after["wall_seconds"] >= 0.0


@pytest.mark.parametrize(
    ("fault", "status"),
    [(RuntimeError("no"), "failed"), (KeyboardInterrupt("no"), "interrupted")],
)
def test_the_manifest_says_how_a_run_broke_off(tmp_path, fault, status):
    with pytest.raises(type(fault), match="no"), manifest.recorded(tmp_path, **TOLD):
        raise fault
    assert manifest.read_manifest(tmp_path)["status"] == status


def test_facts_found_on_the_way_are_kept(tmp_path):
    with manifest.recorded(tmp_path, **TOLD):
        manifest.add_facts(tmp_path, {"n_replicates_finished": 20})
    assert manifest.read_manifest(tmp_path)["n_replicates_finished"] == 20


def test_a_folder_that_is_not_of_a_run_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"not the folder of a run: it has no manifest\.json"):
        manifest.read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(OutputError, match=r"cannot read .*manifest\.json"):
        manifest.read_manifest(tmp_path)


def test_the_code_is_named_without_git(monkeypatch):
    def none(*_args, **_kwargs):
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", none)
    code = manifest.code_version()
    assert code["version"]
    assert (code["commit"], code["dirty"]) == (None, None)


def test_an_install_inside_another_repository_does_not_claim_its_commit(monkeypatch, tmp_path):
    answers = {"rev-parse HEAD": "abc", "rev-parse --show-toplevel": str(tmp_path)}
    monkeypatch.setattr(manifest, "_git", lambda _root, *words: answers.get(" ".join(words), ""))
    assert manifest.code_version()["commit"] is None
    answers["rev-parse --show-toplevel"] = str(Path(manifest.__file__).resolve().parents[1])
    assert manifest.code_version() | {"version": None} == {
        "version": None,
        "commit": "abc",
        "dirty": False,
    }


def test_the_evidence_has_a_name_that_follows_its_files(monkeypatch, tmp_path):
    package = tmp_path / "calibration"
    evidence = package / "evidence"
    evidence.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "calibration", raising=False)
    assert manifest.evidence_hash() is None
    (evidence / "a.csv").write_text("1", encoding="utf-8")
    first = manifest.evidence_hash()
    (evidence / "a.csv").write_text("2", encoding="utf-8")
    second = manifest.evidence_hash()
    (evidence / "a.csv").rename(evidence / "b.csv")
    assert len({first, second, manifest.evidence_hash()}) == 3
