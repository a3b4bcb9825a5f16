"""The evidence the project carries: numbers by hand, two transcriptions, what a fit may see."""

import csv
from datetime import date, timedelta

import numpy as np
import pytest

from calibration.ledger import LEDGER_PATH, Observation, load_ledger
from calibration.ledger_columns import OPTIONAL, REQUIRED
from calibration.ledger_format import EVIDENCE_DIR
from calibration.ledger_rules import gazetteer, places_of
from sim.party import PARTY_IDS

LEDGER = load_ledger()
SCORED = LEDGER.scored()


def counts_of(observation_id):
    """Option to count."""
    return {f.option: f.count for f in LEDGER[observation_id].figures}


@pytest.mark.parametrize(
    ("observation_id", "figures", "total"),
    [
        ("O_psov_0831", {"Bolshevik resolution": 279, "against": 115, "abstain": 50}, 444),
        (
            "S05_petrograd_0909",
            {
                "old presidium and Coalition line": 414,
                "against (soviet power)": 519,
                "abstain": 67,
            },
            1000,
        ),
        ("S07_petrograd_0911", {"Coalition": 10, "abstain": 7}, None),
        (
            "O_mosduma_sep_a",
            {
                "SR": 54479,
                "Bolshevik": 193489,
                "minor socialist": 4449,
                "Menshevik": 15618,
                "Kadet": 101100,
                "minor non-socialist": 10504,
            },
            379639,
        ),
        ("O_kron_may", {"Bolshevik": 93, "SR": 91, "Menshevik": 46, "non-party": 68}, 298),
        ("O_mos_0905", {"Bolshevik resolution": 355, "against": 254}, 609),
        ("O_mem_6th_total", {"claimed total": 240000, "represented": 176000}, None),
        ("S39_tu_demconf", {"Bolshevik": 58, "Menshevik + right SR": 38.4}, 100),
        ("O_psov_wpres_0908", {"Bolshevik": 6, "SR": 3, "Menshevik": 2}, 11),
        ("S31_metal_members_aug", {"union members": 138000}, 546100),
        ("O_wsec_0531", {"Bolshevik resolution": 173, "against": 144}, 317),
        ("S04_petrograd_0831", {"Bolshevik resolution": 229, "against": 115, "abstain": 51}, 395),
    ],
)
def test_figures_are_those_of_the_sources(observation_id, figures, total):
    assert counts_of(observation_id) == figures
    assert LEDGER[observation_id].total == total


def test_two_transcriptions_of_every_scored_figure_agree():
    with (EVIDENCE_DIR / "second_reading.csv").open(encoding="utf-8", newline="") as stream:
        second = {
            (row["observation_id"], row["option"]): (number(row["count"]), number(row["total"]))
            for row in csv.DictReader(stream)
        }
    first = {(o.id, f.option): (f.count, o.total) for o in SCORED for f in o.figures}
    assert first == second
    assert len(first) > 100


def number(text):
    """A cell as a number, None if empty."""
    return float(text) if text else None


def test_the_evidence_has_the_size_that_was_transcribed():
    figures = {role: 0 for role in ("train", "holdout", "negative_control")}
    for o in SCORED:
        figures[o.role] += len(o.figures)
    # 72 training rows as transcribed and one taken over from the other printing of 5 September
    assert figures == {"train": 73, "holdout": 41, "negative_control": 3}
    assert len(LEDGER) == 141


def test_every_scored_observation_has_an_operator_and_a_target_or_a_written_reason():
    without = {o.id: o.reason for o in SCORED if o.operator == "none"}
    assert set(without) == {"S30_metal_members_may", "S31_metal_members_aug"}
    assert all("a union card is not an allegiance" in reason for reason in without.values())
    assert all(o.target for o in SCORED if o.operator != "none")


def test_every_observation_without_an_operator_says_why():
    reasons = [o.reason for o in LEDGER if o.operator == "none"]
    assert len(reasons) > 50
    assert all(len(r.removeprefix("No operator: ")) > 15 for r in reasons)


