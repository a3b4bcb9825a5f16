"""Dividing seats and people: sums, quotas, and where agents sit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.institution import apportion
from sim.place import Size, lay_out, unit_sizes
from sim.population import BLOCK_AGENTS, divide
from tests.sim.worlds import constituency, historical, seven, small_settings, tiny_world

weights = st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40).filter(lambda w: sum(w) > 1e-3)


@given(weights=weights, n=st.integers(0, 2000))
def test_seats_are_all_given_and_nobody_is_further_than_a_seat_from_the_quota(weights, n):
    seats = apportion(np.array(weights), n)
    quota = np.array(weights) / sum(weights) * n
    assert seats.sum() == n
    assert (np.abs(seats - quota) < 1.0 + 1e-6).all()


@given(weights=weights, n=st.integers(0, 500), factor=st.sampled_from([0.5, 2.0, 1024.0]))
def test_only_proportions_count(weights, n, factor):
    w = np.array(weights)
    np.testing.assert_array_equal(apportion(w, n), apportion(w * factor, n))


@given(weights=weights, n=st.integers(0, 500))
def test_a_larger_faction_never_has_fewer_seats(weights, n):
    w = np.array(weights)
    seats = apportion(w, n)
    order = np.argsort(w, kind="stable")
    larger = w[order][1:] > w[order][:-1] * (1.0 + 1e-6)
    assert (np.diff(seats[order])[larger] >= 0).all()


def test_an_exact_division_has_no_remainders():
    np.testing.assert_array_equal(apportion(np.array([0.1, 0.2, 0.3, 0.4]), 10), [1, 2, 3, 4])


def test_a_tie_goes_to_the_earlier_entry():
    np.testing.assert_array_equal(apportion(np.array([1.0, 1.0, 1.0]), 4), [2, 1, 1])


@given(
    agents=st.integers(1, 20_000),
    units=st.integers(1, 300),
    exponent=st.floats(0.0, 3.0),
)
def test_units_hold_everybody_and_none_is_empty(agents, units, exponent):
    agents = max(agents, units)
    sizes = unit_sizes(agents, units, exponent)
    assert sizes.sum() == agents
    assert (sizes >= 1).all()
    assert (np.diff(sizes) <= 0).all()


def test_sizes_of_units_follow_their_rank():
    sizes = unit_sizes(1_000_000, 100, 0.5)
    np.testing.assert_allclose(sizes[0] / sizes[[3, 24, 99]], [2.0, 5.0, 10.0], rtol=1e-3)


def test_a_place_has_an_agent_for_each_unit_at_least():
    assert Size(agents_factor=1e-6).n_agents(constituency(seven(), units=7)) == 7


def test_weights_of_agents_add_up_to_the_people_at_any_size():
    places = historical().place
    for size in (Size(), Size(agents_factor=0.05), Size(people_per_agent=700.0)):
        layout = lay_out(places, size)
        people = np.diff(layout.agent_start) * layout.people_per_agent
        np.testing.assert_allclose(people, [c.people for c in places.constituencies.values()])


def test_everybody_sits_in_one_unit_and_one_block_of_one_place():
    layout = tiny_world().layout
    assert layout.unit_start[-1] == layout.agent_start[-1] == layout.n_agents
    np.testing.assert_array_equal(layout.unit_start[layout.unit_first], layout.agent_start)


def test_blocks_cover_everybody_once_and_never_cross_a_unit():
    settings = small_settings(seven(), agents=5 * BLOCK_AGENTS // 2, units=2)
    layout = lay_out(settings.place, settings.size)
    blocks = divide(layout)
    assert len(blocks.start) == 4
    np.testing.assert_array_equal(blocks.start[1:], blocks.stop[:-1])
    assert (blocks.start[0], blocks.stop[-1]) == (0, layout.n_agents)
    assert (blocks.stop - blocks.start <= BLOCK_AGENTS).all()
    assert (blocks.start >= layout.unit_start[blocks.unit]).all()
    assert (blocks.stop <= layout.unit_start[blocks.unit + 1]).all()
    np.testing.assert_array_equal(blocks.slot - blocks.slot[0], blocks.start)
