"""Bodies: lag of mandates, votes on resolutions, presidia, ballots (V5, V13, V14)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sim.ballot import BallotSettings, count_ballot, mean_result
from sim.election import ElectionSettings, elector_shares, first_mandates, renew
from sim.institution import VACANT, GeneralElection, plan_seats
from sim.meeting import Meeting, MeetingSettings, chance_of_attending, chance_of_votes, hold_meeting
from sim.place import lay_out
from sim.presidium import elect_presidium
from tests.sim.worlds import committee, historical, small_settings, tiny_world

N_SEATS = 100_000
NO_RECALL = ElectionSettings(mismatch_factor=0.0, non_party_weight=1.0)
TWO = {"NP": 0.5, "BO": 0.5}


def plan_of(**bodies):
    """Seats of bodies in a place with one unit."""
    settings = small_settings(TWO, bodies=bodies)
    return plan_seats(settings.institution, settings.place, lay_out(settings.place, settings.size))


def share_over_time(base, rate, *, settings=NO_RECALL, seed=1, tiers=1):
    """Share of the second party in a body whose unit has a given share every morning.

    Parameters
    ----------
    base : ndarray of float64, shape (n_days,)
        Share of the second party in the unit, morning by morning.
    tiers : int
        1 for the body that the unit elects, 2 for a body which that body elects.
    """
    bodies = {"lower": committee(seats=N_SEATS)}
    if tiers == 2:
        bodies["upper"] = committee(seats=N_SEATS, base={"lower": 1.0}, elected_by="institutions")
    plan = plan_of(**bodies)
    first = np.array([[1.0 - base[0], base[0]]])
    mandates = first_mandates(plan, first, first, 0, seed, settings)
    shares = []
    for day, share in enumerate(base):
        row = np.array([[1.0 - share, share]])
        electors = elector_shares(row, row, mandates.count, plan, 0, settings)
        mandates = renew(
            mandates, plan, electors, rate, np.ones(tiers, dtype=bool), None, seed, day, settings
        )
        shares.append(mandates.count[-1, 1] / N_SEATS)
    return np.array(shares)


@pytest.mark.parametrize("rate", [0.02, 0.2, 1.0])
def test_a_step_of_the_base_is_answered_exponentially(rate):
    base = np.r_[0.0, np.ones(60)]
    answered = share_over_time(base, rate)[1:]
    expected = 1.0 - (1.0 - rate) ** np.arange(1, 61)
    # sd of a share of so many seats is at most 0.0016; 6 sd on any of 60 days.
    np.testing.assert_allclose(answered, expected, atol=6 * 0.5 / np.sqrt(N_SEATS))


@pytest.mark.parametrize("rate", [0.1, 0.25])
def test_a_ramp_of_the_base_is_followed_one_renewal_time_less_a_day_behind(rate):
    slope = 1.0 / 250
    days = np.arange(250)
    lag = days - share_over_time(slope * days, rate) / slope
    settled = lag[100:].mean()
    # sd of a day's lag: at most .0016 / slope = .4 days; errors last 1 / rate days.
    sd = 0.4 / np.sqrt(150 * rate / 2)
    assert settled == pytest.approx(1.0 / rate - 1.0, abs=5 * sd)
    assert 5 * sd < 1.0, "the day that distinguishes evening from morning must show"


def test_lags_of_two_tiers_add_with_the_night_between_them():
    slope, rate = 1.0 / 250, 0.2
    days = np.arange(250)
    lag = days - share_over_time(slope * days, rate, tiers=2) / slope
    assert lag[100:].mean() == pytest.approx(2 * (1.0 / rate - 1.0) + 1.0, abs=0.6)


def test_a_body_at_odds_with_its_base_is_renewed_faster():
    # E16: all delegates wrong makes a distance of 2, so the rate is 1 + 2 * 2 times the plain one.
    base = np.r_[0.0, 1.0]
    quick = share_over_time(base, 0.05, settings=replace(NO_RECALL, mismatch_factor=2.0))
    assert quick[1] == pytest.approx(0.05 * 5.0, abs=6 * 0.5 / np.sqrt(N_SEATS))


def test_the_non_party_counts_for_less_when_a_delegate_is_chosen():
    # E16: .5 * .3 against .5.
    weighed = replace(NO_RECALL, non_party_weight=0.3)
    sent = share_over_time(np.full(2, 0.5), 1.0, settings=weighed)
    assert sent[1] == pytest.approx(1.0 / 1.3, abs=6 * 0.5 / np.sqrt(N_SEATS))


def test_a_mandate_that_is_not_up_for_renewal_stays():
    plan = plan_of(one=committee(seats=50, renewal=0.0))
    electors = np.tile([0.0, 1.0], (4, 1))
    before = first_mandates(plan, electors[:1], electors[:1], 0, 0, NO_RECALL)
    after = renew(
        before, plan, 1.0 - electors, np.inf, np.ones(1, dtype=bool), None, 0, 3, NO_RECALL
    )
    np.testing.assert_array_equal(after.allegiance, before.allegiance)
    closed = plan_of(one=committee(seats=50))
    kept = renew(before, closed, 1.0 - electors, np.inf, np.zeros(1, bool), None, 0, 3, NO_RECALL)
    np.testing.assert_array_equal(kept.allegiance, before.allegiance)


def test_mandates_are_renewed_at_the_pace_of_their_body():
    plan = plan_of(
        slow=committee(seats=N_SEATS, renewal=0.5), quick=committee(seats=N_SEATS, renewal=2.5)
    )
    electors = np.tile([0.0, 1.0], (6, 1))
    before = first_mandates(plan, 1.0 - electors[:1], 1.0 - electors[:1], 0, 0, NO_RECALL)
    after = renew(before, plan, electors, 0.1, np.ones(2, bool), None, 0, 3, NO_RECALL)
    renewed = after.count[:, 1] / N_SEATS
    np.testing.assert_allclose(renewed, [0.05, 0.25], atol=6 * 0.5 / np.sqrt(N_SEATS))
    np.testing.assert_array_equal((after.since == 3), after.allegiance == 1)


def test_a_body_begins_like_the_body_that_elects_it():
    upper = committee(seats=N_SEATS, base={"middle": 1.0}, elected_by="institutions")
    middle = committee(seats=N_SEATS, base={"lower": 1.0}, elected_by="institutions")
    plan = plan_of(upper=upper, middle=middle, lower=committee(seats=N_SEATS))
    unit = np.array([[0.2, 0.8]])
    mandates = first_mandates(plan, unit, unit, 0, 1, NO_RECALL)
    np.testing.assert_allclose(mandates.count[:, 1] / N_SEATS, 0.8, atol=8 * 0.4 / np.sqrt(N_SEATS))


@pytest.mark.parametrize("elected", [None, np.arange(50)])
def test_a_body_without_delegates_elects_nobody(elected):
    lower = committee(seats=50, from_start=False, elections=(GeneralElection("1917-06-01"),))
    upper = committee(seats=50, base={"lower": 1.0}, elected_by="institutions")
    plan = plan_of(upper=upper, lower=lower)
    unit = np.array([[0.0, 1.0]])
    mandates = first_mandates(plan, unit, unit, 0, 1, NO_RECALL)
    assert (mandates.allegiance == VACANT).all()
    mandates.allegiance[:50] = 0
    mandates.count[0] = [50, 0]
    electors = elector_shares(unit, unit, mandates.count, plan, 0, NO_RECALL)
    nobody = renew(mandates, plan, electors, np.inf, np.ones(2, bool), elected, 0, 30, NO_RECALL)
    np.testing.assert_array_equal(nobody.count, [[50, 0], [0, 0]])


@pytest.mark.parametrize("rate", [0.1, np.inf])
def test_only_a_general_election_fills_a_vacant_seat(rate):
    plan = plan_of(one=committee(seats=50))
    electors = np.tile([0.0, 1.0], (4, 1))
    mandates = first_mandates(plan, electors[:1], electors[:1], 0, 0, NO_RECALL)
    mandates.allegiance[:] = VACANT
    mandates.count[:] = 0
    here = (plan, electors, rate, np.ones(1, bool))
    after = renew(mandates, *here, None, 0, 30, NO_RECALL)
    assert (after.allegiance == VACANT).all()
    assert after.count.sum() == 0
    elected = renew(mandates, *here, np.arange(50), 0, 30, NO_RECALL)
    np.testing.assert_array_equal(elected.count, [[0, 50]])
    assert (elected.since == 30).all()


# V13: votes on resolutions.


@pytest.mark.parametrize("stance", [-1.0, -0.3, 0.0, 0.7, 1.0])
def test_a_party_without_ties_to_its_base_votes_by_its_stance(stance):
    one = np.array([stance])
    votes = chance_of_votes(one, np.array([0.9]), 0.0, MeetingSettings())[0]
    np.testing.assert_allclose(votes[0], expit(2 * stance - 0.25))
    np.testing.assert_allclose(votes[1], expit(-2 * stance - 0.25))
    assert votes.sum() == pytest.approx(1.0)
    assert votes[2] > 0


@given(stance=st.floats(-1, 1), base=st.floats(0, 1), eta=st.floats(0, 5))
def test_a_resolution_and_its_opposite_change_places(stance, base, eta):
    one = chance_of_votes(np.array([stance]), np.array([base]), eta, MeetingSettings())
    other = chance_of_votes(np.array([-stance]), np.array([1.0 - base]), eta, MeetingSettings())
    np.testing.assert_allclose(one[0, [1, 0, 2]], other[0], atol=1e-12)


def test_a_delegate_who_follows_the_base_by_hand():
    # z = 2 * .3 + 2 * (2 * .9 - 1) = 2.2
    votes = chance_of_votes(np.array([0.3]), np.array([0.9]), 2.0, MeetingSettings())[0]
    np.testing.assert_allclose(votes, [expit(1.95), expit(-2.45), 1 - expit(1.95) - expit(-2.45)])


def test_attendance_by_hand():
    # E17: sigma(1.1 + 2 * 1 - 2.3 - .5 (1 - .9))
    chance = chance_of_attending(
        np.array([1.0]), np.array([2.3]), np.array([0.5]), np.array([0.9]), MeetingSettings()
    )
    np.testing.assert_allclose(chance, [expit(0.75)])


def petrograd(parties_of_sections, *, duty=0.0, whip=0.0, responsiveness=0.0, **rules):
    """The Petrograd Soviet's vote, if each section were of one party."""
    world = tiny_world()
    plan, parties = world.plan, world.parties
    rows = [plan.chamber_index(f"petrograd_soviet/{s}") for s in ("workers", "soldiers")]
    allegiance = np.full(plan.n_seats, VACANT, dtype=np.uint8)
    for row, party in zip(rows, parties_of_sections, strict=True):
        allegiance[plan.chamber == row] = parties.index(party)
    n_rows = world.layout.n_units + len(world.layout.ids) + len(plan.institutions) + len(
        plan.chambers
    )  # fmt: skip
    duties = np.zeros(len(world.layout.ids))
    duties[world.layout.ids.index("petrograd_garrison")] = duty
    meeting = Meeting(
        "Meeting", "1917-09-09", ("petrograd_soviet/workers", "petrograd_soviet/soldiers"),
        "?", "A test.", **rules,
    )  # fmt: skip
    return hold_meeting(
        meeting, np.flatnonzero(np.isin(plan.chamber, rows)), plan, allegiance,
        np.full((n_rows, 7), 1 / 7), parties.position[:, 0], parties.zeal, np.full(7, whip),
        np.full(7, np.nan), duties, np.zeros(len(duties)), responsiveness, 3, 192,
        MeetingSettings(),
    )  # fmt: skip


