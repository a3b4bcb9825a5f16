"""Draws: pure functions of seed, decision, day and slot, uniform, and independent of each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, kstest

from sim.streams import (
    SEED_MAX,
    Decision,
    key_of,
    mix64,
    replicate_seed,
    slots_of,
    uniform,
    uniforms,
)

seeds = st.integers(0, SEED_MAX)
days = st.integers(-1, 261)
decisions = st.sampled_from(list(Decision))
FALSE_ALARM = 1e-6


def some(n=1000):
    return np.arange(n, dtype=np.uint64)


def split_mix(state):
    """The published generator, with its own state, in plain integers."""
    mask = (1 << 64) - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def test_the_draws_under_a_key_are_those_of_the_published_generator():
    key = key_of(5, Decision.VOTE, 7)
    published = split_mix(int(key))
    expected = [(next(published) >> 11) / 2**53 for _ in range(50)]
    np.testing.assert_array_equal(uniforms(5, Decision.VOTE, 7, some(50)), expected)


def test_the_first_outputs_of_the_published_generator_are_known():
    # First outputs of SplitMix64 seeded with 1234567, as printed with its reference source.
    generator = split_mix(1234567)
    assert [next(generator) for _ in range(2)] == [6457827717110365317, 3203168211198807973]
    assert int(mix64(np.uint64(1234567 + 0x9E3779B97F4A7C15))) == 6457827717110365317


@given(seed=seeds, decision=decisions, day=days, slot=st.integers(0, 2**63))
def test_one_draw_and_many_agree(seed, decision, day, slot):
    slots = np.array([slot], dtype=np.uint64)
    drawn = uniforms(seed, decision, day, slots)[0]
    assert drawn == uniform(key_of(seed, decision, day), slots[0])
    assert 0.0 <= drawn < 1.0


@given(seed=seeds, decision=decisions, day=days, pick=st.lists(st.integers(0, 99), min_size=1))
def test_the_draw_of_a_slot_depends_on_no_other_slot(seed, decision, day, pick):
    slots = np.array(pick, dtype=np.uint64)
    np.testing.assert_array_equal(
        uniforms(seed, decision, day, slots), uniforms(seed, decision, day, some(100))[pick]
    )


@given(
    first=st.tuples(seeds, decisions, days),
    second=st.tuples(seeds, decisions, days),
)
def test_two_keys_never_share_their_draws(first, second):
    if first != second:
        assert not np.isin(uniforms(*first, some(200)), uniforms(*second, some(200))).any()


def test_every_decision_and_every_day_has_a_key_of_its_own():
    keys = {int(key_of(0, d, day)) for d in Decision for day in range(-1, 262)}
    assert len(keys) == len(Decision) * 263


def test_seed_zero_is_a_seed_like_any_other():
    zero, one = (uniforms(seed, Decision.CHOICE, 0, some()) for seed in (0, 1))
    assert not np.isin(zero, one).any()
    assert kstest(zero, "uniform").pvalue > FALSE_ALARM


def is_uniform(sample, bins=100):
    """Whether a sample fills bins evenly (chi-squared, at the agreed false-alarm rate)."""
    counts = np.bincount((np.asarray(sample) * bins).astype(int), minlength=bins)
    expected = len(sample) / bins
    return chi2.sf(((counts - expected) ** 2 / expected).sum(), bins - 1) > FALSE_ALARM


@pytest.mark.parametrize("seed", [0, 1, 1917, SEED_MAX])
def test_draws_are_uniform(seed):
    assert is_uniform(uniforms(seed, Decision.CHOICE, 100, some(200_000)))


def test_this_sample_would_catch_draws_two_percent_off():
    assert not is_uniform(uniforms(0, Decision.CHOICE, 100, some(200_000)) ** 1.02)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, Decision.CHOICE, 5), (1, Decision.CHOICE, 5)),
        ((0, Decision.CHOICE, 5), (0, Decision.VOTE, 5)),
        ((0, Decision.CHOICE, 5), (0, Decision.CHOICE, 6)),
    ],
    ids=["seeds", "decisions", "days"],
)
def test_neighbouring_keys_are_independent(one, other):
    n = 100_000
    a, b = uniforms(*one, some(n)), uniforms(*other, some(n))
    # A correlation of independent draws has sd 1/sqrt(n); 5 sd is a false alarm in 2 million.
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(n)
    cells = (a * 10).astype(int) * 10 + (b * 10).astype(int)
    assert is_uniform((cells + 0.5) / 100)


def test_neighbouring_slots_and_days_of_one_person_are_independent():
    by_day = np.stack([uniforms(3, Decision.CHOICE, d, some(4000)) for d in range(25)])
    n = by_day[1:].size
    assert abs(np.corrcoef(by_day[1:].ravel(), by_day[:-1].ravel())[0, 1]) < 5 / np.sqrt(n)
    assert abs(np.corrcoef(by_day[:, 1:].ravel(), by_day[:, :-1].ravel())[0, 1]) < 5 / np.sqrt(n)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_outside_its_range_is_refused(seed):
    with pytest.raises(ValueError, match=rf"seed must lie in \[0, 2\*\*63\), got {seed}"):
        key_of(seed, Decision.VOTE, 0)


def test_replicates_have_seeds_of_their_own_which_do_not_depend_on_their_number():
    seeds_of = [replicate_seed(7, r) for r in range(1000)]
    assert len(set(seeds_of)) == 1000
    assert replicate_seed(7, 3) == seeds_of[3] != replicate_seed(8, 3)
    assert all(0 <= seed <= SEED_MAX for seed in seeds_of)


def test_slots_of_a_place_depend_on_its_name_alone():
    few, many = slots_of("petrograd_workers", 3), slots_of("petrograd_workers", 9)
    np.testing.assert_array_equal(few, many[:3])
    assert not np.isin(few, slots_of("petrograd_garrison", 9)).any()


def test_numbers_of_decisions_are_never_changed():
    # They are part of every result: a new decision goes to the end of this list.
    names = [
        "REPLICATE",
        "INITIAL_SHARES",
        "INITIAL_ALLEGIANCE",
        "IDEAL_POINT_1",
        "IDEAL_POINT_2",
        "FEAR_THRESHOLD",
        "RECONSIDERATION",
        "CHOICE",
        "TURNOVER",
        "ENTRANT",
        "DESERTION",
        "JOINT_ACTION",
        "MANDATE_INITIAL",
        "MANDATE_RENEWAL",
        "MANDATE_CHOICE",
        "MANDATE_ELECTION_DAY",
        "ATTENDANCE",
        "VOTE",
        "MEMBER_FLAG",
        "LEADERSHIP",
        "PARAMETERS",
        "OBSERVATION",
    ]
    listed = {d.name: d.value for d in Decision}
    assert {name: listed[name] for name in names} == {n: i for i, n in enumerate(names, start=1)}
