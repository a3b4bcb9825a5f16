"""All settings of the model in one frozen tree. Each part is defined beside its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.allegiance import ChoiceSettings
from sim.ballot import Ballot, BallotSettings
from sim.checks import Settings, require_one_of
from sim.contact import ContactSettings
from sim.credibility import CredibilitySettings
from sim.election import ElectionSettings
from sim.event import Event
from sim.fatigue import FatigueSettings
from sim.grievance import GrievanceSettings
from sim.institution import Institution
from sim.leadership import LeadershipSettings
from sim.march import MarchSettings
from sim.mechanism import Mechanisms
from sim.meeting import Meeting, MeetingSettings
from sim.membership import MembershipSettings
from sim.parameters import Parameters
from sim.party import Party
from sim.place import Places, Size
from sim.presidium import Presidium
from sim.repression import RepressionSettings
from sim.turnover import DesertionSettings
from sim.united_front import UnitedFrontSettings


@dataclass(frozen=True)
class Constants(Settings):
    """Fixed constants of the mechanisms: assumed, not inferred."""

    choice: ChoiceSettings = field(default_factory=ChoiceSettings)
    grievance: GrievanceSettings = field(default_factory=GrievanceSettings)
    credibility: CredibilitySettings = field(default_factory=CredibilitySettings)
    repression: RepressionSettings = field(default_factory=RepressionSettings)
    contact: ContactSettings = field(default_factory=ContactSettings)
    membership: MembershipSettings = field(default_factory=MembershipSettings)
    united_front: UnitedFrontSettings = field(default_factory=UnitedFrontSettings)
    desertion: DesertionSettings = field(default_factory=DesertionSettings)
    fatigue: FatigueSettings = field(default_factory=FatigueSettings)
    election: ElectionSettings = field(default_factory=ElectionSettings)
    meeting: MeetingSettings = field(default_factory=MeetingSettings)
    ballot: BallotSettings = field(default_factory=BallotSettings)


@dataclass(frozen=True)
class ModelSettings(Settings):
    """Everything the model needs besides parameters and a seed.

    Attributes
    ----------
    party : mapping of str to Party
        Parties by id; the order is the order of the party axis.
    place : Places
        Sectors and constituencies.
    institution : mapping of str to Institution
        Bodies by id.
    event : mapping of str to Event
        Events by id.
    meeting : mapping of str to Meeting
        Dated resolution votes by id.
    ballot : mapping of str to Ballot
        Dated secret ballots by id.
    presidium : mapping of str to Presidium
        Dated presidium elections by id.
    march : MarchSettings
        The march on Petrograd, whose outcome decides which events follow.
    leadership : LeadershipSettings
        The leadership module, an illustration; off unless enabled.
    size : Size
        How many agents.
    mechanism : Mechanisms
        Switches.
    constants : Constants
        Fixed constants.
    initial_shares : str
        ``mean`` starts every replicate from the expected shares; ``drawn`` draws them from
        a Dirichlet law, once for each seed.
    """

    party: Mapping[str, Party]
    place: Places
    institution: Mapping[str, Institution]
    event: Mapping[str, Event]
    meeting: Mapping[str, Meeting]
    ballot: Mapping[str, Ballot]
    presidium: Mapping[str, Presidium]
    march: MarchSettings = field(default_factory=MarchSettings)
    leadership: LeadershipSettings = field(default_factory=LeadershipSettings)
    size: Size = field(default_factory=Size)
    mechanism: Mechanisms = field(default_factory=Mechanisms)
    constants: Constants = field(default_factory=Constants)
    initial_shares: str = "mean"

    def __post_init__(self) -> None:
        """Refuse words that are not choices."""
        require_one_of("initial_shares", self.initial_shares, ("mean", "drawn"))


__all__ = ["Constants", "ModelSettings", "Parameters"]
