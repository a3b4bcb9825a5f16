"""Switches of the mechanisms, one by one, for ablations."""

from __future__ import annotations

from dataclasses import dataclass

from sim.checks import Settings


@dataclass(frozen=True)
class Mechanisms(Settings):
    """Which mechanisms act. All do in the historical scenario.

    Attributes
    ----------
    grievance : bool
        Unmet demands move the choice (off: grievances stay where they began).
    social_influence : bool
        Visible shares in unit and place move the choice.
    contact : bool
        Agitators move the choice.
    credibility : bool
        Events change the standing of parties.
    joint_action : bool
        Acting together against the revolt moves those who did.
    stigma : bool
        The slander of July moves the choice.
    repression : bool
        Repression moves the choice, signed by the tide.
    fear : bool
        Repression hides allegiances in public.
    salience : bool
        Events make people reconsider sooner.
    turnover : bool
        People leave and newcomers enter.
    desertion : bool
        Soldiers leave for the villages.
    fatigue : bool
        People tire of words.
    membership : bool
        Party membership follows support (off: it stays where it began).
    dispersion : bool
        People differ in their ideal points (off: homogeneous people).
    lag : bool
        Mandates last (off: every mandate is renewed every day).
    attendance : bool
        Attendance at meetings differs by party, duty and fatigue (off: all attend).
    selective_turnout : bool
        Fatigue keeps some supporters from the ballot (off: all but the non-party vote alike).
    """

    grievance: bool = True
    social_influence: bool = True
    contact: bool = True
    credibility: bool = True
    joint_action: bool = True
    stigma: bool = True
    repression: bool = True
    fear: bool = True
    salience: bool = True
    turnover: bool = True
    desertion: bool = True
    fatigue: bool = True
    membership: bool = True
    dispersion: bool = True
    lag: bool = True
    attendance: bool = True
    selective_turnout: bool = True
