"""Dated events as data: when, where, and what they change.

An event is an input, not something that the model explains. Each carries its source.
Adding, moving, weakening or removing one is a change of configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import N_DAYS, day_in_period
from sim.checks import Settings, require_between, require_one_of
from sim.parameters import PARAMETER_NAMES, Parameters
from sim.party import ISSUES, PartyTable
from sim.place import Places

TARGETS: dict[str, tuple[str, ...]] = {
    "credibility": ("add",),
    "grievance": ("jump", "relief"),
    "government": ("set",),
    "activity": ("set", "mul"),
    "position": ("add",),
    "members": ("mul", "transfer"),
    "repression": ("set",),
    "repression_floor": ("set",),
    "stigma": ("set",),
    "stigma_clearing": ("set",),
    "fatigue": ("add", "mul"),
    "words": ("set",),
    "unused_majority": ("set",),
    "joint_action": ("flag",),
    "elections": ("close",),
    "action": ("flag",),
}
"""What an effect may change, and how."""

WITH_PARTY = ("credibility", "government", "activity", "position", "members")
DAILY = ("flag", "close")
FADING = ("repression", "stigma")
NATIONAL = (
    "government",
    "activity",
    "position",
    "stigma",
    "stigma_clearing",
    "words",
    "unused_majority",
    "action",
)
"""Targets that are the same everywhere, so that an effect on them has no places."""
MARCH_OUTCOMES = ("stopped", "arrived")


@dataclass(frozen=True)
class Effect(Settings):
    """One change made by an event.

    Attributes
    ----------
    target : str
        What changes: ``credibility.BO``, ``grievance.peace``, ``government.ME``,
        ``activity.BO``, ``position.MI``, ``members.BO``, ``repression``,
        ``repression_floor``, ``stigma``, ``stigma_clearing``, ``fatigue``, ``words``,
        ``unused_majority``, ``joint_action``, ``elections`` or ``action``.
    value : float
        Size of the change.
    op : str
        How: ``add``, ``mul``, ``set``, ``jump`` (towards 1), ``relief`` (towards 0),
        ``transfer`` (people, to another party), ``flag`` (on during the window),
        ``close`` (no elections during the window).
    times : str or None
        Name of a parameter that multiplies the value.
    spread : str
        ``pulse`` (all on the first day) or ``uniform`` (equal parts over the window).
    half_life_days : float or None
        For ``repression`` and ``stigma``: time to halve; ``None`` means it stays.
    window : tuple of str or None
        Dates of the effect, if other than the event's.
    places, sectors : tuple of str or None
        Where it acts, if other than the event's scope.
    to : str or None
        For ``transfer``: the receiving party.
    """

    target: str
    value: float = 1.0
    op: str = "add"
    times: str | None = None
    spread: str = "pulse"
    half_life_days: float | None = None
    window: tuple[str, str] | None = None
    places: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None
    to: str | None = None

    def __post_init__(self) -> None:
        """Refuse unknown targets and operations that do not fit them."""
        kind, _, what = self.target.partition(".")
        require_one_of("event.effects.target", kind, tuple(TARGETS))
        if self.op not in TARGETS[kind]:
            raise ValueError(
                f"event.effects.op of {self.target!r} must be one of "
                f"{', '.join(TARGETS[kind])}; got {self.op!r}."
            )
        if kind == "grievance":
            require_one_of("event.effects.target (grievance)", what, ISSUES)
        if (kind in WITH_PARTY) != bool(what) and kind != "grievance":
            raise ValueError(
                f"event.effects.target {self.target!r} must name "
                f"{'a party, such as credibility.BO' if kind in WITH_PARTY else 'no party'}."
            )
        if self.times is not None:
            require_one_of("event.effects.times", self.times, PARAMETER_NAMES)
        require_one_of("event.effects.spread", self.spread, ("pulse", "uniform"))
        require_between("event.effects.value", self.value, -1e6, 1e6, "A finite number.")
        if self.op in ("jump", "relief"):
            require_between("event.effects.value", self.value, 0.0, 1.0, "A share of the way.")
        if self.half_life_days is not None:
            require_between(
                "event.effects.half_life_days",
                self.half_life_days,
                0.0,
                1e5,
                "Days.",
                open_low=True,
            )
        if self.spread == "uniform" and self.op in ("set", "mul"):
            raise ValueError(
                f"event.effects.spread of {self.target!r} is uniform, but op {self.op!r} cannot "
                "be divided over days. Use spread=pulse, or op=add where the target allows it."
            )
        if self.op == "transfer" and self.to is None:
            raise ValueError(f"event.effects.to is missing: whom does {self.target!r} go to?")
        self._refuse_what_nothing_reads(kind)

    def _refuse_what_nothing_reads(self, kind: str) -> None:
        unread = {
            f"half_life_days={self.half_life_days}": self.half_life_days is not None
            and kind not in FADING,
            f"to={self.to}": self.to is not None and self.op != "transfer",
            "places or sectors": kind in NATIONAL
            and (self.places is not None or self.sectors is not None),
        }
        for setting, is_unread in unread.items():
            if is_unread:
                raise ValueError(
                    f"event.effects of {self.target!r}, op {self.op!r}: {setting} would not "
                    "change anything. Leave it out."
                )


@dataclass(frozen=True)
class Event(Settings):
    """A dated event.

    Attributes
    ----------
    title : str
        Name for readers.
    window : tuple of str
        First and last day, Old Style.
    account : str
        What happened, in two neutral sentences.
    source : str
        Where the date and the account come from.
    effects : tuple of Effect
        What it changes.
    salience : bool
        Whether people reconsider sooner while it lasts and shortly after.
    places, sectors : tuple of str or None
        Scope; ``None`` means everywhere.
    requires_majority : mapping of str to str
        Each change is made only if, on its day, the named institution holds a majority of
        the named party. The pull on attention does not depend on it.
    requires_march : str or None
        Acts only if the march of the settings (:mod:`sim.march`) ends so: ``stopped`` or
        ``arrived``.
    days_after_march : int or None
        If set, the event begins so many days after the march has ended, and its windows
        move with it.
    shift_days : int
        Days by which the event and all its windows are moved; negative is earlier.
    enabled : bool
        Whether it happens.
    date_precision : str
        ``day``, ``range``, ``assumed``.
    status : str
        ``transcribed``, ``derived`` or ``assumed``: of the date; effects are assumed.
    note : str
        Conflicts between sources.
    """

    title: str
    window: tuple[str, str]
    account: str
    source: str
    effects: tuple[Effect, ...] = ()
    salience: bool = False
    places: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None
    requires_majority: Mapping[str, str] | None = None
    requires_march: str | None = None
    days_after_march: int | None = None
    shift_days: int = 0
    enabled: bool = True
    date_precision: str = "day"
    status: str = "transcribed"
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse windows outside the period or running backwards."""
        _days(f"event {self.title!r}: window", self.window, self.shift_days)
        if self.requires_march is not None:
            require_one_of("event.requires_march", self.requires_march, MARCH_OUTCOMES)
        elif self.days_after_march is not None:
            raise ValueError(
                f"event {self.title!r}: days_after_march is {self.days_after_march}, but "
                "requires_march is not set. Say which outcome it follows: stopped or arrived."
            )
        require_one_of("event.date_precision", self.date_precision, ("day", "range", "assumed"))
        require_one_of("event.status", self.status, ("transcribed", "derived", "assumed"))

    @property
    def days(self) -> range:
        """Days on which the event lasts."""
        return _days("event.window", self.window, self.shift_days)


