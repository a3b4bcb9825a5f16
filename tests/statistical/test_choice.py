"""Sampled choice against closed forms (V1, V2, V3, V8, V16); each check has a negative control.

False alarm: each test fails with a correct model at most once in a million seeds.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binomtest, chisquare

import sim
from sim.allegiance import ChoiceSettings, resting_shares, softmax
from sim.credibility import CredibilitySettings
from sim.event import Effect, Event
from sim.settings import Constants
from tests.sim.worlds import change, convert, run_model, seven, small_settings, still

pytestmark = pytest.mark.statistical

FALSE_ALARM = 1e-6
N = 20_000
START = seven()
U = np.log(list(START.values()))


def agrees(counts, shares):
    """Whether counts of independent people follow shares (chi-squared)."""
    return chisquare(counts, shares * counts.sum()).pvalue > FALSE_ALARM


def at_rest(inertia, *, push=0.0, rate=0.1):
    """Counts after a year at a constant utility, from everybody without a party.

    ``push`` is a lasting standing of the Bolsheviks from the first day on.
    """
    event = Event(
        "Push", ("1917-03-01", "1917-03-01"), "It came.", "A test.",
        effects=(Effect("credibility.BO", push),),
    )  # fmt: skip
    constants = Constants(
        choice=ChoiceSettings(inertia=inertia), credibility=CredibilitySettings(memory_days=1e9)
    )
    settings = small_settings(
        START, on=("credibility",), agents=N, event={"push": event}, constants=constants
    )
    model = sim.RevolutionModel(settings, still(reconsideration_per_day=rate), seed=1917)
    utility = model.data.intercepts[0].copy()
    convert(model, 0)
    model.run()
    return model.record.private_count[-1, 0], utility


def pushed(utility, push):
    """Utility with a standing of the Bolsheviks."""
    return utility + push * np.eye(7)[6]


def test_without_inertia_shares_go_to_the_logit():
    counts, utility = at_rest(0.0, push=1.0)
    np.testing.assert_allclose(softmax(utility), list(START.values()), atol=2e-6)
    assert agrees(counts, softmax(pushed(utility, 1.0)))


def test_with_inertia_shares_go_to_their_rest():
    counts, utility = at_rest(1.0, push=1.0)
    assert agrees(counts, resting_shares(pushed(utility, 1.0), 1.0))
    assert not agrees(counts, softmax(pushed(utility, 1.0)))


@pytest.mark.parametrize("inertia", [0.0, 1.0])
def test_this_sample_would_catch_a_utility_a_seventh_of_a_logit_off(inertia):
    counts, utility = at_rest(inertia, push=1.0)
    assert not agrees(counts, resting_shares(pushed(utility, 1.15), inertia))


def others_after(days, rate=0.05):
    """People with a party some days after nobody had one, and the chance of a day."""
    settings = small_settings(
        START, agents=N, constants=Constants(choice=ChoiceSettings(inertia=0.0))
    )
    model = sim.RevolutionModel(settings, still(reconsideration_per_day=rate), seed=1917)
    convert(model, 0)
    model.run(days)
    return int(model.record.private_count[days - 1, 0, 1:].sum()), -np.expm1(-rate)


@pytest.mark.parametrize("days", [1, 5, 20, 60])
def test_a_deviation_fades_by_the_chance_of_reconsidering(days):
    others, chance = others_after(days)
    expected = (1.0 - START["NP"]) * (1.0 - (1.0 - chance) ** days)
    assert binomtest(others, N, expected).pvalue > FALSE_ALARM


def test_this_sample_would_catch_a_rate_in_place_of_a_chance_four_times_faster():
    others, _ = others_after(5, rate=0.2)
    wrong = (1.0 - START["NP"]) * (1.0 - (1.0 - 0.2) ** 5)
    assert binomtest(others, N, wrong).pvalue < FALSE_ALARM


def shares_of_many_factories(n_units=150, of=100, rate=0.35, inertia=0.0):
    """Daily Bolshevik shares of factories at rest that do not see each other."""
    settings = small_settings(
        START,
        agents=n_units * of,
        units=n_units,
        constants=Constants(choice=ChoiceSettings(inertia=inertia)),
    )
    model = sim.RevolutionModel(settings, still(reconsideration_per_day=rate), seed=1917)
    shares = []
    for _ in range(262):
        model.step()
        shares.append(model.state.private_unit_share[:, 6])
    return np.array(shares), -np.expm1(-rate)


def autocorrelation(shares, mean):
    """Lag-1 autocorrelation about a known mean."""
    d = shares - mean
    return (d[1:] * d[:-1]).sum() / (d**2).sum()


def test_a_finite_factory_fluctuates_as_a_multinomial_and_remembers_who_did_not_reconsider():
    shares, chance = shares_of_many_factories()
    p, n = START["BO"], shares.size
    # sd of the estimate: sqrt((1 - r^2) / n); 5 sd.
    r = 1.0 - chance
    assert autocorrelation(shares, p) == pytest.approx(r, abs=5 * np.sqrt((1 - r**2) / n))
    # Effective number of independent values: n (1 - r^2) / (1 + r^2) for squares.
    effective = n * (1 - r**2) / (1 + r**2)
    variance = ((shares - p) ** 2).mean()
    assert variance == pytest.approx(p * (1 - p) / 100, rel=5.5 * np.sqrt(2 / effective))


def test_this_sample_would_catch_a_chance_of_reconsidering_fifteen_percent_off():
    shares, chance = shares_of_many_factories()
    r = 1.0 - 1.15 * chance
    wrong = 5 * np.sqrt((1 - r**2) / shares.size)
    assert abs(autocorrelation(shares, START["BO"]) - r) > wrong


def flows_of_a_binary_choice(inertia, rate=0.1, difference=0.8):
    """People who changed, people who could, and the chance that the closed form gives."""
    p = resting_shares(np.array([0.0, difference]), inertia)
    settings = small_settings(
        {"NP": p[0], "BO": p[1]}, agents=N, constants=Constants(choice=ChoiceSettings(inertia))
    )
    model = run_model(settings, seed=1917, parameters=still(reconsideration_per_day=rate))
    record = model.record
    counts = np.concatenate([record.initial_count[None, 0], record.private_count[:-1, 0]])
    chance = -np.expm1(-rate)
    return (
        (int(record.switches[:, 0, 0, 1].sum()), int(counts[:, 0].sum())),
        (int(record.switches[:, 0, 1, 0].sum()), int(counts[:, 1].sum())),
        chance * expit(difference - inertia),
        chance * expit(-difference - inertia),
    )


@pytest.mark.parametrize("inertia", [0.0, 1.0, 2.0])
def test_two_parties_exchange_people_at_the_known_rates(inertia):
    up, down, chance_up, chance_down = flows_of_a_binary_choice(inertia)
    assert binomtest(*up, chance_up).pvalue > FALSE_ALARM
    assert binomtest(*down, chance_down).pvalue > FALSE_ALARM
    # The sum is the rate at which deviations fade: h [sigma(d - i) + sigma(-d - i)].
    assert up[0] / up[1] + down[0] / down[1] == pytest.approx(chance_up + chance_down, rel=0.02)


def test_this_sample_would_catch_an_inertia_eight_percent_off():
    up, _, _, _ = flows_of_a_binary_choice(1.0)
    wrong = -np.expm1(-0.1) * expit(0.8 - 1.08)
    assert binomtest(*up, wrong).pvalue < FALSE_ALARM


def with_turnover(leave=0.02, rate=0.03):
    """Counts after a year of leaving, entering and choosing; the parts of the closed form."""
    settings = small_settings(
        START,
        on=("turnover",),
        agents=N,
        constants=Constants(choice=ChoiceSettings(inertia=0.0)),
    )
    settings = change(settings, "place.sectors.workers", turnover_per_day=leave)
    model = run_model(settings, seed=1917, parameters=still(reconsideration_per_day=rate))
    enter = np.array([START[k] * settings.party[k].entrant_factor for k in START])
    return model, -np.expm1(-rate), np.array(list(START.values())), enter / enter.sum()


def test_turnover_and_choice_come_to_rest_together():
    model, h, q, e = with_turnover()
    nu = 0.02
    rest = ((1 - nu) * h * q + nu * e) / (1 - (1 - nu) * (1 - h))
    assert abs(rest - q).max() > 0.01
    assert agrees(model.record.private_count[-1, 0], rest)
    entered = model.state.population.entry_day >= 0
    assert binomtest(int(entered.sum()), N, 1 - (1 - nu) ** 262).pvalue > FALSE_ALARM


def test_this_sample_would_catch_entrants_who_are_like_everybody():
    model, _, q, _ = with_turnover()
    assert not agrees(model.record.private_count[-1, 0], q)


def variance_of_share(n, seeds=400):
    """Variance over seeds of the Bolshevik share after some days, for n agents."""
    settings = small_settings(START, agents=n, on=("dispersion", "turnover"))
    world = sim.build_world(settings)
    shares = []
    for seed in range(seeds):
        model = sim.RevolutionModel(world=world, parameters=still(), seed=seed)
        model.run(8)
        shares.append(model.share("here", "BO"))
    return np.var(shares, ddof=1)


def ratio_is_plausible(one, other, expected, seeds=400):
    """Whether a ratio of variances agrees with the expected one (log of an F ratio, 5 sd)."""
    return abs(np.log(one / other / expected)) < 5 * np.sqrt(2 * 2 / (seeds - 1))


def test_twice_the_agents_have_half_the_variance():
    small, large = variance_of_share(200), variance_of_share(800)
    assert ratio_is_plausible(small, large, 4.0)
    assert not ratio_is_plausible(small, large, 1.5)


def test_initial_shares_are_drawn_from_their_dirichlet_law():
    settings = small_settings(START, agents=10)
    world = sim.build_world(replace(settings, initial_shares="drawn"))
    drawn = np.array(
        [sim.RevolutionModel(world=world, seed=s).data.initial_expected[0] for s in range(600)]
    )
    p = np.array(list(START.values()))
    sd = np.sqrt(p * (1 - p) / 31.0)
    assert (np.abs(drawn.mean(axis=0) - p) < 5.5 * sd / np.sqrt(600) + 1e-3).all()
    # Shares of a few per cent are skewed and cut at .001: compare the large ones.
    large = p > 0.2
    ratio = drawn.std(axis=0)[large] / sd[large]
    assert (np.abs(ratio - 1.0) < 5.5 / np.sqrt(2 * 600)).all()
    too_wide = drawn.std(axis=0)[large] / np.sqrt(p * (1 - p) / 11.0)[large]
    assert not (np.abs(too_wide - 1.0) < 5.5 / np.sqrt(2 * 600)).any()
