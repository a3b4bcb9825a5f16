"""Events: when and where they act, and what each kind of effect does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.calendar_os import N_DAYS, day_of, new_style, old_style
from sim.event import Effect, Event, compile_schedule, scope_mask
from sim.parameters import Parameters
from tests.sim.worlds import change, historical, run_model, seven, small_settings, tiny, tiny_world

PLACES = historical().place
IDS = list(PLACES.constituencies)
DATE = "1917-03-11"
DAY = day_of(DATE)


def event_of(*effects, window=(DATE, DATE), **others):
    """An event with effects."""
    return Event("News", window, "News came.", "A test.", effects=effects, **others)


def after(*effects, until=DAY + 1, base=None, **others):
    """The tiny country after an event, and without it."""
    base = base or replace(tiny(), event={})
    with_it = replace(base, event={**base.event, "news": event_of(*effects, **others)})
    return run_model(with_it, seed=1, until=until), run_model(base, seed=1, until=until)


def rows(mask):
    """Names of the constituencies in a mask."""
    return {name for name, inside in zip(IDS, mask, strict=True) if inside}


@given(
    places=st.none() | st.sets(st.sampled_from([*IDS, "petrograd", "moscow"])),
    sectors=st.none() | st.sets(st.sampled_from(list(PLACES.sectors))),
)
def test_a_scope_is_its_places_that_are_of_its_sectors(places, sectors):
    mask = scope_mask(
        "event.x", PLACES, *(None if x is None else tuple(x) for x in (places, sectors))
    )
    for name, inside in zip(IDS, mask, strict=True):
        c = PLACES.constituencies[name]
        here = places is None or name in places or c.place in places
        assert inside == float(here and (sectors is None or c.sector in sectors))


def test_a_town_is_all_its_constituencies():
    mask = scope_mask("event.x", PLACES, ("petrograd",), None)
    assert rows(mask) == {"petrograd_workers", "petrograd_garrison", "petrograd_citizens"}
    mask = scope_mask("event.x", PLACES, ("petrograd", "urals"), ("workers",))
    assert rows(mask) == {"petrograd_workers", "urals"}


def test_days_of_an_event_include_both_ends():
    event = event_of(window=("1917-08-25", "1917-08-31"))
    assert list(event.days) == list(range(177, 184))
    assert (old_style(177), new_style(177)) == ("1917-08-25", "1917-09-07")


def schedule_of(**events):
    """The schedule of events in the country, with parameters of their own."""
    world = tiny_world()
    return compile_schedule(events, PLACES, world.parties, Parameters(discredit=1.5), 4.0)


def test_a_pulse_acts_on_the_first_day_and_a_uniform_effect_on_each_in_equal_parts():
    window = ("1917-03-11", "1917-03-15")
    pulse = Effect("credibility.BO", -2.0, times="discredit")
    actions = schedule_of(
        a=event_of(pulse, replace(pulse, spread="uniform"), window=window)
    ).actions
    values = {day: [a.value for a in listed] for day, listed in actions.items()}
    assert values == {
        10: pytest.approx([-3.0, -0.6]),
        **{d: pytest.approx([-0.6]) for d in (11, 12, 13, 14)},
    }


def test_standing_moves_by_the_exposure_of_a_place_and_grievances_do_not():
    credibility, grievance = schedule_of(
        a=event_of(Effect("credibility.BO"), Effect("grievance.peace", 0.1, "jump"))
    ).actions[DAY]
    exposure = [c.event_exposure for c in PLACES.constituencies.values()]
    np.testing.assert_array_equal(credibility.where, exposure)
    np.testing.assert_array_equal(grievance.where, 1.0)


def test_attention_is_one_in_the_window_halves_in_four_days_and_is_never_more_than_one():
    window = ("1917-03-11", "1917-03-13")
    one = event_of(window=window, salience=True, places=("moscow",))
    salience = schedule_of(a=one).salience
    moscow = [i for i, n in enumerate(IDS) if n.startswith("moscow")]
    others = [i for i in range(len(IDS)) if i not in moscow]
    assert (salience[:, others] == 0).all()
    here = salience[:, moscow[0]]
    np.testing.assert_allclose(here[[9, 10, 11, 12, 13, 16, 20]], [0, 1, 1, 1, 2**-0.25, 0.5, 0.25])
    np.testing.assert_allclose(
        schedule_of(a=one, b=one).salience[:, moscow[0]], np.minimum(2 * here, 1)
    )


def test_effects_have_windows_and_scopes_of_their_own():
    effect = Effect("grievance.land", 0.2, "jump", window=("1917-04-01", "1917-04-01"))
    scoped = replace(effect, places=("urals",))
    actions = schedule_of(a=event_of(effect, scoped, sectors=("front",))).actions
    assert list(actions) == [31]
    assert [rows(a.where) for a in actions[31]] == [
        {"northern_western_fronts", "southwestern_romanian_fronts"},
        set(),  # the event's sectors hold for a scoped effect too: no front in the Urals
    ]
    assert rows(schedule_of(a=event_of(scoped)).actions[31][0].where) == {"urals"}


# What each kind of effect does. The state is looked at on the evening of the day.


def test_a_jump_goes_a_share_of_the_way_up_and_a_relief_a_share_of_the_way_down():
    up, without = after(Effect("grievance.bread", 0.3, "jump"))
    down, _ = after(Effect("grievance.bread", 0.3, "relief"))
    q = 0.0045
    before = (without.state.grievance[:, 1] - q) / (1 - q)
    np.testing.assert_allclose(
        up.state.grievance[:, 1], (1 - q) * (before + 0.3 * (1 - before)) + q
    )
    np.testing.assert_allclose(down.state.grievance[:, 1], (1 - q) * 0.7 * before + q)
    np.testing.assert_array_equal(
        up.state.grievance[:, [0, 2, 3]], without.state.grievance[:, [0, 2, 3]]
    )


def test_standing_is_added_and_fades():
    with_it, _ = after(Effect("credibility.ME", 1.5), places=("kronstadt",))
    expected = np.zeros((16, 7))
    expected[IDS.index("kronstadt"), 4] = 1.5 * (1 - 1 / 120)
    np.testing.assert_allclose(with_it.state.credibility, expected)


@pytest.mark.parametrize(
    ("effect", "field", "place", "expected"),
    [
        (Effect("government.MI", 0.5, "set"), "government", 5, 0.5),
        (Effect("activity.BO", 0.8, "set"), "activity", 6, 0.8),
        (Effect("activity.LSR", 0.5, "mul"), "activity", 3, 0.35),
        (Effect("position.RSR", 0.6), "position", (2, 0), -0.3),
        (Effect("stigma_clearing", 0.0, "set"), "stigma_clearing", None, 0.0),
        (Effect("words", 0.7, "set"), "words", None, 0.7),
        (Effect("unused_majority", 0.01, "set"), "unused_majority_per_day", None, 0.01),
        (Effect("stigma", 0.9, "set"), "stigma", None, 0.9),
        (Effect("stigma", 0.9, "set", half_life_days=1.0), "stigma", None, 0.45),
    ],
)
def test_an_effect_changes_its_quantity_for_good(effect, field, place, expected):
    with_it, without = after(effect)
    one, other = (getattr(m.state, field) for m in (with_it, without))
    assert (one if place is None else one[place]) == pytest.approx(expected)
    if place is not None:
        changed = np.argwhere(one != other).tolist()
        assert changed == [list(np.atleast_1d(place))]


def test_repression_is_set_in_its_scope_halves_and_stops_at_its_floor():
    effects = (
        Effect("repression", 2.0, "set", half_life_days=5.0, places=("urals",)),
        Effect("repression_floor", 0.3, "set", places=("donets",)),
    )
    with_it, _ = after(*effects, until=DAY + 10)
    expected = np.zeros(16)
    expected[IDS.index("urals")], expected[IDS.index("donets")] = 0.5, 0.3
    np.testing.assert_allclose(with_it.state.repression, expected)


def test_fatigue_is_added_or_multiplied_and_stays_a_share():
    more, without = after(Effect("fatigue", 0.2), places=("urals",))
    half, _ = after(Effect("fatigue", 0.5, "mul"), places=("urals",))
    most, _ = after(Effect("fatigue", 5.0))
    u = IDS.index("urals")
    growth = 0.01 * 0.2
    before = (without.state.fatigue[u] - growth) / (1 - growth)
    assert more.state.fatigue[u] == pytest.approx((before + 0.2) * (1 - growth) + growth)
    assert half.state.fatigue[u] == pytest.approx(before / 2 * (1 - growth) + growth)
    assert (most.state.fatigue == 1.0).all()
    np.testing.assert_array_equal(more.state.fatigue[:u], without.state.fatigue[:u])


def members(model, party):
    """Members of a party in people, by constituency."""
    return model.record.members[model.day - 1, :, model.world.parties.index(party)]


def test_members_are_multiplied_in_their_scope():
    off = change(replace(tiny(), event={}), "mechanism", membership=False)
    with_it, without = after(
        Effect("members.BO", 0.7, "mul", places=("petrograd_workers",)), base=off
    )
    factor = np.ones(16)
    factor[IDS.index("petrograd_workers")] = 0.7
    np.testing.assert_allclose(members(with_it, "BO"), factor * members(without, "BO"))


@pytest.mark.parametrize(("people", "moved"), [(400.0, 400.0), (1e6, None)])
def test_members_who_change_party_are_counted_in_people_and_none_is_lost(people, moved):
    off = change(replace(tiny(), event={}), "mechanism", membership=False)
    effect = Effect("members.MI", people, "transfer", to="BO", places=("petrograd_workers",))
    with_it, without = after(effect, base=off)
    c = IDS.index("petrograd_workers")
    gain = members(with_it, "BO") - members(without, "BO")
    loss = members(without, "MI") - members(with_it, "MI")
    np.testing.assert_allclose(gain, loss)
    assert gain[c] == pytest.approx(members(without, "MI")[c] if moved is None else moved)
    assert (np.delete(gain, c) == 0).all()


def test_joint_action_lasts_as_long_as_its_window_and_happens_where_it_is():
    with_it, without = after(
        Effect("joint_action", op="flag"), window=("1917-03-11", "1917-03-12"), places=("urals",)
    )
    layout = with_it.world.layout
    where = np.repeat(np.arange(16), np.diff(layout.agent_start))
    exposed = with_it.state.population.joint > 0
    assert set(where[exposed]) == {IDS.index("urals")}
    fade = with_it.state.joint_fade
    assert set(np.round(with_it.state.population.joint[exposed] * fade, 4)) == {
        np.float32(round((1 / 6) * (1 - 1 / 120), 4))
    }
    with_it.run(DAY + 2)
    both_days = with_it.state.population.joint.max() * with_it.state.joint_fade
    keep = 1 - 1 / 120
    assert both_days == pytest.approx((keep / 6 + 1 / 6) * keep, rel=1e-5)
    n = (with_it.state.population.joint > 0).sum()
    with_it.run(DAY + 5)
    assert (with_it.state.population.joint > 0).sum() <= n
    assert not (without.state.population.joint > 0).any()


def test_no_delegates_are_elected_where_elections_are_closed():
    base = change(replace(tiny(), event={}), "mechanism", lag=False)
    with_it, _ = after(Effect("elections", op="close"), places=("petrograd",), base=base)
    since, plan = with_it.state.mandates.since, with_it.world.plan
    place = plan.group_constituency[plan.group]
    petrograd = np.isin(place, [i for i, n in enumerate(IDS) if n.startswith("petrograd")])
    here = petrograd & (plan.group_renewal[plan.group] > 0)
    assert (since[here] == DAY - 1).all()
    elsewhere = ~petrograd & (place >= 0) & (plan.group_renewal[plan.group] > 0)
    assert (since[elsewhere] == DAY).all()
    # Bodies elected by bodies wait until elections are open everywhere.
    assert (since[(place < 0) & (plan.group_renewal[plan.group] > 0)] == DAY - 1).all()
    with_it.run(DAY + 2)
    assert (with_it.state.mandates.since[here] == DAY + 1).all()


def test_an_unused_majority_costs_until_it_is_used():
    effects = (
        Effect("unused_majority", 0.05, "set"),
        Effect("action", op="flag", window=("1917-03-14", "1917-03-14")),
    )
    shares = seven((0.1, 0.02, 0.04, 0.03, 0.03, 0.05, 0.73))
    settings = small_settings(
        shares, on=("credibility",), event={"news": event_of(*effects)}, soviets=("committee",)
    )
    settings = change(
        settings, "institution.committee.chambers.all", seats=100, seats_per_unit=None
    )
    model = sim.RevolutionModel(settings, seed=1)
    model.run(DAY + 6)
    standing = model.record.credibility[DAY - 1 : DAY + 6, 0, 6]
    assert standing[0] == 0.0
    keep = 1 - 1 / 120
    expected = [-0.05, -0.05 * (1 + keep), -0.05 * (1 + keep + keep**2)]
    np.testing.assert_allclose(standing[1:4], expected)
    np.testing.assert_allclose(standing[4:7], expected[-1] * keep ** np.arange(1, 4))
    assert (model.record.credibility[: DAY + 6, 0, :6] == 0).all()


@pytest.mark.parametrize(("party", "acts"), [("RSR", True), ("BO", False)])
def test_an_event_that_needs_a_majority_waits_for_it(party, acts):
    base = replace(tiny(), event={})
    for sector in ("workers", "garrison"):
        base = change(
            base,
            f"place.constituencies.petrograd_{sector}",
            initial_shares=seven((0.05, 0.02, 0.81, 0.02, 0.03, 0.02, 0.05)),
        )
    with_it, without = after(
        Effect("credibility.BO", 2.0), requires_majority={"petrograd_soviet": party}, base=base
    )
    moved = with_it.state.credibility != without.state.credibility
    assert moved.any() == acts


def test_effects_of_a_day_act_in_the_order_of_the_configuration():
    add, halve = event_of(Effect("fatigue", 0.4)), event_of(Effect("fatigue", 0.5, "mul"))
    base = replace(tiny(), event={})
    one = run_model(replace(base, event={"a": add, "b": halve}), until=DAY + 1).state.fatigue
    two = run_model(replace(base, event={"b": halve, "a": add}), until=DAY + 1).state.fatigue
    assert (two > one + 0.15).all()


@given(first=st.integers(0, N_DAYS - 1), shift=st.integers(-N_DAYS, N_DAYS))
def test_a_moved_event_keeps_its_length_and_stays_in_the_period(first, shift):
    last = min(first + 3, N_DAYS - 1)
    window = (old_style(first), old_style(last))
    if -first <= shift < N_DAYS - last:
        days = event_of(window=window, shift_days=shift).days
        assert (days.start, len(days)) == (first + shift, last - first + 1)
    else:
        with pytest.raises(ValueError, match=rf"shift_days={shift} leaves the period"):
            event_of(window=window, shift_days=shift)
