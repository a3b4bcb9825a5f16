"""A small country with a short year: 360 people in four places, everything within 40 days."""

from dataclasses import replace

from sim.ballot import Ballot
from sim.calendar_os import old_style
from sim.event import Effect, Event
from sim.historical import historical_settings
from sim.institution import Chamber, GeneralElection, Institution
from sim.meeting import Meeting
from sim.place import Size
from sim.presidium import Presidium
from sim.settings import Constants, ModelSettings
from sim.turnover import DesertionSettings
from sim.united_front import UnitedFrontSettings

N_DAYS_OF_IT = 40
SIZES = {
    "petrograd_workers": (120, 5),
    "petrograd_garrison": (90, 3),
    "petrograd_citizens": (60, 2),
    "northern_western_fronts": (90, 3),
}


def short_year() -> ModelSettings:
    """Return settings in which every kind of event, body and vote occurs within 40 days."""
    whole = historical_settings()
    constituencies = {
        name: replace(
            whole.place.constituencies[name],
            agents=agents,
            units=units,
            soviets=("soviet",) if name != "petrograd_citizens" else (),
        )
        for name, (agents, units) in SIZES.items()
    }
    sectors = {
        name: replace(sector, turnover_per_day=5 * sector.turnover_per_day)
        for name, sector in whole.place.sectors.items()
    }
    return ModelSettings(
        party=whole.party,
        place=replace(whole.place, constituencies=constituencies, sectors=sectors),
        institution=bodies(),
        event=events(),
        meeting={
            "first": meeting(20, whips={"BO": 1.0}, duty={"garrison": 1.0}),
            "second": meeting(30, absent_count="against", stances={"MI": 0.5}),
        },
        ballot={
            "vote": Ballot(
                title="Vote",
                window=span(25, 27),
                electorate={"petrograd_workers": 0.5, "petrograd_citizens": 0.5},
                fatigue_weight=2.0,
                source="test",
            )
        },
        presidium={
            "chair": Presidium(
                title="Chair",
                date=old_style(31),
                chamber="soviet/soldiers",
                seats=7,
                rule="proportional",
                slates={"BO": ("BO",), "SR": ("RSR", "LSR"), "ME": ("ME", "MI")},
                source="test",
            )
        },
        size=Size(),
        constants=Constants(
            desertion=DesertionSettings(per_day=0.02, later_from=old_style(20)),
            united_front=UnitedFrontSettings(step=0.4, memory_days=20.0),
        ),
    )


def span(first, last):
    return old_style(first), old_style(last)


def meeting(day, **rules):
    return Meeting(
        title="Meeting",
        date=old_style(day),
        chambers=("soviet/workers", "soviet/soldiers"),
        question="Power",
        source="test",
        **rules,
    )


def bodies():
    def body(kind, **chambers):
        return Institution(
            title=kind, kind=kind, place="petrograd", source="test", chambers=chambers
        )

    workers, soldiers = {"petrograd_workers": 1.0}, {"petrograd_garrison": 1.0}
    fresh = GeneralElection(date=old_style(18), window_days=6)
    return {
        "committees": body(
            "unit_committee",
            all=Chamber("units", workers, seats_per_unit=3, renewal=4.0),
        ),
        "soviet": body(
            "soviet",
            workers=Chamber("units", workers, seats=21, renewal=3.0),
            soldiers=Chamber("units", soldiers, seats=34, renewal=3.0),
        ),
        "executive": body(
            "executive", all=Chamber("institutions", {"soviet": 2.0, "committees": 1.0}, seats=9)
        ),
        "congress": body(
            "congress",
            all=Chamber(
                "constituencies",
                {"northern_western_fronts": 1.0, "petrograd_workers": 2.0},
                seats=40,
                renewal=0.0,
                from_start=False,
                elections=(fresh,),
                until=old_style(35),
            ),
        ),
    }


def events():
    def event(first, last, *effects, **rest):
        window = span(first, last)
        return Event("Event", window, "Something.", "test", tuple(effects), **rest)

    armed = ("workers", "garrison", "front")
    day_9 = span(9, 9)
    return {
        "government": event(2, 2, Effect("government.KD", 1.0, "set")),
        "crisis": event(
            4,
            6,
            Effect("credibility.KD", -0.6, spread="uniform", sectors=("workers", "garrison")),
            Effect("government.RSR", 1.0, "set"),
            Effect("government.ME", 1.0, "set"),
            salience=True,
        ),
        "july": event(
            8,
            12,
            Effect("stigma", 1.0, "set", half_life_days=10.0, window=day_9),
            Effect("repression", 1.0, "set", half_life_days=8.0, window=day_9),
            Effect("repression_floor", 0.3, "set", places=("petrograd",)),
            Effect("activity.BO", 0.8, "mul", window=day_9),
            Effect("members.BO", 0.7, "mul", places=("petrograd_workers",)),
            Effect("grievance.peace", 0.2, "jump", sectors=("garrison", "front")),
            Effect("words", 1.0, "set"),
            salience=True,
        ),
        "joining": event(13, 13, Effect("members.MI", 3000.0, "transfer", to="BO")),
        "quarrel": event(
            14, 14, Effect("position.RSR", -0.3), Effect("stigma_clearing", 0.5, "set")
        ),
        "closure": event(15, 16, Effect("elections", op="close", places=("petrograd_garrison",))),
        "revolt": event(
            17,
            23,
            Effect("credibility.KD", -2.0, times="discredit", spread="uniform"),
            Effect("credibility.ME", -1.0, times="discredit", spread="uniform"),
            Effect("government.KD", 0.0, "set", window=span(19, 19)),
            Effect("joint_action", op="flag"),
            Effect("fatigue", 0.5, "mul", window=span(23, 23)),
            salience=True,
            sectors=armed,
        ),
        "conference": event(
            24,
            27,
            Effect("fatigue", 0.1, spread="uniform"),
            Effect("grievance.land", 0.5, "relief"),
        ),
        "if_bolshevik": event(
            28, 28, Effect("credibility.BO", 0.4), requires_majority={"committees": "BO"}
        ),
        "if_kadet": event(
            28, 28, Effect("credibility.KD", 5.0), requires_majority={"soviet": "KD"}
        ),
        "cancelled": event(29, 29, Effect("credibility.KD", 9.0), enabled=False),
        "hesitation": event(19, 19, Effect("unused_majority", 0.02, "set"), shift_days=3),
        "action": event(33, 33, Effect("action", op="flag")),
    }
