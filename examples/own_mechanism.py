"""A mechanism of one's own: a function of the state and the day.

``python examples/own_mechanism.py``
"""

import sim


def moscow_reads_novaya_zhizn(state, today):
    """Tilt Moscow's workers towards the Menshevik-Internationalists, as a paper might."""
    world = today.world
    moscow = world.layout.ids.index("moscow_workers")
    units = state.constituency_of_unit == moscow
    state.extra_utility[units, world.parties.index("MI")] += 0.5


model = sim.historical(seed=1)
model.mechanisms.insert(0, moscow_reads_novaya_zhizn)
model.run(until_day=60)

plain = sim.historical(seed=1)
plain.run(until_day=60)

for place in ("moscow_workers", "petrograd_workers"):
    print(f"{place:<20}{plain.share(place, 'MI'):7.1%}{model.share(place, 'MI'):7.1%}")