def test_a_vote_is_the_mixture_of_its_sections():
    # Workers' section 370 Bolsheviks (l = 1), soldiers' 730 right SRs (l = -.9), duty 2.3.
    result = petrograd(("BO", "RSR"), duty=2.3)
    present = np.array([370 * expit(1.1), 730 * expit(-1.2)])
    in_favour = present @ [expit(1.75), expit(-2.05)] / present.sum()
    against = present @ [expit(-2.25), expit(1.55)] / present.sum()
    np.testing.assert_allclose(result.expected, [in_favour, against, 1 - in_favour - against])
    np.testing.assert_allclose(result.expected_votes, present.sum())
    # The drawn outcome is one draw of the same law: 6 sd.
    assert abs(result.drawn.sum() - present.sum()) < 6 * np.sqrt(1100 / 4)
    assert abs(result.drawn[0] - in_favour * present.sum()) < 6 * np.sqrt(1100 / 4)
    assert result.present == result.drawn.sum()


def test_who_attends_says_nothing_about_how_one_votes():
    # A party of l = .3: a share of .587 for, whoever is present; 6 sd of a draw.
    result = petrograd(("MI", "MI"))
    in_favour = expit(0.6 - 0.25)
    sd = np.sqrt(result.present * in_favour * (1 - in_favour))
    assert abs(result.drawn[0] - in_favour * result.present) < 6 * sd
    # Were the draw of attendance used again, the share for would be .587 / .75.
    assert abs(in_favour / expit(1.1) - in_favour) * result.present > 6 * sd


