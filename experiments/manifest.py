"""Where a result comes from: code, settings, evidence, seeds, machine and time."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.errors import OutputError
from experiments.store import write_text

FILE_NAME = "manifest.json"
DISTRIBUTION = "allegiance"
PACKAGES = ("numpy", "scipy", "numba", "mesa", "hydra-core", "omegaconf", "pydantic", "pyarrow")
GIT_SECONDS = 10.0


@contextlib.contextmanager
def recorded(
    folder: Path, *, command: str, settings: Any, overrides: Sequence[str], seed: int
) -> Iterator[None]:
    """Keep ``manifest.json`` true while a run is on its way.

    It says ``running`` from the start and ``finished``, ``failed`` or ``interrupted`` at the
    end; a run that was killed is the one that still says ``running``.

    Parameters
    ----------
    folder : Path
        The run's own folder.
    command : str
        The subcommand, such as ``"run"``.
    settings : dataclass
        What the run was told to do; it is kept whole.
    overrides : sequence of str
        What the person typed.
    seed : int
        Seed of the ensemble.
    """
    clock = time.perf_counter()
    write_manifest(
        folder,
        {
            "command": command,
            "status": "running",
            "overrides": list(overrides),
            "seed": seed,
            "started": _now(),
            "settings_hash": settings_hash(settings),
            "evidence_hash": evidence_hash(),
            "code": code_version(),
            "packages": package_versions(),
            "machine": machine(),
            "settings": _plain(settings),
        },
    )
    end: dict[str, Any] = {"status": "finished"}
    try:
        yield
    except KeyboardInterrupt:
        end = {"status": "interrupted"}
        raise
    except BaseException as error:
        end = {"status": "failed", "error": f"{type(error).__name__}: {error}"}
        raise
    finally:
        add_facts(folder, end | {"ended": _now(), "wall_seconds": time.perf_counter() - clock})


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write ``manifest.json``, whole or not at all."""
    text = json.dumps(_plain(facts), indent=2, ensure_ascii=False)
    write_text(folder / FILE_NAME, text + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read ``manifest.json`` of a run's folder.

    Raises
    ------
    OutputError
        If the folder has none, or it is not JSON.
    """
    path = folder / FILE_NAME
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OutputError(
            f"{folder} is not the folder of a run: it has no {FILE_NAME}. "
            "Name the folder that a run said it wrote to."
        ) from error
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot read {path}: {error}. Repeat the run that made it.") from error
    return facts


def add_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """Add facts to a run's manifest; a fact that is there already is replaced.

    Parameters
    ----------
    folder : Path
        The run's own folder, with a manifest in it.
    facts : mapping of str to any
        What the run found out about itself, such as ``{"n_replicates_finished": 20}``.
    """
    write_manifest(folder, read_manifest(folder) | dict(facts))


def canonical_json(value: Any) -> str:
    """Write a value in the one form that equal values share.

    Parameters
    ----------
    value : any
        Dataclasses, mappings, sequences, numbers, text, truth values and None.

    Returns
    -------
    str
        JSON without spaces, keys sorted.

    Examples
    --------
    >>> canonical_json({"b": (1, 2.5), "a": None})
    '{"a":null,"b":[1,2.5]}'
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def settings_hash(settings: Any) -> str:
    """Give equal settings equal names: SHA-256 of their canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(settings).encode()).hexdigest()


def evidence_hash() -> str | None:
    """Name the evidence that the project carries: SHA-256 of its files, or None without any."""
    package = importlib.util.find_spec("calibration")
    if package is None or not package.submodule_search_locations:
        return None
    folder = Path(next(iter(package.submodule_search_locations))) / "evidence"
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".py"
    )
    if not files:
        return None
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def code_version() -> dict[str, Any]:
    """Name the code: version, and the commit where it runs from its own checkout.

    Returns
    -------
    dict
        ``version``; ``commit`` (None outside a checkout or without git); ``dirty``, whether
        tracked files differ from that commit (None where ``commit`` is).
    """
    root = Path(__file__).resolve().parents[1]
    commit = _git(root, "rev-parse", "HEAD")
    top = _git(root, "rev-parse", "--show-toplevel")
    if commit is None or top is None or Path(top).resolve() != root:
        return {"version": _version(DISTRIBUTION), "commit": None, "dirty": None}
    changes = _git(root, "status", "--porcelain", "--untracked-files=no")
    return {
        "version": _version(DISTRIBUTION),
        "commit": commit,
        "dirty": None if changes is None else bool(changes),
    }


def package_versions() -> dict[str, str | None]:
    """Versions of what can move a result; None for what is not installed."""
    return {name: _version(name) for name in PACKAGES}


def machine() -> dict[str, Any]:
    """Describe the machine, without its name or its user."""
    return {
        "platform": platform.platform(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "cpu_count": os.cpu_count(),
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(root: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            check=True,
            text=True,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(
        f"a manifest holds numbers, text, lists and mappings; got {type(value).__name__}."
    )
