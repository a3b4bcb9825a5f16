"""Choice at rest, its stability, and turnover: closed forms (V3, V4, V7, V9, intercepts)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

import sim
from sim.allegiance import (
    ChoiceSettings,
    chance_of_reconsidering,
    fit_intercepts,
    resting_shares,
    softmax,
)
from sim.day import Today, utility_of_units
from sim.membership import MembershipSettings, initial_members, recruit
from sim.repression import RepressionSettings, push_of_repression, subside, tide
from tests.sim.worlds import convert, historical, small_settings, still

utilities = st.lists(st.floats(-5.0, 5.0), min_size=2, max_size=7).map(np.array)
HOMOGENEOUS = ChoiceSettings(ideal_sd=0.0)


def one_day(shares, utility, inertia, rate):
    """Shares after a day in which everybody reconsiders with a chance: the law of E9."""
    k = len(shares)
    moves = softmax(utility + inertia * np.eye(k))
    return (1.0 - rate) * shares + rate * shares @ moves


@given(utility=utilities, inertia=st.floats(0.0, 3.0), rate=st.floats(0.01, 1.0))
def test_resting_shares_are_at_rest(utility, inertia, rate):
    rest = resting_shares(utility, inertia)
    np.testing.assert_allclose(one_day(rest, utility, inertia, rate), rest, atol=1e-12)


@given(utility=utilities)
def test_without_inertia_people_rest_at_the_logit(utility):
    np.testing.assert_allclose(resting_shares(utility, 0.0), softmax(utility), atol=1e-12)


def test_resting_shares_of_two_parties_by_hand():
    # Binary choice at difference d: odds at rest are sigma(d + i) / sigma(-d + i).
    d, i = 0.7, 1.0
    up, down = expit(d - i), expit(-d - i)
    np.testing.assert_allclose(
        resting_shares(np.array([0.0, d]), i), [down / (up + down), up / (up + down)]
    )


@given(
    shares=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=7),
    inertia=st.floats(0.0, 2.0),
)
def test_intercepts_of_people_alike_are_the_logarithms_of_the_solution(shares, inertia):
    # E10: sum_k [-1 + sqrt(1 + 4 c Z p_k)] / (2 c) = 1 over Z, c = exp(inertia) - 1.
    p = np.array(shares) / sum(shares)
    settings = ChoiceSettings(inertia=inertia)
    fitted = fit_intercepts(p[None], np.zeros((len(p), 2)), settings, dispersed=False)[0]
    c = math.expm1(inertia)
    if c < 1e-6:
        q = p
    else:

        def q_at(z):
            return (-1.0 + np.sqrt(1.0 + 4.0 * c * z * p)) / (2.0 * c)

        q = q_at(brentq(lambda z: q_at(z).sum() - 1.0, 1e-6, 1e3))
    # A share wrong by the tolerance 1e-6 moves its intercept by 1e-6 over the share.
    np.testing.assert_allclose(fitted, np.log(q) - np.log(q).mean(), atol=5e-6 / p.min())
    assert abs(fitted.sum()) < 1e-9


def test_intercepts_of_dispersed_people_rest_at_the_initial_shares():
    settings = ChoiceSettings()
    position = np.array([[0.0, 0.0], [-0.9, 0.7], [1.0, 0.0]])
    target = np.array([[0.3, 0.5, 0.2]])
    fitted = fit_intercepts(target, position, settings)
    ideal = norm.ppf((np.arange(1000) + 0.5) / 1000, scale=settings.ideal_sd)
    grid = np.stack(np.meshgrid(ideal, ideal), axis=-1).reshape(-1, 2)
    rest = resting_shares(fitted + settings.ideal_weight * grid @ position.T, settings.inertia)
    np.testing.assert_allclose(rest.mean(axis=0), target[0], atol=2e-5)


def test_a_party_without_a_share_has_no_intercept():
    with pytest.raises(ValueError, match=r"must be positive for every modelled party.*\.001"):
        fit_intercepts(np.array([[1.0, 0.0]]), np.zeros((2, 2)), ChoiceSettings())


def test_the_hazard_by_hand():
    # E8: lambda 0.03, exposure 0.7, attention 0.5: 1 - exp(-0.03 (1 + 4 * 0.35)).
    chance = chance_of_reconsidering(0.03, np.array([0.7]), np.array([0.5]), ChoiceSettings())
    np.testing.assert_allclose(chance, [-math.expm1(-0.072)])


# V4: how strong social influence must be for equal shares to become unstable.


def critical_influence(k, inertia):
    """The closed form: K (K + c) / (K + 2 c)."""
    c = math.expm1(inertia)
    return k * (k + c) / (k + 2 * c)


@pytest.mark.parametrize(
    ("k", "inertia", "critical"), [(2, 0, 2.0), (2, 1, 1.368), (7, 0, 7.0), (7, 1, 5.85)]
)
def test_the_critical_influence_has_the_values_of_the_model_description(k, inertia, critical):
    assert critical_influence(k, inertia) == pytest.approx(critical, abs=5e-3)


def growth_of_a_small_majority(k, inertia, influence, rate=0.3, small=1e-6):
    """Factor by which a small deviation from equal shares grows in a day, by the model's utility.

    The deviation is set in the model's state; the expected shares follow from the utility that
    the model computes there.
    """
    ids = list(historical().party)[: k - 1]
    ids = [*ids, "BO"] if "BO" not in ids else list(historical().party)[:k]
    settings = small_settings(
        dict.fromkeys(ids, 1.0 / k), on=("social_influence",), agents=k * 10, units=1
    )
    model = sim.RevolutionModel(settings, still(social_influence=influence))
    convert(model, np.arange(k * 10) % k)
    model.data.initial_unit_share[:] = 1.0 / k
    model.data.initial_share[:] = 1.0 / k
    deviation = small * np.eye(k)[0] - small * np.eye(k)[1]
    for shares in (model.state.public_unit_share, model.state.public_share):
        shares[:] = 1.0 / k + deviation
    today = Today(0, model.state.this_morning(), model.world, model.data, model.record)
    utility = utility_of_units(today)[0]
    after = one_day(1.0 / k + deviation, utility, inertia, rate)
    still_there = one_day(np.full(k, 1.0 / k), model.data.intercepts[0], inertia, rate)
    return ((after - still_there)[0] - (after - still_there)[1]) / (2 * small)


@pytest.mark.parametrize("k", [2, 3, 7])
@pytest.mark.parametrize("inertia", [0.0, 1.0])
def test_equal_shares_lose_stability_at_the_critical_influence(k, inertia):
    critical = critical_influence(k, inertia)
    assert growth_of_a_small_majority(k, inertia, critical) == pytest.approx(1.0, abs=1e-5)
    assert growth_of_a_small_majority(k, inertia, 0.99 * critical) < 1.0 - 1e-4
    assert growth_of_a_small_majority(k, inertia, 1.01 * critical) > 1.0 + 1e-4


# V7: membership at constant support.


def members_after(days, start, support=20.0, ratio=8.0, momentum=0.5):
    """Members for every 100 people after some days of constant support."""
    members, s = np.array([[start]]), np.array([[support]])
    for _ in range(days):
        members = recruit(members, s, np.array([momentum]), np.array([ratio]), MembershipSettings())
    return float(members[0, 0])


@pytest.mark.parametrize("ratio", [8.0, 35.0])
def test_members_rest_at_supporters_over_one_plus_the_ratio(ratio):
    rest = 20.0 / (1.0 + ratio)
    from_the_start = MembershipSettings(initial_share=1.0)
    first = initial_members(np.array([[20.0]]), np.array([ratio]), from_the_start)
    assert float(first[0, 0]) == pytest.approx(rest)
    assert members_after(500, 0.0, ratio=ratio) == pytest.approx(rest)
    assert members_after(1, rest, ratio=ratio) == pytest.approx(rest, rel=1e-14)


@pytest.mark.parametrize("days", [1, 10, 60])
def test_members_approach_their_rest_at_the_known_rate(days):
    rest, rate = 20.0 / 9.0, 0.03 * (1.0 + 1.0 / 8.0)
    assert members_after(days, 0.0) - rest == pytest.approx(-rest * (1.0 - rate) ** days)


def test_members_are_never_more_than_half_of_the_supporters():
    assert members_after(1, 19.0) == 10.0


# V9: repression and the tide.

GROWTHS = np.linspace(-0.2, 0.2, 41)


def test_repression_does_nothing_at_neutral_growth_and_is_odd_about_it():
    def push(growth):
        momentum = tide(np.atleast_1d(growth), RepressionSettings())
        return push_of_repression(np.ones(momentum.shape), momentum, 0.4)

    np.testing.assert_allclose(push(0.02), 0.0, atol=1e-15)
    np.testing.assert_allclose(push(0.02 + GROWTHS), -push(0.02 - GROWTHS), atol=1e-14)
    assert (np.diff(push(GROWTHS)) > 0).all()
    # By hand: .4 (2 sigma(40 * .03) - 1) = .4 tanh(.6).
    np.testing.assert_allclose(push(0.05), 0.4 * np.tanh(0.6))


def test_repression_halves_in_its_half_life_and_stops_at_its_floor():
    level, half_life, floor = np.ones(2), np.array([25.0, 25.0]), np.array([0.0, 0.3])
    for _ in range(50):
        level = subside(level, half_life, floor)
    np.testing.assert_allclose(level, [0.25, 0.3])
    np.testing.assert_allclose(subside(np.ones(1), np.array([np.inf]), np.zeros(1)), [1.0])