def test_the_design_attendance_of_31_august_comes_out():
    # "About 420 present of 1,100": fatigue lowers these 437 a little.
    assert petrograd(("BO", "RSR"), duty=2.3).expected_votes == pytest.approx(445, rel=0.05)


def test_in_a_division_by_leaving_the_hall_the_absent_count():
    plain = petrograd(("ME", "ME"))
    division = petrograd(("ME", "ME"), absent_count="against")
    absent = 1100 * (1 - expit(1.1))
    assert division.expected_votes == pytest.approx(1100)
    np.testing.assert_allclose(
        division.expected * 1100, plain.expected * plain.expected_votes + [0, absent, 0]
    )
    assert division.drawn.sum() == 1100
    assert division.present == plain.present


def test_a_resolution_against_soviet_power_turns_stances_round():
    one, other = petrograd(("BO", "ME")), petrograd(("BO", "ME"), direction="against_soviet_power")
    np.testing.assert_allclose(one.expected[[1, 0, 2]], other.expected)


@pytest.mark.parametrize(("quorum", "quorate"), [(0.2, True), (0.95, False)])
def test_a_meeting_is_quorate_if_enough_attend(quorum, quorate):
    assert petrograd(("BO", "BO"), quorum=quorum).quorate is quorate


def test_an_empty_hall_decides_nothing():
    world = tiny_world()
    table = world.meetings[91][0]
    result = hold_meeting(
        table.meeting, table.seats, world.plan, np.full(world.plan.n_seats, VACANT, np.uint8),
        np.zeros((1, 7)), world.parties.position[:, 0], world.parties.zeal, table.whip,
        table.stance_set, table.duty, np.zeros(16), 1.0, 0, 91, MeetingSettings(),
    )  # fmt: skip
    assert np.isnan(result.expected).all()
    assert (result.present, result.quorate, result.drawn.sum()) == (0, False, 0)


