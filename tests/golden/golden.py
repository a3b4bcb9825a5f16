"""A few numbers of one small run, and how they compare with those that were kept."""

import json
from pathlib import Path

from sim.calendar_os import day_of
from tests.sim.worlds import run_model, tiny_world

KEPT = Path(__file__).with_name("tiny_seed_1917.json")
SEED = 1917
DATES = ("1917-06-03", "1917-07-20", "1917-08-24", "1917-09-09", "1917-10-25", "1917-11-17")
PLACES = ("petrograd_workers", "moscow_garrison", "northern_western_fronts", "caucasus")
BODIES = ("petrograd_soviet", "moscow_workers_executive", "kronstadt_soviet")
PARTIES = ("RSR", "ME", "BO")


def numbers():
    """Numbers of the run, rounded to what a change of any rule would move."""
    record = run_model(world=tiny_world(), seed=SEED).record
    k = [record.parties.index(p) for p in PARTIES]
    kept = {}
    for date in DATES:
        day = day_of(date)
        for place in PLACES:
            c = record.constituencies.index(place)
            kept[f"{place} {date}"] = [int(n) for n in record.private_count[day, c, k]]
        for body in BODIES:
            rows = [i for i, h in enumerate(record.chambers) if h.startswith(f"{body}/")]
            kept[f"{body} {date}"] = [int(n) for n in record.seats[day, rows].sum(axis=0)[k]]
    for name, result in record.meetings.items():
        kept[name] = [round(float(x), 6) for x in result.expected]
    for name, results in record.ballots.items():
        kept[name] = [round(float(results[-1].shares[j]), 6) for j in k]
    for name, seats in record.presidia.items():
        kept[name] = [int(n) for n in seats]
    kept["Bolshevik members 1917-11-17"] = [round(float(record.members[-1, :, k[2]].sum()), 1)]
    kept["in the villages 1917-11-17"] = [int(record.village_count[-1].sum())]
    return kept


def read():
    """Numbers that were kept, with the reason for which they were last written."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def differences(kept, now):
    """A table of what differs; empty if nothing does."""
    rows = [
        f"  {name:<45} kept {kept.get(name)!s:>30}   now {now.get(name)!s:>30}"
        for name in {**kept, **now}
        if kept.get(name) != now.get(name)
    ]
    return "\n".join(rows)
