"""Frames for the page: a header in JSON, then plain numbers, which a browser reads at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 8
KINDS = {"f": "<f4", "i": "<i4", "u": "<u2", "b": "|u1"}
MISSING = 65535
"""Code of a share that does not exist, such as of a body that does not sit."""
SCALE = 10_000
"""A share of one as an integer."""


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write one frame.

    Parameters
    ----------
    header : mapping
        Anything JSON can hold.
    arrays : mapping of str to ndarray
        Of float32, int32, uint16 or uint8.

    Returns
    -------
    bytes
        Length of the header in four bytes, the header, then each array at a multiple of
        eight bytes after the header's end.

    Examples
    --------
    >>> frame = pack({"type": "x"}, {"y": np.zeros(2, dtype=np.float32)})
    >>> int.from_bytes(frame[:4], "little") % 8
    4
    """
    described, offset = [], 0
    for name, array in arrays.items():
        described.append(
            {"name": name, "kind": _kind(array), "shape": array.shape, "offset": offset}
        )
        offset += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    text = json.dumps({**header, "arrays": described}, ensure_ascii=False).encode()
    text += b" " * (-(len(text) + 4) % ALIGNMENT)
    body = bytearray(offset)
    for entry, array in zip(described, arrays.values(), strict=True):
        start = int(entry["offset"])  # type: ignore[call-overload]
        body[start : start + array.nbytes] = np.ascontiguousarray(
            array, dtype=KINDS[_kind(array)]
        ).tobytes()
    return len(text).to_bytes(4, "little") + text + bytes(body)


def _kind(array: NDArray[Any]) -> str:
    kinds = {"float32": "f", "int32": "i", "uint16": "u", "uint8": "b"}
    if array.dtype.name not in kinds:
        raise ValueError(f"a frame holds {', '.join(kinds)}; got {array.dtype.name}.")
    return kinds[array.dtype.name]


def as_codes(shares: NDArray[np.floating[Any]]) -> NDArray[np.uint16]:
    """Write shares from 0 to 1 as integers; ``nan`` becomes :data:`MISSING`."""
    codes = np.round(np.clip(np.nan_to_num(shares, nan=0.0), 0.0, 1.0) * SCALE)
    return np.where(np.isnan(shares), MISSING, codes).astype(np.uint16)


def as_signed_codes(differences: NDArray[np.floating[Any]]) -> NDArray[np.uint16]:
    """Write differences from -1 to 1 as integers from 0 to twice :data:`SCALE`."""
    codes = np.round((np.clip(np.nan_to_num(differences, nan=0.0), -1.0, 1.0) + 1.0) * SCALE)
    return np.where(np.isnan(differences), MISSING, codes).astype(np.uint16)
