"""What does not matter: the zero of utility, labels and order, other places (V16)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.allegiance import resting_shares, softmax
from sim.parameters import Parameters
from sim.population import live_a_day
from tests.sim.worlds import (
    change,
    constituency,
    convert,
    fingerprint,
    run_model,
    seven,
    small_settings,
    still,
    tiny,
)

utilities = st.lists(st.floats(-30.0, 30.0), min_size=2, max_size=9).map(np.array)


@given(utility=utilities, constant=st.floats(-500.0, 500.0), inertia=st.floats(0.0, 5.0))
def test_a_constant_added_to_all_utilities_changes_no_share(utility, constant, inertia):
    np.testing.assert_allclose(softmax(utility + constant), softmax(utility), atol=1e-10)
    np.testing.assert_allclose(
        resting_shares(utility + constant, inertia), resting_shares(utility, inertia), atol=1e-10
    )


@given(utility=utilities, inertia=st.floats(0.0, 5.0), data=st.data())
def test_labels_of_parties_do_not_matter_at_rest(utility, inertia, data):
    order = np.array(data.draw(st.permutations(range(len(utility)))))
    np.testing.assert_allclose(
        resting_shares(utility[order], inertia), resting_shares(utility, inertia)[order], atol=1e-12
    )


def test_a_constant_added_to_the_utility_of_everybody_changes_nobody():
    plain = run_model(tiny(), seed=4, until=30)
    shifted = sim.RevolutionModel(tiny(), seed=4)
    shifted.data = replace(shifted.data, intercepts=shifted.data.intercepts + 4.0)
    shifted.run(30)
    np.testing.assert_array_equal(shifted.record.private_count, plain.record.private_count)


def one_place_of(model, name):
    """What happened in one constituency, day by day."""
    c = model.record.constituencies.index(name)
    return model.record.private_count[:, c], model.record.public_count[:, c]


def places_of(*names):
    """Settings in which several places named ``names`` share nothing but the dates."""
    alone = small_settings(seven(), on=("turnover", "social_influence", "dispersion"), agents=300)
    places = {name: constituency(seven(), agents=300, units=3) for name in names}
    return replace(alone, place=replace(alone.place, constituencies=places))


@pytest.mark.parametrize("names", [("here", "there"), ("there", "here"), ("a", "here", "z")])
def test_another_place_does_not_move_the_draws_of_this_one(names):
    alone = one_place_of(run_model(places_of("here"), seed=9), "here")
    beside = one_place_of(run_model(places_of(*names), seed=9), "here")
    np.testing.assert_array_equal(alone, beside)


def test_people_of_two_places_draw_differently():
    model = run_model(places_of("here", "there"), seed=9)
    assert (one_place_of(model, "here")[0] != one_place_of(model, "there")[0]).any()


def test_the_order_of_constituencies_changes_nothing_but_the_order():
    settings = tiny()
    turned = change(
        settings,
        "place",
        constituencies=dict(reversed(list(settings.place.constituencies.items()))),
    )
    plain, other = run_model(settings, seed=2, until=190), run_model(turned, seed=2, until=190)
    for name in ("private_count", "public_count", "village_count", "members", "tide"):
        one, two = getattr(plain.record, name), getattr(other.record, name)
        np.testing.assert_allclose(one, two[:, ::-1], rtol=1e-12, err_msg=name)


def test_another_body_does_not_move_the_mandates_of_this_one():
    settings = tiny()
    fewer = replace(
        settings,
        institution={k: v for k, v in settings.institution.items() if k != "volga_soviets"},
        place=change(settings.place, "constituencies.volga", soviets=()),
    )
    plain, other = run_model(settings, until=60).record, run_model(fewer, until=60).record
    kept = [plain.chambers.index(name) for name in other.chambers]
    np.testing.assert_array_equal(plain.seats[:60, kept], other.seats[:60])
    np.testing.assert_array_equal(plain.private_count, other.private_count)


def test_labels_of_parties_do_not_matter_in_law():
    # Exchanging the places of two parties exchanges their gains from the non-party.
    gains = []
    for shares in ((0.4, 0.35, 0.25), (0.4, 0.25, 0.35)):
        settings = small_settings(dict(zip(("NP", "ME", "BO"), shares, strict=True)), agents=40_000)
        model = sim.RevolutionModel(settings, still(), seed=2)
        convert(model, 0)
        model.run(20)
        gains.append(model.record.private_count[19, 0])
    one, other = gains
    assert min(one) > 2500
    # 5 sd of a difference of binomials: false alarm below 1 in a million.
    assert np.abs(one - other[[0, 2, 1]]).max() < 5 * np.sqrt(2 * 40_000 * 0.25)
    assert np.abs(one - other).max() > 5 * np.sqrt(2 * 40_000 * 0.25)


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(1e-3, 1e3))
def test_weights_of_a_unit_count_only_by_their_proportions(factor):
    from sim.day import Today, people_meet

    model = run_model(tiny(), seed=1, until=3)
    today = Today(3, model.state.this_morning(), model.world, model.data, model.record)
    meet = people_meet(today)
    scaled = replace(meet, weight=meet.weight * 2.0 ** round(np.log2(factor)))
    twin = run_model(tiny(), seed=1, until=3)
    one = live_a_day(model.state.population, model.world.blocks, meet, 1, 3, parallel=False)
    two = live_a_day(twin.state.population, twin.world.blocks, scaled, 1, 3, parallel=False)
    np.testing.assert_array_equal(one.switches, two.switches)


def test_parameters_given_as_defaults_or_by_name_are_the_same():
    one = run_model(tiny(), until=40, parameters=Parameters())
    two = run_model(tiny(), until=40, parameters=Parameters(**Parameters().as_dict()))
    assert fingerprint(one.record) == fingerprint(two.record)
