"""Settings of a comparison."""

from __future__ import annotations

from dataclasses import dataclass, field

from experiments.settings import RunSettings
from sim.calendar_os import day_in_period
from sim.checks import Settings, require_between, require_one_of
from sim.institution import plan_seats
from sim.place import lay_out

JOINED_BY = "+"
DEFAULT_BODIES = (
    "petrograd_factory_committees",
    "petrograd_soviet",
    "petrograd_soviet/workers",
    "petrograd_soviet/soldiers",
    "moscow_workers_soviet",
    "moscow_soldiers_soviet",
    "kronstadt_soviet",
    "helsingfors_soviet",
    "central_industrial_soviets",
    "urals_soviets",
    "trade_union_executive",
    "congress_october",
)


@dataclass(frozen=True)
class Comparison(Settings):
    """What is compared, and what is said about it.

    Attributes
    ----------
    scenarios : tuple of str
        The first is the baseline. Join scenarios with a plus sign to compose them:
        ``no_revolt+relief_peace``.
    party : str
        Party in the foreground of figures and sentences; tables hold all.
    bodies : tuple of str
        Bodies in figures, as ``institution`` or ``institution/chamber``; tables hold all.
    places : tuple of str
        Constituencies in the figures of parties and flows.
    dates : tuple of str
        Dates at which effects are stated; flows are read on the last but one, or the only.
    stays_days : int
        An effect is dated from the first day on which the 90 % interval excludes zero and
        goes on doing so for so many days.
    n_twins : int
        Pairs of replicates in which every agent is followed, for flows and for the audit.
    prior_check : bool
        Whether the same comparison is made under the prior alone, if there is a posterior.
    prior_shift, prior_contraction : float
        An effect is called prior-driven if its median moved by no more than ``prior_shift``
        of the width of the prior's 90 % interval, and that width shrank by no more than
        ``prior_contraction``.
    """

    scenarios: tuple[str, ...] = ("historical", "no_revolt")
    party: str = "BO"
    bodies: tuple[str, ...] = DEFAULT_BODIES
    places: tuple[str, ...] = ("petrograd_workers", "petrograd_garrison", "moscow_workers")
    dates: tuple[str, ...] = ("1917-09-09", "1917-10-24", "1917-11-17")
    stays_days: int = 14
    n_twins: int = 8
    prior_check: bool = True
    prior_shift: float = 0.25
    prior_contraction: float = 0.25

    def __post_init__(self) -> None:
        """Refuse comparisons of fewer than two, and dates outside the period."""
        if len(self.scenarios) < 2 or len(set(self.scenarios)) < len(self.scenarios):
            raise ValueError(
                f"compare.scenarios={list(self.scenarios)}: name two or more different ones, "
                "the baseline first, such as [historical,no_revolt]."
            )
        if not self.dates:
            raise ValueError("compare.dates is empty. Name at least one date.")
        for date in self.dates:
            day_in_period("compare.dates", date)
        require_between("compare.stays_days", self.stays_days, 1, 262, "Days.")
        require_between("compare.n_twins", self.n_twins, 1, 10_000, "Pairs of replicates.")
        for name in ("prior_shift", "prior_contraction"):
            require_between(f"compare.{name}", getattr(self, name), 0.0, 1.0, "A share.")

    @property
    def baseline(self) -> str:
        """The scenario that the others are compared with."""
        return self.scenarios[0]

    @property
    def flow_date(self) -> str:
        """Date on which the flows between parties are read."""
        return self.dates[-2] if len(self.dates) > 1 else self.dates[0]


@dataclass(frozen=True, kw_only=True)
class CompareSettings(RunSettings):
    """Settings of an ensemble, and what to compare it with.

    Attributes
    ----------
    compare : Comparison
        The section of the comparison.
    """

    compare: Comparison = field(default_factory=Comparison)

    def __post_init__(self) -> None:
        """Refuse bodies, places and parties that the model lacks."""
        super().__post_init__()
        model, compare = self.model, self.compare
        require_one_of("compare.party", compare.party, tuple(model.party))
        for place in compare.places:
            require_one_of("compare.places", place, tuple(model.place.constituencies))
        plan = plan_seats(model.institution, model.place, lay_out(model.place, model.size))
        for body in compare.bodies:
            known = plan.chambers if "/" in body else plan.institutions
            require_one_of("compare.bodies", body, known)
