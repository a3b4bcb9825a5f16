"""The scenarios: what each changes, from which day on, and that they compose."""

from functools import lru_cache

import numpy as np
import pytest

from experiments import cli
from experiments.composing import compose_settings, group_options
from experiments.errors import SettingsError
from sim import RevolutionModel
from sim.calendar_os import day_of
from sim.march import march_on
from tests.experiments.conftest import write_tree

FIRST_CHANGED = {
    "no_revolt": "1917-08-25",
    "revolt_reaches_capital": "1917-08-28",
    "bolsheviks_aside": "1917-08-25",
    "july_harsher": "1917-07-06",
    "prisoners_held": "1917-08-25",
    "relief_peace": "1917-08-10",
    "relief_land": "1917-08-10",
    "insurrection_delayed": "1917-10-25",
    "proportional_presidium": "1917-09-09",
    "early_break": "1917-07-15",
}
TOUCHED = {
    "no_revolt": {"event"},
    "revolt_reaches_capital": {"march"},
    "bolsheviks_aside": {"event", "march"},
    "proportional_presidium": {"event", "meeting", "presidium"},
}
DAILY = ("private_count", "public_count", "seats", "members", "repression", "credibility")


@lru_cache
def settings_of(*scenarios):
    return compose_settings(f"scenario=[{','.join(scenarios)}]", "size=tiny").model


@lru_cache
def life(*scenarios, until=262):
    return RevolutionModel(settings_of(*scenarios), seed=3).run(until)


def test_every_scenario_of_the_project_is_under_test():
    assert {*FIRST_CHANGED, "historical"} == set(group_options("scenario"))


@pytest.mark.parametrize("scenario", FIRST_CHANGED)
def test_a_scenario_leaves_every_other_section_of_the_settings_alone(scenario):
    base, other = settings_of("historical"), settings_of(scenario)
    changed = {name for name in vars(base) if getattr(base, name) != getattr(other, name)}
    assert changed == TOUCHED.get(scenario, {"event"})


@pytest.mark.parametrize("scenario", FIRST_CHANGED)
def test_a_scenario_keeps_every_recorded_event_but_those_it_names(scenario):
    base, other = settings_of("historical").event, settings_of(scenario).event
    changed = {name for name in base if base[name] != other[name]}
    expected = {
        "no_revolt": {"kornilov", "united_front", "release_of_prisoners"},
        "bolsheviks_aside": {"united_front"},
        "prisoners_held": {"release_of_prisoners"},
        "insurrection_delayed": {"october"},
    }
    assert changed == expected.get(scenario, set())


@pytest.mark.parametrize(("scenario", "date"), FIRST_CHANGED.items())
def test_a_scenario_is_the_baseline_bit_for_bit_until_its_first_changed_day(scenario, date):
    record, baseline, day = life(scenario), life("historical"), day_of(date)
    for name in DAILY:
        ours, theirs = getattr(record, name), getattr(baseline, name)
        np.testing.assert_array_equal(ours[:day], theirs[:day], err_msg=name)
    assert any(
        not np.array_equal(getattr(record, name)[day:], getattr(baseline, name)[day:])
        for name in DAILY
    )


def test_scenarios_compose_to_the_changes_of_both():
    both = settings_of("no_revolt", "relief_peace").event
    assert not both["kornilov"].enabled
    assert both["relief_of_peace"].enabled


def test_composed_scenarios_keep_the_notes_of_both():
    notes = compose_settings("scenario=[no_revolt,relief_peace]").scenario_notes
    assert list(notes) == ["no_revolt", "relief_peace"]


def test_scenarios_of_different_events_compose_alike_in_either_order():
    assert settings_of("no_revolt", "relief_peace") == settings_of("relief_peace", "no_revolt")


def test_the_march_arrives_in_the_two_scenarios_that_say_so():
    arriving = {name for name in FIRST_CHANGED if march_of(name).outcome == "arrived"}
    assert arriving == {"revolt_reaches_capital", "bolsheviks_aside"}