# V14: presidia.


@pytest.mark.parametrize(
    ("shares", "n", "seats"),
    [((0.52, 0.29, 0.19), 11, (6, 3, 2)), ((0.375, 0.417, 0.125, 0.083), 24, (9, 10, 3, 2))],
)
def test_the_presidia_of_september_come_out(shares, n, seats):
    assert tuple(elect_presidium(np.array(shares), n, "proportional")) == seats


def test_a_majority_takes_all_seats():
    assert tuple(elect_presidium(np.array([30.0, 31.0, 5.0]), 7, "majority")) == (0, 7, 0)


@pytest.mark.parametrize("rule", ["proportional", "majority"])
def test_slates_without_delegates_elect_nobody(rule):
    assert tuple(elect_presidium(np.zeros(3), 7, rule)) == (0, 0, 0)


# E19: ballots.


def test_a_ballot_by_hand():
    # Two places, half the electors each; NP, KD (zeal .7), BO (zeal .9).
    share = np.array([[0.2, 0.5, 0.3], [0.4, 0.0, 0.6]])
    fatigue, zeal = np.array([0.5, 0.0]), np.array([0.0, 0.7, 0.9])
    result = count_ballot(share, fatigue, np.array([0.5, 0.5]), zeal, 0, 2.0, 1.3, BallotSettings())
    kd, bo = np.exp(-1.3 * 2.0 * 0.5 * 0.3), np.exp(-1.3 * 2.0 * 0.5 * 0.1)
    votes = 0.5 * np.array([0.14 * 0.6, 0.5 * kd, 0.3 * bo + 0.6])
    np.testing.assert_allclose(result.turnout, votes.sum())
    np.testing.assert_allclose(result.shares, votes / votes.sum())


def test_without_fatigue_all_but_the_non_party_vote():
    share = np.array([[0.25, 0.75]])
    result = count_ballot(
        share, np.zeros(1), np.ones(1), np.zeros(2), 0, 1.0, 4.0, BallotSettings()
    )
    np.testing.assert_allclose(result.turnout, 0.75 + 0.14 * 0.25)


def test_a_ballot_of_several_days_is_their_mean():
    days = [
        count_ballot(
            np.array([[0.0, p, 1 - p]]), np.zeros(1), np.ones(1), np.zeros(3), 0, 1.0, 1.0,
            BallotSettings(),
        )
        for p in (0.2, 0.4)
    ]  # fmt: skip
    np.testing.assert_allclose(mean_result(days).shares, [0.0, 0.3, 0.7])


def test_every_dated_vote_of_1917_is_held_once():
    from tests.sim.worlds import run_model

    record = run_model(world=tiny_world()).record
    settings = historical()
    assert set(record.meetings) == set(settings.meeting)
    assert {name: len(days) for name, days in record.ballots.items()} == {
        "petrograd_district_dumas": 10,
        "moscow_city_duma": 1,
        "petrograd_city_duma": 1,
        "moscow_ward_dumas": 1,
        "constituent_assembly_petrograd": 3,
    }
    assert {name: int(s.sum()) for name, s in record.presidia.items()} == {
        "petrograd_workers_presidium_0908": 11,
        "petrograd_soldiers_presidium_0913": 24,
    }
