"""The march on Petrograd in August: columns on a railway, and what stopped them.

A column advances along the line at its own speed. Railwaymen take up the track, so that
its speed falls from the day they begin until little is left of it. Agitators go out to
meet it, and its will to go on decays at a rate that depends on how many they are and on
how much of what they say is understood. Below a threshold of will the column stops.

Both laws are integrable, so the outcome is computed in closed form, without time steps.
Time is counted in days from the first day of the revolt. All rates are assumed; that the
columns stopped before the capital is recorded, and the rates were chosen to agree with it.
The outcome decides which dated events follow (``event.<id>.requires_march``).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.checks import Settings, require_between

if TYPE_CHECKING:
    from sim.event import Event


@dataclass(frozen=True)
class Column(Settings):
    """A column on the march. Values are assumed.

    Attributes
    ----------
    title : str
        Its name.
    distance_km : float
        Way to the capital along the line.
    speed_km_per_day : float
        Speed on a sound line.
    language : float
        Share of what agitators say that is understood, 0 to 1.
    will : float
        Will to go on, at the start, 0 to 1.
    """

    title: str
    distance_km: float = 450.0
    speed_km_per_day: float = 150.0
    language: float = 0.6
    will: float = 0.9

    def __post_init__(self) -> None:
        """Refuse columns that stand still or are nowhere."""
        name = "march.columns"
        require_between(
            f"{name}.distance_km", self.distance_km, 0.0, 1e5, "Kilometres.", open_low=True
        )
        require_between(
            f"{name}.speed_km_per_day", self.speed_km_per_day, 0.0, 2000.0, "Kilometres per day.",
            open_low=True,
        )  # fmt: skip
        require_between(f"{name}.language", self.language, 0.0, 1.0, "A share.")
        require_between(f"{name}.will", self.will, 0.0, 1.0, "A share.")


def _columns() -> dict[str, Column]:
    return {
        "savage_division": Column(title="Savage Division (Caucasian Native Division)"),
        "third_cavalry_corps": Column(title="3rd Cavalry Corps", language=1.0),
    }


@dataclass(frozen=True)
class MarchSettings(Settings):
    """The march and the resistance to it. Values are assumed.

    Attributes
    ----------
    event : str
        The march begins on the first day of this event; without the event there is none.
    columns : mapping of str to Column
        The columns, by id. If one arrives, the capital is reached.
    sabotage_factor : float
        Multiplies the sabotage; 0 leaves the line sound.
    sabotage_from_days : float
        When the railwaymen begin, days from the start.
    sabotage_per_day : float
        Share of the speed taken away with each day that passes.
    sabotage_limit : float
        Largest share of the speed that can be taken away.
    agitation : float
        Agitators on the line, 1 as in the historical scenario.
    agitation_from_days : float
        When they reach the columns, days from the start.
    persuasion_per_day : float
        Rate at which will decays under full agitation in a shared language, 1/day.
    stopping_will : float
        Below this the column stops.
    """

    event: str = "kornilov"
    columns: Mapping[str, Column] = field(default_factory=_columns)
    sabotage_factor: float = 1.0
    sabotage_from_days: float = 1.5
    sabotage_per_day: float = 0.45
    sabotage_limit: float = 0.9
    agitation: float = 1.0
    agitation_from_days: float = 3.0
    persuasion_per_day: float = 1.2
    stopping_will: float = 0.3

    def __post_init__(self) -> None:
        """Refuse rates and shares outside their range."""
        for name, high, remedy in (
            ("sabotage_factor", 100.0, "1 is the historical sabotage, 0 none."),
            ("sabotage_from_days", 365.0, "Days from the start of the revolt."),
            ("sabotage_per_day", 100.0, "A share per day."),
            ("sabotage_limit", 1.0, "A share."),
            ("agitation", 100.0, "1 is the historical agitation, 0 none."),
            ("agitation_from_days", 365.0, "Days from the start of the revolt."),
            ("persuasion_per_day", 100.0, "A rate per day."),
            ("stopping_will", 1.0, "A share."),
        ):
            require_between(f"march.{name}", getattr(self, name), 0.0, high, remedy)
        if not self.columns:
            raise ValueError("march.columns is empty. To have no march, switch off its event.")


@dataclass(frozen=True)
class ColumnEnd:
    """How the march of one column ended.

    Attributes
    ----------
    arrived : bool
        Whether it reached the capital.
    days : float
        When it arrived or stopped, days from the start; ``inf`` if it does neither.
    distance_km : float
        How far it came.
    """

    arrived: bool
    days: float
    distance_km: float


@dataclass(frozen=True)
class MarchOutcome:
    """How the march ended.

    Attributes
    ----------
    outcome : str
        ``arrived`` if a column reached the capital, else ``stopped``.
    days : float
        When: the first arrival, or the stop of the last column; days from the start.
        ``inf`` if a column neither arrives nor stops.
    columns : mapping of str to ColumnEnd
        Column by column.
    """

    outcome: str
    days: float
    columns: Mapping[str, ColumnEnd]


def will_at(days: float, column: Column, march: MarchSettings) -> float:
    """Return the will of a column, had it gone on so long.

    Parameters
    ----------
    days : float
        Days from the start.
    column : Column
        The column.
    march : MarchSettings
        The resistance.

    Returns
    -------
    float
        ``will * exp(-k (days - agitation_from_days))`` from the arrival of the agitators
        on, with ``k = persuasion_per_day * language * agitation``.
    """
    met = max(0.0, days - march.agitation_from_days)
    return column.will * math.exp(-_persuasion(column, march) * met)


def stop_after(column: Column, march: MarchSettings) -> float:
    """Return when the will of a column falls to the threshold, in days; ``inf`` if never.

    Examples
    --------
    >>> round(stop_after(Column(title="Savage Division"), MarchSettings()), 2)
    4.53
    """
    if column.will <= march.stopping_will:
        return 0.0
    rate = _persuasion(column, march)
    if rate == 0.0 or march.stopping_will == 0.0:
        return math.inf
    return march.agitation_from_days + math.log(column.will / march.stopping_will) / rate


def distance_after(days: float, column: Column, march: MarchSettings) -> float:
    """Return how far a column that does not stop has come, in km.

    Parameters
    ----------
    days : float
        Days from the start.
    column : Column
        The column.
    march : MarchSettings
        The sabotage.

    Returns
    -------
    float
        Integral of ``speed * (1 - sabotage)``; not limited by the length of the way.
    """
    rate = march.sabotage_factor * march.sabotage_per_day
    limit = min(march.sabotage_limit, 1.0)
    lost_days = 0.0
    late = days - march.sabotage_from_days
    if late > 0.0 and rate > 0.0:
        to_limit = limit / rate
        rising = min(late, to_limit)
        lost_days = 0.5 * rate * rising * rising + limit * (late - rising)
    return column.speed_km_per_day * (days - lost_days)


def arrive_after(column: Column, march: MarchSettings) -> float:
    """Return when a column that does not stop reaches the capital, in days; ``inf`` if never.

    Examples
    --------
    >>> column = Column(title="Savage Division")
    >>> round(arrive_after(column, MarchSettings()), 2)
    7.5
    >>> arrive_after(column, MarchSettings(sabotage_factor=0.0))
    3.0
    """
    speed = column.speed_km_per_day
    rate = march.sabotage_factor * march.sabotage_per_day
    start = march.sabotage_from_days
    left = column.distance_km - speed * start
    if left <= 0.0 or rate == 0.0:
        return column.distance_km / speed
    to_limit = march.sabotage_limit / rate
    while_rising = speed * to_limit * (1.0 - 0.5 * march.sabotage_limit)
    if left <= while_rising:
        root = math.sqrt(max(0.0, 1.0 - 2.0 * rate * left / speed))
        return start + 2.0 * left / (speed * (1.0 + root))
    slow = speed * (1.0 - march.sabotage_limit)
    if slow == 0.0:
        return math.inf
    return start + to_limit + (left - while_rising) / slow


def end_of_column(column: Column, march: MarchSettings) -> ColumnEnd:
    """Return how the march of one column ends.

    Examples
    --------
    >>> end = end_of_column(Column(title="Savage Division"), MarchSettings())
    >>> end.arrived, round(end.days, 1), round(end.distance_km)
    (False, 4.5, 405)
    """
    stop, arrival = stop_after(column, march), arrive_after(column, march)
    if arrival <= stop and math.isfinite(arrival):
        return ColumnEnd(True, arrival, column.distance_km)
    if math.isinf(stop):
        far = min(column.distance_km, distance_after(1e4, column, march))
        return ColumnEnd(False, math.inf, far)
    return ColumnEnd(False, stop, distance_after(stop, column, march))


def march_on(march: MarchSettings) -> MarchOutcome:
    """Return how the march ends.

    Parameters
    ----------
    march : MarchSettings
        Columns and resistance.

    Returns
    -------
    MarchOutcome
        ``arrived`` on the day of the first arrival, else ``stopped`` on that of the last stop.
    """
    ends = {name: end_of_column(column, march) for name, column in march.columns.items()}
    arrivals = [end.days for end in ends.values() if end.arrived]
    if arrivals:
        return MarchOutcome("arrived", min(arrivals), ends)
    return MarchOutcome("stopped", max(end.days for end in ends.values()), ends)


def events_after_march(events: Mapping[str, Event], march: MarchSettings) -> dict[str, Event]:
    """Return the events that happen, given how the march ends.

    Parameters
    ----------
    events : mapping of str to Event
        By id.
    march : MarchSettings
        The march.

    Returns
    -------
    dict of str to Event
        Without those that require another outcome, and with those that follow the march
        (``days_after_march``) moved to their day.

    Raises
    ------
    ValueError
        If the event that starts the march does not exist.
    """
    waiting = {name: each for name, each in events.items() if each.requires_march is not None}
    if not waiting:
        return dict(events)
    if march.event not in events:
        raise ValueError(
            f"march.event names no event: {march.event!r}. There are: {', '.join(events)}."
        )
    revolt = events[march.event]
    end = march_on(march) if revolt.enabled else None
    kept = {}
    for name, event in events.items():
        if event.requires_march is None:
            kept[name] = event
        elif end is not None and end.outcome == event.requires_march and math.isfinite(end.days):
            kept[name] = _moved(event, revolt.days.start + int(end.days))
    return kept


def _moved(event: Event, last_day: int) -> Event:
    if event.days_after_march is None:
        return event
    planned = event.days.start - event.shift_days
    return dataclasses.replace(event, shift_days=last_day + event.days_after_march - planned)


def _persuasion(column: Column, march: MarchSettings) -> float:
    return march.persuasion_per_day * column.language * march.agitation
