"""Every random number of the model: a pure function of (seed, decision, day, slot).

No generator object exists and no draw moves another, so results cannot depend on threads,
on what is recorded, or on whether some agent decided something yesterday. Two scenarios
with the same seed share every draw that they have in common.

The function is the output stage of SplitMix64 (Steele, Lea and Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014) applied to ``key + slot * odd constant``,
where the key is itself a mix of seed, decision and day.
"""

from __future__ import annotations

import zlib
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_S11 = np.uint64(11)
_TO_UNIT = 1.0 / (1 << 53)
_MASK = (1 << 64) - 1

SEED_MAX = (1 << 63) - 1


class Decision(IntEnum):
    """Registered number of everything that is ever drawn.

    The numbers are part of the results: never change or reuse one. New decisions are
    added at the end.
    """

    REPLICATE = 1
    INITIAL_SHARES = 2
    INITIAL_ALLEGIANCE = 3
    IDEAL_POINT_1 = 4
    IDEAL_POINT_2 = 5
    FEAR_THRESHOLD = 6
    RECONSIDERATION = 7
    CHOICE = 8
    TURNOVER = 9
    ENTRANT = 10
    DESERTION = 11
    JOINT_ACTION = 12
    MANDATE_INITIAL = 13
    MANDATE_RENEWAL = 14
    MANDATE_CHOICE = 15
    MANDATE_ELECTION_DAY = 16
    ATTENDANCE = 17
    VOTE = 18
    MEMBER_FLAG = 19
    LEADERSHIP = 20
    PARAMETERS = 21
    OBSERVATION = 22


@njit(cache=True, inline="always")
def mix64(z: np.uint64) -> np.uint64:
    """Return the SplitMix64 output of a 64-bit word (or of an array of them)."""
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@njit(cache=True, inline="always")
def uniform(key: np.uint64, slot: np.uint64) -> float:
    """Return the draw of one slot under a key, in ``[0, 1)``."""
    return (mix64(key + (slot + np.uint64(1)) * GOLDEN) >> _S11) * _TO_UNIT


@lru_cache(maxsize=256)
def _stream_word(seed: int, decision: int) -> int:
    word = _mix_int(seed + int(GOLDEN))
    return _mix_int(word ^ (decision * 0xD1342543DE82EF95))


def _mix_int(z: int) -> int:
    z &= _MASK
    z = ((z ^ (z >> 30)) * int(_MIX_1)) & _MASK
    z = ((z ^ (z >> 27)) * int(_MIX_2)) & _MASK
    return z ^ (z >> 31)


def check_seed(seed: int) -> None:
    """Refuse a seed outside ``[0, 2**63)``."""
    if not 0 <= seed <= SEED_MAX:
        raise ValueError(f"seed must lie in [0, 2**63), got {seed!r}. Any such integer will do.")


def key_of(seed: int, decision: Decision, day: int) -> np.uint64:
    """Return the key under which all slots of a decision draw on a day.

    Parameters
    ----------
    seed : int
        Seed of the replicate, ``0 <= seed < 2**63``. Zero is a seed like any other.
    decision : Decision
        What is being decided.
    day : int
        Day index; what is drawn once, before day 0, uses day ``-1``.

    Returns
    -------
    numpy.uint64
        The key.

    Raises
    ------
    ValueError
        If the seed is negative or too large.
    """
    check_seed(seed)
    word = _stream_word(seed, int(decision))
    return np.uint64(_mix_int(word ^ ((day + 2) * 0xA0761D6478BD642F)))


def uniforms(
    seed: int, decision: Decision, day: int, slots: NDArray[np.uint64]
) -> NDArray[np.float64]:
    """Draw one uniform per slot for a decision on a day.

    Parameters
    ----------
    seed : int
        Seed of the replicate.
    decision : Decision
        What is being decided.
    day : int
        Day index, or ``-1`` for what is drawn before day 0.
    slots : ndarray of uint64
        Who decides. The draw of a slot depends on no other slot.

    Returns
    -------
    ndarray of float64
        Values in ``[0, 1)``, of the shape of ``slots``.

    Examples
    --------
    >>> import numpy as np
    >>> few = uniforms(0, Decision.VOTE, 3, np.arange(2, dtype=np.uint64))
    >>> many = uniforms(0, Decision.VOTE, 3, np.arange(9, dtype=np.uint64))
    >>> bool((few == many[:2]).all())
    True
    """
    key = key_of(seed, decision, day)
    words = np.asarray(slots, dtype=np.uint64) + np.uint64(1)
    words = words * GOLDEN + key
    words = (words ^ (words >> _S30)) * _MIX_1
    words = (words ^ (words >> _S27)) * _MIX_2
    words = words ^ (words >> _S31)
    return (words >> _S11).astype(np.float64) * _TO_UNIT


def replicate_seed(seed: int, replicate: int) -> int:
    """Return the seed of one replicate of an ensemble.

    It depends on the ensemble's seed and the replicate's number alone, so that replicate
    ``r`` of every scenario shares its draws with replicate ``r`` of every other.
    """
    slot = np.array([replicate], dtype=np.uint64)
    return int(uniforms(seed, Decision.REPLICATE, -1, slot)[0] * (1 << 53))


def slots_of(name: str, n_slots: int) -> NDArray[np.uint64]:
    """Return the slots of a named place or body.

    The name is hashed into the upper half of the word, so that adding a place or a body
    moves the draws of no other.
    """
    return np.uint64(zlib.crc32(name.encode()) << 32) + np.arange(n_slots, dtype=np.uint64)