def march_of(scenario):
    return march_on(settings_of(scenario).march)


def test_without_the_revolt_no_march_arrives_however_open_the_way():
    record = life("no_revolt", "revolt_reaches_capital")
    np.testing.assert_array_equal(record.repression, life("no_revolt").repression)


def test_an_occupied_capital_elects_no_delegates_for_sixty_days():
    record = life("revolt_reaches_capital")
    body = record.chambers.index("petrograd_soviet/workers")
    first = day_of("1917-08-28")
    seats = record.seats[first - 1 : first + 60, body]
    assert (seats == seats[0]).all()
    assert not np.array_equal(record.seats[first + 60, body], record.seats[first + 75, body])


def test_an_occupied_capital_keeps_repression_for_sixty_days():
    record = life("revolt_reaches_capital")
    level = record.repression[:, record.constituencies.index("petrograd_workers")]
    first = day_of("1917-08-28")
    assert level[first + 58] == 2.0
    assert level[first + 60] < 2.0
    assert record.repression[first, record.constituencies.index("moscow_workers")] < 1.0


def test_a_delayed_insurrection_takes_any_delay_within_the_period():
    settings = compose_settings("scenario=insurrection_delayed", "event.october.shift_days=7")
    assert settings.model.event["october"].days.start == day_of("1917-11-01")


def test_a_delay_beyond_the_period_is_refused():
    with pytest.raises(SettingsError, match=r"shift_days=22 leaves the period\. Between -2"):
        compose_settings("scenario=insurrection_delayed", "event.october.shift_days=22")


def test_an_unused_majority_costs_standing_only_until_it_is_used():
    early, late = (
        RevolutionModel(
            compose_settings(
                "scenario=insurrection_delayed", f"event.october.shift_days={days}", "size=tiny"
            ).model,
            seed=3,
        ).run()
        for days in (0, 21)
    )
    party = late.parties.index("BO")
    day = day_of("1917-11-10")
    lost = early.credibility[day, :, party] - late.credibility[day, :, party]
    assert lost.max() > 0.1
    assert lost.min() >= 0.0


def test_a_proportional_presidium_replaces_the_vote_of_9_september():
    record = life("proportional_presidium", until=200)
    assert "petrograd_soviet_0909" not in record.meetings
    assert record.presidia["petrograd_soviet_presidium_0909"].sum() == 14


OWN = """
    # @package _global_
    event:
      fall_of_riga: {enabled: false}
    scenario_notes:
      riga_holds: {title: Riga holds, changes: It holds., why: To see., cannot_claim: Anything.}
    """


def test_a_scenario_in_a_folder_of_ones_own_is_composed(tmp_path):
    write_tree(tmp_path, {"scenario/riga_holds.yaml": OWN})
    settings = compose_settings("scenario=[riga_holds,no_revolt]", config_dir=tmp_path)
    assert not settings.model.event["fall_of_riga"].enabled
    assert not settings.model.event["kornilov"].enabled


def test_the_list_has_one_line_for_each_scenario_and_ones_own(tmp_path, capsys):
    write_tree(tmp_path, {"scenario/riga_holds.yaml": OWN})
    assert cli.main(["scenarios", "--config-dir", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    named = {line.split()[0] for line in lines[: lines.index("")]}
    assert named == {"historical", *FIRST_CHANGED, "riga_holds"}


def test_the_note_of_a_scenario_says_what_it_cannot_claim(capsys):
    assert cli.main(["scenarios", "no_revolt"]) == 0
    assert "cannot claim That October would or would not have come." in capsys.readouterr().out


def test_a_misspelt_scenario_is_answered_with_the_nearest(capsys):
    assert cli.main(["scenarios", "no_revold"]) == 2
    assert "Did you mean: no_revolt?" in capsys.readouterr().err