def _days(setting: str, window: tuple[str, str], shift_days: int = 0) -> range:
    first, last = (day_in_period(setting, text) for text in window)
    if last < first:
        raise ValueError(f"{setting} ends before it begins: {window}. Exchange the dates.")
    if not -first <= shift_days < N_DAYS - last:
        raise ValueError(
            f"{setting} {window} moved by shift_days={shift_days} leaves the period. "
            f"Between {-first} and {N_DAYS - 1 - last} is possible."
        )
    return range(first + shift_days, last + 1 + shift_days)


@dataclass(frozen=True)
class Action:
    """One change on one day, ready to apply.

    Attributes
    ----------
    event : str
        Id of the event.
    kind, op : str
        See :class:`Effect`.
    index, to : int
        Party or issue it concerns, and the receiving party; -1 if none.
    value : float
        Size, already multiplied by its parameter and divided over the window.
    half_life_days : float
        ``inf`` if the change stays.
    where : ndarray of float64, shape (n_constituencies,)
        1 where it acts, else 0; for credibility the exposure of the place.
    requires : tuple of (str, str)
        Institutions and the party that must hold their majority.
    """

    event: str
    kind: str
    op: str
    index: int
    to: int
    value: float
    half_life_days: float
    where: NDArray[np.float64]
    requires: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Schedule:
    """All changes by day, and the pull of events on attention.

    Attributes
    ----------
    actions : mapping of int to tuple of Action
        By day.
    salience : ndarray of float64, shape (n_days, n_constituencies)
        E8: at most 1; 1 inside a window, then halving.
    """

    actions: Mapping[int, tuple[Action, ...]]
    salience: NDArray[np.float64]


