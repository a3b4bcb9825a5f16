"""Results on disk: Parquet tables and text, each there whole or not there at all."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from experiments.errors import OutputError

INT32 = np.iinfo(np.int32)
REMEDY_SPACE = "Free some space, or name a folder on another disk with hydra.run.dir=FOLDER."
REMEDY_FOLDER = "Name a folder that you may write to with hydra.run.dir=FOLDER."


def make_folder(folder: Path) -> None:
    """Make a folder for results and try to write in it, before any computing.

    Parameters
    ----------
    folder : Path
        Where results will go. It may exist already.

    Raises
    ------
    OutputError
        If something on the way is a file, or may not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(_cannot("write results to", folder, error)) from error


def fresh_folder(folder: Path) -> Path:
    """Make a folder that nobody else has: two runs that start in one second get two.

    Parameters
    ----------
    folder : Path
        The name wanted.

    Returns
    -------
    Path
        The name given: the one wanted, or that with ``_2``, ``_3``, ... behind it.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    make_folder(folder.parent)
    for number in itertools.count(1):
        own = folder if number == 1 else folder.with_name(f"{folder.name}_{number}")
        try:
            own.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise OutputError(_cannot("write results to", own, error)) from error
        break
    return own


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when it is complete.

    Whoever reads ``path`` sees the former content or the new one, never a part; a process
    killed on the way leaves at most a hidden ``.tmp`` file beside it.

    Parameters
    ----------
    path : Path
        The file to write. Its folder is made if need be.

    Yields
    ------
    binary file
        Open for writing.

    Raises
    ------
    OutputError
        If the disk is full or the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(_cannot("write", path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    with replacing(path) as file:
        file.write(text.encode())


def write_table(
    path: Path,
    columns: Mapping[str, NDArray[Any]],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write equally long columns as one Parquet file, whole or not at all.

    Columns become 32-bit integers, 64-bit floats or text, which pandas, polars, DuckDB and
    R read alike. The same columns and metadata give the same bytes.

    Parameters
    ----------
    path : Path
        The file to write, by habit with the suffix ``.parquet``.
    columns : mapping of str to ndarray, each of shape (n_rows,)
        Integers must fit in 32 bits. Write truth values as 0 and 1, dates as text.
    metadata : mapping of str to str, optional
        Facts about the whole table, kept in the file.

    Raises
    ------
    ValueError
        If a column has an unsuitable type, shape or length.
    OutputError
        If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: pa.array(_plain(name, values)) for name, values in columns.items()})
    pairs = sorted((metadata or {}).items())
    table = table.replace_schema_metadata({key: value for key, value in pairs})
    with replacing(path) as file:
        pq.write_table(table, file, compression="zstd")


def read_table(path: Path) -> dict[str, NDArray[Any]]:
    """Read a Parquet file into columns; text comes back as an object array of ``str``.

    Raises
    ------
    OutputError
        If the file is missing or is not a Parquet file.
    """
    table = _open(path).read()
    return {
        name: column.to_numpy()
        for name, column in zip(table.column_names, table.columns, strict=True)
    }


def read_metadata(path: Path) -> dict[str, str]:
    """Read the facts that :func:`write_table` kept about the whole table.

    Raises
    ------
    OutputError
        If the file is missing or is not a Parquet file.
    """
    stored = _open(path).schema_arrow.metadata or {}
    return {key.decode(): value.decode() for key, value in stored.items()}


def _open(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)
    except OSError as error:
        raise OutputError(_cannot("read", path, error)) from error
    except pa.ArrowInvalid as error:
        raise OutputError(
            f"cannot read {path}: it is not a complete Parquet file. "
            "Delete it and repeat the run that made it."
        ) from error


def _plain(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if values.ndim != 1:
        raise ValueError(f"column {name!r} must have one dimension, got shape {values.shape}.")
    kind = values.dtype.kind
    if kind in "iu":
        if values.size and not INT32.min <= values.min() <= values.max() <= INT32.max:
            raise ValueError(
                f"column {name!r} does not fit in 32-bit integers (from {values.min()} to "
                f"{values.max()}); store it as float64 or as text."
            )
        return values.astype(np.int32)
    if kind == "f":
        return values.astype(np.float64)
    if kind in "UT":
        return values.astype(object)
    if kind == "O" and all(isinstance(value, str) for value in values):
        return values
    raise ValueError(
        f"column {name!r} has type {values.dtype}; tables hold integers, floats and text only. "
        "Write truth values as 0 and 1, dates as text."
    )


def _cannot(verb: str, path: Path, error: OSError) -> str:
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno == errno.EEXIST:
        reason = "a file of that name is in the way"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = REMEDY_SPACE
    elif verb != "read":
        remedy = REMEDY_FOLDER
    else:
        remedy = "Check the name, and that the run that makes it has finished."
    return f"cannot {verb} {path}: {reason}. {remedy}"
