"""What a page may ask for: anything else is refused in words, before anything is computed."""

import json

import numpy as np
import pytest

from experiments.app.messages import BadRequestError, History, Run, read_message
from experiments.app.parameters import knowledge

SCENARIOS = ("no_revolt", "july_harsher")


def message(kind="run", **changes):
    """A good message with some parts changed, as text."""
    history = {"scenarios": ["no_revolt"], "parameters": {"discredit": 1.5}, "seed": 3}
    whole = {"id": 1, "type": kind, "histories": {"b": {**history, **changes.pop("history", {})}}}
    return json.dumps({**whole, **changes})


def test_a_good_message_becomes_a_request():
    request = read_message(message(), SCENARIOS)
    assert request == Run(1, (("b", History(("no_revolt",), (("discredit", 1.5),), 3)),))


def test_naming_a_scenario_twice_is_naming_it_once():
    request = read_message(message(history={"scenarios": ["no_revolt", "no_revolt"]}), SCENARIOS)
    assert request.histories[0][1].scenarios == ("no_revolt",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "must be JSON"),
        ("[" * 50_000, "must be JSON"),
        ("[]", "must be an object, got list"),
        ("x" * 60_001, "may have 60000 letters, got 60001"),
        (message(id="1"), "id must be a whole number .* got '1'"),
        (message(id=True), "id must be a whole number .* got True"),
        (message(kind="stop"), "type must be run, .* got 'stop'"),
        (message(histories={}), "histories must be an object with the key 'a', 'b', or both"),
        (message(histories={"c": {}}), "histories must be"),
        (message(histories={"a": 7}), "a history must be an object"),
        (message(history={"scenarios": "no_revolt"}), "scenarios must be a list of at most 12"),
        (message(history={"scenarios": ["nope"]}), "no scenario 'nope'. There are: no_revolt"),
        (message(history={"scenarios": [["no_revolt"]]}), "there is no scenario"),
        (message(history={"scenarios": ["../../x"]}), "there is no scenario"),
        (message(history={"parameters": {"lam": 1}}), "there is no parameter 'lam'. There are: "),
        (message(history={"parameters": {"discredit": 1e300}}), "from 0 to 20, got 1e[+]300"),
        (message(history={"parameters": {"discredit": -1}}), "from 0 to 20, got -1"),
        (message(history={"parameters": {"discredit": float("nan")}}), "from 0 to 20, got nan"),
        (message(history={"parameters": {"discredit": float("inf")}}), "got inf"),
        (message(history={"parameters": {"discredit": "2"}}), "discredit must be a number"),
        (message(history={"parameters": {"discredit": True}}), "discredit must be a number"),
        (message(history={"parameters": {"discredit": 10**400}}), "discredit must be a number"),
        (message(history={"seed": -1}), "seed must be a whole number from 0"),
        (message(history={"seed": 1.5}), "seed must be a whole number"),
        (message(history={"seed": 2**31}), "seed must be a whole number"),
        (message(kind="ensemble", with_parameters="yes"), "with_parameters must be true or false"),
        (message(kind="unit", history={}, unit=-1), "a history must be an object"),
        (message(kind="export", format="exe"), "format must be one of csv, .* got 'exe'"),
    ],
)
def test_a_wrong_message_is_refused_with_what_would_be_right(text, told):
    with pytest.raises(BadRequestError, match=told):
        read_message(text, SCENARIOS)


def test_nine_tenths_of_the_prior_are_within_the_range_of_a_slider():
    low, high = knowledge().range_of("renewal_per_day")
    # Log-Normal, median 1/90, log-sd .5, cut at .004 and 1/15. By hand: between the cuts lie
    # .97931 of the uncut law from .02052 on, so that 5 % of the cut law are at z = -1.479 of the
    # uncut one and 95 % at z = 1.654.
    assert low == pytest.approx(np.exp(-0.5 * 1.479) / 90, rel=1e-3)
    assert high == pytest.approx(np.exp(0.5 * 1.654) / 90, rel=1e-3)
