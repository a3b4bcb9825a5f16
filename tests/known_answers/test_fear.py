"""Fear: silence under repression, and the cascade of Granovetter (V9, V10)."""

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import beta, norm

import sim
from sim.event import Effect, Event
from tests.sim.worlds import convert, small_settings, still

BOLSHEVIKS = 1


def under_repression(agents=4000, level=1.0):
    """A factory of Bolsheviks who never reconsider, repressed from the first day for good."""
    event = Event(
        "Repression", ("1917-03-01", "1917-03-01"), "It began.", "A test.",
        effects=(Effect("repression", level, "set"),),
    )  # fmt: skip
    settings = small_settings(
        {"NP": 0.1, "BO": 0.9}, on=("fear",), agents=agents, event={"repression": event}
    )
    model = sim.RevolutionModel(settings, still(reconsideration_per_day=0.0))
    convert(model, BOLSHEVIKS)
    return model


def visible_in_the_end(sd, agents=4000):
    """Share that shows itself in the end, if nobody did at first.

    A person shows the allegiance if 1 - n <= fear, that is if n >= 1 - fear: the threshold
    of the model of collective behaviour, here Normal(0.25, sd), taken at its quantiles.
    """
    model = under_repression(agents)
    thresholds = norm.ppf((np.arange(agents) + 0.5) / agents, loc=0.25, scale=sd)
    model.state.population.fear[:] = 1.0 - thresholds
    model.state.public_unit_share = np.array([[1.0, 0.0]])
    return model.run().shares("here", public=True)[-1, BOLSHEVIKS]


def first_rest(sd):
    """The smallest r with r = F(r) for thresholds Normal(0.25, sd)."""
    r = 0.0
    for _ in range(20_000):
        r = ndtr((r - 0.25) / sd)
    return r


@pytest.mark.parametrize("sd", [0.10, 0.12, 0.122])
def test_below_the_critical_spread_few_show_themselves(sd):
    assert visible_in_the_end(sd) == pytest.approx(first_rest(sd), abs=0.003)
    assert first_rest(sd) < 0.11


@pytest.mark.parametrize("sd", [0.125, 0.14, 0.2])
def test_above_the_critical_spread_nearly_all_do(sd):
    assert visible_in_the_end(sd) == pytest.approx(first_rest(sd), abs=0.003)
    assert first_rest(sd) > 0.99


def test_everybody_shows_an_allegiance_where_nothing_is_repressed():
    model = under_repression(level=0.0)
    model.state.public_unit_share = np.array([[1.0, 0.0]])
    record = model.run(30)
    np.testing.assert_array_equal(record.public_count, record.private_count)


def test_who_is_silent_counts_as_non_party_and_nothing_private_changes():
    model = under_repression(level=0.6)
    model.state.public_unit_share = np.array([[0.5, 0.5]])
    model.run(1)
    silent = int((model.state.population.fear < 0.6 * 0.5).sum())
    assert 0 < silent < 4000
    np.testing.assert_array_equal(model.record.public_count[0, 0], [silent, 4000 - silent])
    np.testing.assert_array_equal(model.record.private_count[0, 0], [0, 4000])


def test_thresholds_of_fear_follow_their_law_to_the_digit():
    fear = np.sort(under_repression(20_000).state.population.fear.astype(float))
    # Distance of 20,000 draws from Beta(2, 2): beyond 0.02 in 2 exp(-2 n d^2) = 2e-7 of samples.
    steps = (np.arange(20_000) + 0.5) / 20_000
    assert np.abs(beta.cdf(fear, 2, 2) - steps).max() < 0.02
    from sim.population import _beta_2_2

    np.testing.assert_allclose(_beta_2_2(0.35), beta.ppf(0.35, 2, 2), rtol=1e-12)
    np.testing.assert_allclose([_beta_2_2(0.0), _beta_2_2(1.0)], [0.0, 1.0], atol=1e-12)