def test_nothing_of_the_chief_source_is_confidence_graded_as_checked():
    graded = {(o.id, f.confidence) for o in LEDGER for f in o.figures if f.origin == "woods"}
    checked = {(name, grade) for name, grade in graded if grade is not None and grade > 1}
    assert checked == {("O_mos_0905", 2)}  # confirmed by the other printing of the session


def test_every_figure_from_outside_has_a_grade():
    assert all(f.confidence for o in LEDGER for f in o.figures if f.origin == "outside")


def test_a_fit_is_handed_an_object_that_never_held_the_holdout():
    training = load_ledger(roles=("train",))
    assert {o.role for o in training} == {"train"}
    assert [o.id for o in training] == [o.id for o in LEDGER.training()]
    held = {o.id for o in LEDGER if o.role in ("holdout", "negative_control")}
    inside = {r.id for o in training for r in o.readings}
    assert not inside & held
    assert not {r.id for i in held for r in LEDGER[i].readings} & inside
    assert "424027" not in repr(training)
    assert "193489" not in repr(training)


def test_numbers_of_other_roles_are_not_even_parsed(tmp_path):
    lines = LEDGER_PATH.read_text(encoding="utf-8").replace(",193489,", ",no number,")
    path = tmp_path / "sealed.csv"
    path.write_text(lines, encoding="utf-8")
    assert len(load_ledger(path, roles=("train",))) == len(LEDGER.training())
    with pytest.raises(ValueError, match="'no number' is not a number"):
        load_ledger(path)


def test_both_printings_of_31_august_are_readings_of_one_observation():
    o = LEDGER["O_psov_0831"]
    assert [r.id for r in o.readings] == ["S04_petrograd_0831"]
    assert o.sides() == {"left": 279, "right": 115, "abstain": 50}
    assert o.readings[0].sides() == {"left": 229, "right": 115, "abstain": 51}
    assert o.figures[0].reading == "preferred"
    assert o.readings[0].figures[0].reading == "alternative"


def test_on_9_september_the_votes_against_the_presidium_are_those_for_soviet_power():
    assert LEDGER["S05_petrograd_0909"].sides() == {"left": 519, "right": 414, "abstain": 67}


def test_the_october_printing_of_the_moscow_vote_is_no_second_observation():
    october = LEDGER["S10_moscow_plenary"]
    assert october.reading_of == "O_mos_0905"
    assert october.target == LEDGER["O_mos_0905"].target
    assert "S10_moscow_plenary" not in {o.id for o in SCORED}


def test_the_preferred_number_of_kadet_votes_replaces_the_one_printed_in_the_list():
    o = LEDGER["O_ca_petrograd"]
    assert counts_of("O_ca_petrograd")["Kadet"] == 245006
    settled = {f.option: f.count for f in o.settled().figures}
    assert settled["Kadet"] == 246506
    assert settled["Bolshevik"] == 424027
    assert o.settled().total == 940743 + 1500
    assert LEDGER["O_cong1"].settled() is LEDGER["O_cong1"]


def test_no_reading_of_another_observation_is_scored_on_its_own():
    assert not [o.id for o in SCORED if o.reading_of]


def test_membership_in_august_is_a_band_with_four_printings():
    o = LEDGER["O_mem_6th_total"]
    assert o.composition == "band"
    printings = [f.count for r in (o, *o.readings) for f in r.figures]
    assert sorted(printings) == [176000, 200000, 240000, 240000]


def test_the_june_conference_is_bounded_by_both_printings():
    bolsheviks = LEDGER["O_tu_june"].figures[0]
    assert (bolsheviks.count, bolsheviks.lower, bolsheviks.upper) == (73, 34, 37)
    assert 34 < 100 * 73 / 211 < 36.4 < 37


def test_lists_that_share_a_party_are_pooled_and_the_rest_is_counted():
    groups = {c.parties: c.count for c in LEDGER["O_ca_petrograd"].categories()}
    assert groups[("RSR", "LSR")] == 152230 + 4696
    assert groups[("ME",)] == 17427
    assert groups[("MI",)] == 11740
    assert groups[("NP",)] == 940743 - 424027 - 245006 - 152230 - 4696 - 17427 - 11740