def scope_mask(
    setting: str,
    places: Places,
    only_places: tuple[str, ...] | None,
    only_sectors: tuple[str, ...] | None,
) -> NDArray[np.float64]:
    """Return 1 for each constituency in a scope of places and sectors, else 0.

    A place may be named by town (``petrograd``) or by constituency
    (``petrograd_workers``).

    Raises
    ------
    ValueError
        If a place or sector is unknown; the message lists what there is.
    """
    constituencies = places.constituencies
    towns = tuple(dict.fromkeys(c.place for c in constituencies.values()))
    for name in only_places or ():
        require_one_of(f"{setting}: place", name, tuple(dict.fromkeys((*towns, *constituencies))))
    for name in only_sectors or ():
        require_one_of(f"{setting}: sector", name, tuple(places.sectors))
    return np.array(
        [
            (only_places is None or c.place in only_places or name in only_places)
            and (only_sectors is None or c.sector in only_sectors)
            for name, c in constituencies.items()
        ],
        dtype=np.float64,
    )


def compile_schedule(
    events: Mapping[str, Event],
    places: Places,
    parties: PartyTable,
    parameters: Parameters,
    half_life_days: float,
) -> Schedule:
    """Turn events into daily changes.

    Parameters
    ----------
    events : mapping of str to Event
        By id; those not enabled are left out.
    places : Places
        For scopes and exposures.
    parties : PartyTable
        For party columns.
    parameters : Parameters
        Values of the parameters that effects refer to.
    half_life_days : float
        Time in which attention halves after an event.

    Returns
    -------
    Schedule
        Daily actions, in the order of the configuration, and salience.

    Raises
    ------
    ValueError
        If an event names an unknown place, sector or party.
    """
    exposure = np.array([c.event_exposure for c in places.constituencies.values()])
    actions: dict[int, list[Action]] = {}
    salience = np.zeros((N_DAYS, len(exposure)))
    for name, event in events.items():
        scope = scope_mask(f"event.{name}", places, event.places, event.sectors)
        if not event.enabled:
            continue
        if event.salience:
            salience += np.outer(_pulse(event.days, half_life_days), scope)
        for effect in event.effects:
            for day, action in _actions_of(
                name, event, effect, places, parties, parameters, exposure
            ):
                actions.setdefault(day, []).append(action)
    return Schedule(
        actions={day: tuple(listed) for day, listed in actions.items()},
        salience=np.minimum(salience, 1.0),
    )


def _pulse(days: range, half_life_days: float) -> NDArray[np.float64]:
    since_end = np.arange(N_DAYS) - (days.stop - 1)
    faded: NDArray[np.float64] = 2.0 ** (-np.maximum(since_end, 0) / half_life_days)
    return np.where(np.arange(N_DAYS) >= days.start, faded, 0.0)


def _actions_of(
    name: str,
    event: Event,
    effect: Effect,
    places: Places,
    parties: PartyTable,
    parameters: Parameters,
    exposure: NDArray[np.float64],
) -> list[tuple[int, Action]]:
    kind, _, what = effect.target.partition(".")
    where = scope_mask(
        f"event.{name}.effects",
        places,
        effect.places if effect.places is not None else event.places,
        effect.sectors if effect.sectors is not None else event.sectors,
    )
    index = ISSUES.index(what) if kind == "grievance" else parties.index(what) if what else -1
    window = event.window if effect.window is None else effect.window
    days = _days(f"event.{name}.effects.window", window, event.shift_days)
    value = effect.value
    if effect.times is not None:
        value *= getattr(parameters, effect.times)
    spread_out = effect.spread == "uniform" or effect.op in DAILY
    if effect.spread == "uniform" and effect.op not in DAILY:
        value /= len(days)
    action = Action(
        event=name,
        kind=kind,
        op=effect.op,
        index=index,
        to=-1 if effect.to is None else parties.index(effect.to),
        value=value,
        half_life_days=np.inf if effect.half_life_days is None else effect.half_life_days,
        where=where * exposure if kind == "credibility" else where,
        requires=tuple((event.requires_majority or {}).items()),
    )
    return [(day, action) for day in (days if spread_out else days[:1])]
