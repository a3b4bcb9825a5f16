"""What each kind of effect does to the state on its day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.event import Action
from sim.state import State


def apply_action(state: State, action: Action, people_of_unit: NDArray[np.float64]) -> None:
    """Change the state as one action says.

    Parameters
    ----------
    state : State
        Changed in place (by rebinding its arrays).
    action : Action
        What changes.
    people_of_unit : ndarray of float64, shape (n_units,)
        Sizes of units, for transfers of members counted in people.
    """
    APPLY[action.kind](state, action, people_of_unit)


def _credibility(state: State, action: Action, _: NDArray[np.float64]) -> None:
    state.credibility = state.credibility.copy()
    state.credibility[:, action.index] += action.value * action.where


def _grievance(state: State, action: Action, _: NDArray[np.float64]) -> None:
    state.grievance = state.grievance.copy()
    column = state.grievance[:, action.index]
    room = (1.0 - column) if action.op == "jump" else -column
    column += action.value * room * action.where


def _set_party(field: str) -> Callable[[State, Action, NDArray[np.float64]], None]:
    def change(state: State, action: Action, _: NDArray[np.float64]) -> None:
        row = getattr(state, field).copy()
        row[action.index] = action.value * (row[action.index] if action.op == "mul" else 1.0)
        setattr(state, field, row)

    return change


def _position(state: State, action: Action, _: NDArray[np.float64]) -> None:
    state.position = state.position.copy()
    state.position[action.index, 0] += action.value


def _members(state: State, action: Action, people_of_unit: NDArray[np.float64]) -> None:
    state.members = state.members.copy()
    reached = action.where[state.constituency_of_unit] > 0
    column = state.members[:, action.index]
    if action.op == "mul":
        column[reached] *= action.value
        return
    people = column * people_of_unit / 100.0 * reached
    share = min(1.0, action.value / max(people.sum(), 1e-300))
    moved = share * column * reached
    column -= moved
    state.members[:, action.to] += moved


def _repression(state: State, action: Action, _: NDArray[np.float64]) -> None:
    reached = action.where > 0
    state.repression = np.where(reached, action.value, state.repression)
    state.repression_half_life = np.where(
        reached, action.half_life_days, state.repression_half_life
    )


def _repression_floor(state: State, action: Action, _: NDArray[np.float64]) -> None:
    state.repression_floor = np.where(action.where > 0, action.value, state.repression_floor)


def _stigma(state: State, action: Action, _: NDArray[np.float64]) -> None:
    state.stigma = action.value
    state.stigma_half_life = action.half_life_days


def _set_number(field: str) -> Callable[[State, Action, NDArray[np.float64]], None]:
    def change(state: State, action: Action, _: NDArray[np.float64]) -> None:
        setattr(state, field, action.value)

    return change


def _fatigue(state: State, action: Action, _: NDArray[np.float64]) -> None:
    changed = state.fatigue * action.value if action.op == "mul" else state.fatigue + action.value
    state.fatigue = np.clip(np.where(action.where > 0, changed, state.fatigue), 0.0, 1.0)


def _joint_action(state: State, action: Action, _: NDArray[np.float64]) -> None:
    state.joint_action = np.maximum(state.joint_action, action.where)


def _elections(state: State, action: Action, _: NDArray[np.float64]) -> None:
    state.elections_open = state.elections_open & (action.where <= 0)


def _action(state: State, *_: object) -> None:
    state.acted = True


APPLY: dict[str, Callable[[State, Action, NDArray[np.float64]], None]] = {
    "credibility": _credibility,
    "grievance": _grievance,
    "government": _set_party("government"),
    "activity": _set_party("activity"),
    "position": _position,
    "members": _members,
    "repression": _repression,
    "repression_floor": _repression_floor,
    "stigma": _stigma,
    "stigma_clearing": _set_number("stigma_clearing"),
    "fatigue": _fatigue,
    "words": _set_number("words"),
    "unused_majority": _set_number("unused_majority_per_day"),
    "joint_action": _joint_action,
    "elections": _elections,
    "action": _action,
}