def test_an_ordering_beside_counts_leaves_its_party_among_the_others():
    groups = {c.parties: c.count for c in LEDGER["S27_fc_third"].categories()}
    assert groups == {("RSR", "LSR"): 24, ("ME", "MI"): 7, ("NP", "KD", "BO"): 167 - 31}


def test_named_options_are_compared_among_themselves():
    groups = LEDGER["S09_moscow_soldiers_exec"].categories()
    assert [c.label for c in groups] == ["Bolshevik", "SR", "Menshevik"]
    assert LEDGER["S43_petrograd_duma_seats_aug"].n == 67 + 75 + 42 + 8


def test_figures_that_are_no_parts_of_a_whole_are_not_made_into_one():
    with pytest.raises(ValueError, match=r"composition 'band'.*one by one"):
        LEDGER["O_mem_6th_total"].categories()


@pytest.mark.parametrize(
    "observation",
    [o for o in LEDGER if o.composition in ("complete", "partial", "named")],
    ids=lambda o: o.id,
)
def test_categories_are_disjoint_and_add_up(observation: Observation):
    groups = observation.categories()
    parties = [party for c in groups for party in c.parties]
    assert len(parties) == len(set(parties))
    assert all(c.count >= 0 for c in groups)
    if groups and observation.composition != "named":
        assert set(parties) == set(PARTY_IDS)
        assert sum(c.count for c in groups) == pytest.approx(observation.total, abs=1e-9)


def test_the_number_behind_a_percentage_is_the_base_and_never_a_hundred():
    assert LEDGER["S39_tu_demconf"].n == 117
    assert LEDGER["O_psov_may"].n is None
    assert LEDGER["O_psov_0831"].n == 444


def test_a_lost_number_is_carried_as_lost():
    lost = LEDGER["S46_moscow_duma_jun"]
    assert np.isnan(lost.counts).all()
    assert lost.n is None
    assert "lost" in lost.reason


def test_every_place_is_in_the_gazetteer_and_every_entry_of_it_is_used():
    named = {place for o in LEDGER for place in places_of(o.place)}
    assert named - set(gazetteer()) == set()
    assert set(gazetteer()) - named == {"Donets"}  # a constituency without a figure of its own


@pytest.mark.parametrize("observation", LEDGER.observations, ids=lambda o: o.id)
def test_new_style_is_thirteen_days_later(observation: Observation):
    old, new = (text.split("/") for text in (observation.date_os, observation.date_ns))
    for before, after in zip(old, new, strict=True):
        assert date.fromisoformat(after) - date.fromisoformat(before) == timedelta(days=13)


def test_new_style_dates_known_from_history():
    assert LEDGER["O_mosduma_sep_a"].date_ns == "1917-10-07"
    assert LEDGER["O_mem_1918"].date_ns == "1918-03-06"  # day of the Seventh Congress
    assert LEDGER["O_psov_0831"].start_day == 183
    assert list(LEDGER["O_ca_petrograd"].days) == [256, 257, 258]


def test_the_columns_of_the_file_are_those_described():
    with LEDGER_PATH.open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    assert set(header) == {*REQUIRED, *OPTIONAL}
    described = (EVIDENCE_DIR / "SOURCES.md").read_text(encoding="utf-8")
    assert [column for column in header if f"`{column}`" not in described] == []


def test_the_hash_names_the_bytes_of_the_file(tmp_path):
    copy = tmp_path / "copy.csv"
    copy.write_bytes(LEDGER_PATH.read_bytes())
    assert load_ledger(copy).sha256 == LEDGER.sha256
    copy.write_bytes(LEDGER_PATH.read_bytes() + b"\n")
    assert load_ledger(copy).sha256 != LEDGER.sha256


def test_asking_for_an_observation_that_is_not_there_says_so():
    with pytest.raises(KeyError, match=r"observations\.csv has no observation 'S99'"):
        LEDGER["S99"]
