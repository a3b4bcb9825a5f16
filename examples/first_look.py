"""A first look in Python: run 1917, ask it, change one thing, compare with the same luck.

Takes some seconds: ``python examples/first_look.py``
"""

import sim
from calibration.posterior import load_posterior
from experiments.composing import compose_settings
from sim.calendar_os import day_of

# One history, with the middle of the parameters that the record leaves open. The seed is its
# luck: the same seed gives the same history again.
parameters = load_posterior().medians()
model = sim.historical(seed=1, parameters=parameters)
model.run()

print("Petrograd's workers on 17 November 1917 (Old Style):")
for party in model.record.parties:
    print(f"  {party:<4}{model.share('petrograd_workers', party):6.1%}")

# The record has all days, as arrays by day, constituency and party. Day 0 is 1 March.
workers = model.record.constituencies.index("petrograd_workers")
bolsheviks = model.record.parties.index("BO")


def course(record):
    """Return the Bolshevik share of Petrograd's workers, day by day."""
    counts = record.private_count[:, workers]
    return counts[:, bolsheviks] / counts.sum(axis=1)


# The same year without the revolt of August. Both have the same luck, so what differs comes
# from the event, and from what follows from it in this model.
settings = compose_settings("scenario=no_revolt").model
other = sim.RevolutionModel(settings, parameters, seed=1)
other.run()

print("Bolsheviks among them, with and without the revolt of August:")
with_revolt, without = course(model.record), course(other.record)
for date in ("1917-06-30", "1917-08-24", "1917-09-09", "1917-10-24"):
    day = day_of(date)
    print(f"  {date}{with_revolt[day]:8.1%}{without[day]:8.1%}")
