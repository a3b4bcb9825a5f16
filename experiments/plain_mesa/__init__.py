"""The same rules once more, written out plainly: one ``mesa.Agent`` for each person.

It shares no code with the daily pass of :mod:`sim.population` nor with the mechanisms of
:mod:`sim.day`: intercepts, utilities, levels, events and elections are computed again here
from the equations, in ordinary Python. It does share the draws
(:func:`sim.streams.uniforms`), so that both models must agree person by person and day by
day; the tests ask that of them. Who sits where and which seats there are is read from
:class:`sim.world.World`; meetings, ballots and presidia are held by the same public functions.

It is also the measure of ``allegiance bench``. To be a fair one it does not shuffle (the
rule is synchronous), computes what the people of a unit share once a day, and draws the
random numbers of a day in bulk.
"""

from experiments.plain_mesa.model import PlainModel

__all__ = ["PlainModel"]
