"""What the model does not have is reported and counted; what is misspelt is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.ledger import LEDGER_PATH, load_ledger
from calibration.ledger_checks import Vocabulary, absences, check_file, scorable, tally
from calibration.ledger_format import near_match
from calibration.ledger_table import HEADINGS, describe, table

BROKEN = Path(__file__).parent / "broken_ledgers"
LEDGER = load_ledger()
MISSING = {
    "S15_estonia_regional",
    "S41_rail_bank",
    "S30_metal_members_may",
    "S31_metal_members_aug",
}
HEADER = (
    "observation_id,role,date_os,place,body,measure,option,parties,count,total,operator,target,"
    "citation\n"
)


def ids(words):
    """A set of ids from words separated by blanks."""
    return frozenset(words.split())


def vocabulary(**changes):
    """Ids that a standard model has, as far as these tests need them."""
    standard = {
        "constituencies": ids(
            "petrograd_workers petrograd_garrison petrograd_citizens moscow_workers "
            "moscow_garrison moscow_citizens helsingfors_fleet kronstadt northern_western_fronts "
            "southwestern_romanian_fronts central_industrial urals donets volga caucasus "
            "ukraine"
        ),
        "institutions": ids(
            "petrograd_soviet helsingfors_soviet kronstadt_soviet central_industrial_soviets "
            "volga_soviets caucasus_soviets moscow_workers_executive moscow_soldiers_executive "
            "northern_western_army_committees southwestern_romanian_regimental_committees "
            "petrograd_factory_committees moscow_factory_committees urals_factory_committees "
            "factory_committee_conference_may factory_committee_conference_october "
            "trade_union_conference trade_union_delegation congress_june "
            "democratic_conference"
        ),
        "chambers": frozenset(["petrograd_soviet/workers", "petrograd_soviet/soldiers"]),
        "meetings": ids(
            "petrograd_workers_section_0531 kronstadt_soviet_june_offensive "
            "petrograd_soviet_0818_death_penalty petrograd_soviet_0831 moscow_soviets_0905 "
            "petrograd_soviet_0909 petrograd_soviet_0911"
        ),
        "ballots": ids(
            "petrograd_district_dumas petrograd_city_duma moscow_city_duma moscow_ward_dumas "
            "constituent_assembly_petrograd"
        ),
        "presidia": frozenset(
            ["petrograd_workers_presidium_0908", "petrograd_soldiers_presidium_0913"]
        ),
    }
    return Vocabulary(**{**standard, **changes})


STANDARD = vocabulary()


@pytest.fixture
def own_file(tmp_path):
    """Write somebody's own file from its rows and return its path."""

    def write(*rows):
        path = tmp_path / "own.csv"
        path.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
        return path

    return write


def test_the_evidence_of_the_project_passes_its_own_check():
    report = check_file(LEDGER_PATH, STANDARD)
    assert report.ok
    assert (report.n_observations, report.n_figures) == (141, 337)


def test_the_standard_model_can_score_all_but_four_of_the_scored_observations():
    assert {o.id for o in LEDGER.scored() if not scorable(o, STANDARD)} == MISSING


def test_what_the_model_lacks_is_reported_with_what_becomes_of_it():
    found = {(a.observation_id, a.kind): a for a in absences(LEDGER.scored(), STANDARD)}
    assert "the model has no Estonia; not scored" in str(found["S15_estonia_regional", "place"])
    rail = found["S41_rail_bank", "body"]
    assert "no railway_union_executive or bank_clerks_union for operator ordinal" in str(rail)
    assert not rail.scored
    lists = found["O_ca_petrograd", "party"]
    assert lists.scored
    assert "Orthodox parishes; Popular Socialist" in lists.message
    assert "Bolshevik" not in lists.message


def test_no_scored_observation_lacks_its_target_by_a_slip_of_the_pen():
    assert check_file(LEDGER_PATH, STANDARD).problems == ()
    without_plenum = vocabulary(institutions=STANDARD.institutions - {"kronstadt_soviet"})
    assert not scorable(LEDGER["O_kron_may"], without_plenum)


def test_a_foreign_place_body_party_and_date_are_reported_and_counted(own_file):
    path = own_file(
        "tula,holdout,1917-08-01,Tula,Tula duma,votes,Bolshevik,BO,20,100,ballot,tula_duma,a book",
        "tula,holdout,1917-08-01,Tula,Tula duma,votes,Kadet,KD,80,100,ballot,tula_duma,a book",
        "late,holdout,1918-01-05,Moscow,a soviet,seats,Bolshevik,BO,1,2,seats,volga_soviets,a book",
        "early,holdout,1917-02-25,Moscow,a soviet,seats,Bolshevik,BO,1,2,seats,volga_soviets,b",
        "sect,holdout,1917-08-01,Moscow,a soviet,seats,Old Believers,-,2,9,seats,volga_soviets,b",
        "sect,holdout,1917-08-01,Moscow,a soviet,seats,Bolshevik,BO,7,9,seats,volga_soviets,b",
        "town,holdout,1917-08-01,Moscow,town,seats,Bolshevik,BO,7,9,seats,another_body,b",
    )
    report = check_file(path, STANDARD)
    assert report.ok
    assert [(w.observation_id, w.kind, w.scored) for w in report.warnings] == [
        ("tula", "place", False),
        ("late", "period", False),
        ("early", "period", False),
        ("sect", "party", True),
        ("town", "body", False),
    ]
    assert (
        "5 observations, 7 figures, no problems; 4 observation(s) cannot be scored"
        in (report.lines()[-1])
    )


def test_a_misspelt_target_is_a_problem_with_the_right_word(own_file):
    report = check_file(
        own_file("a,train,1917-05-01,Moscow,x,seats,B,BO,1,2,seats,petrograd_soviet/worker,b"),
        STANDARD,
    )
    assert not report.ok
    assert "Did you mean 'petrograd_soviet/workers'?" in report.lines()[0]
    assert report.lines()[-1].endswith("1 problem(s); nothing was used.")


def test_a_target_of_another_operator_is_not_the_right_body(own_file):
    report = check_file(
        own_file("a,train,1917-05-01,Moscow,x,votes,B,BO,1,2,ballot,congress_june,b"), STANDARD
    )
    assert [w.kind for w in report.warnings] == ["body"]


def test_a_party_that_the_settings_switch_off_is_absent_and_not_unknown(own_file):
    path = own_file("a,train,1917-05-01,Ukraine,x,seats,Rada,NAT,1,2,seats,volga_soviets,b")
    assert "unknown party 'NAT'" in str(check_file(path, STANDARD).problems[0])
    off = check_file(path, vocabulary(unmodelled_parties=frozenset({"NAT"})))
    assert off.ok
    assert [w.kind for w in off.warnings] == ["party"]
    on = check_file(path, vocabulary(parties=(*STANDARD.parties, "NAT")))
    assert on.ok
    assert on.warnings == ()


@pytest.mark.parametrize("file", ["unknown_party.csv", "empty.csv", "missing_source.csv"])
def test_a_check_reports_what_loading_refuses(file):
    report = check_file(BROKEN / file, STANDARD)
    assert not report.ok
    assert report.n_observations == 0
    assert str(report.problems[0]).startswith(file)


def test_bounds_may_be_left_to_the_relation(tmp_path):
    path = tmp_path / "own.csv"
    row = "mine,holdout,1917-10-01,Donets,Soviets,share,Menshevik,ME,,100,ordinal,{},Invented,{}\n"
    path.write_text(
        HEADER.replace("citation\n", "citation,relation\n")
        + row.format("donets_soviets", "share34-37").replace("mine", "between")
        + row.format("donets_soviets", "share>50").replace("mine", "more")
        + row.format("donets_soviets", "share<20.5").replace("mine", "less")
        + row.format("donets_soviets", "plurality").replace("mine", "most")
    )
    bounds = {o.id: (o.figures[0].lower, o.figures[0].upper) for o in load_ledger(path)}
    assert bounds == {
        "between": (34.0, 37.0), "more": (50.0, None), "less": (None, 20.5), "most": (None, None),
    }  # fmt: skip


def test_composition_and_precision_may_be_left_to_the_numbers(own_file):
    path = own_file(
        "part,train,1917-05-01,Moscow,x,seats,Bolshevik,BO,1,2,seats,volga_soviets,b",
        "whole,train,1917-05-01/1917-05-09,Moscow,x,seats,Bolshevik,BO,2,2,seats,volga_soviets,b",
        "pair,train,1917-05-01,Moscow,x,seats,Bolshevik,BO,1,,seats,volga_soviets,b",
        "pair,train,1917-05-01,Moscow,x,seats,Kadet,KD,1,,seats,volga_soviets,b",
    )
    found = {o.id: (o.composition, o.date_precision) for o in load_ledger(path)}
    assert found == {
        "part": ("partial", "day"),
        "whole": ("complete", "range"),
        "pair": ("named", "day"),
    }


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(0, 10_000), min_size=1, max_size=6),
    missing=st.integers(-50, 50),
)
def test_a_file_is_accepted_exactly_if_its_parts_fit_into_the_whole(
    counts, missing, tmp_path_factory
):
    total = sum(counts) + missing
    if total < 0:
        return
    rows = [
        f"a,train,1917-05-01,Moscow,x,seats,option {i},-,{count},{total},seats,volga_soviets,b"
        for i, count in enumerate(counts)
    ]
    path = tmp_path_factory.mktemp("ledger") / "own.csv"
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    report = check_file(path, STANDARD)
    assert report.ok == (missing >= 0)
    if report.ok:
        assert load_ledger(path)["a"].counts.tolist() == counts


@settings(deadline=None, max_examples=20)
@given(order=st.permutations(range(1, 338)))
def test_the_order_of_rows_does_not_matter(order, tmp_path_factory):
    lines = LEDGER_PATH.read_text(encoding="utf-8").splitlines()
    path = tmp_path_factory.mktemp("ledger") / "shuffled.csv"
    path.write_text("\n".join([lines[0], *(lines[i] for i in order)]), encoding="utf-8")
    shuffled = load_ledger(path)
    assert tally(shuffled) == tally(LEDGER)
    for o in LEDGER:
        other = shuffled[o.id]
        assert sorted((f.option, str(f.count)) for f in o.figures) == sorted(
            (f.option, str(f.count)) for f in other.figures
        )
        assert {r.id for r in o.readings} == {r.id for r in other.readings}


@given(word=st.text("abc_", min_size=1, max_size=8))
def test_a_known_word_is_never_taken_for_a_misspelling_of_itself(word):
    assert near_match(word, [word]) is None


def test_two_meetings_that_differ_in_their_date_are_two_meetings():
    assert near_match("petrograd_soviet_0830", STANDARD.meetings) is None
    assert near_match("petrograd_soviets_0831", STANDARD.meetings) == "petrograd_soviet_0831"
    assert near_match("reval_soviet", STANDARD.institutions) is None
    assert near_match("petrograd_vyborg_district_duma", STANDARD.ballots) is None


def test_the_table_shows_both_calendars_the_figures_and_the_source():
    (line,) = describe([LEDGER["O_psov_0831"]])
    assert (line.old_style, line.new_style) == ("1917-08-31", "1917-09-13")
    assert line.figures == (
        "Bolshevik resolution 279, against 115, abstain 50 of 444 (also: S04_petrograd_0831)"
    )
    assert (line.role, line.operator, line.confidence) == ("train", "resolution", "3")
    assert line.source == "Lenin PSS 34 n.78"


def test_the_table_says_orderings_and_percentages_as_such():
    assert describe([LEDGER["S17_fifth_army"]])[0].figures == "Bolshevik (share>50)"
    assert describe([LEDGER["O_petduma_aug_share"]])[0].figures == "Bolshevik 33 %"


def test_the_table_is_filtered_by_role_place_and_operator():
    ballots = describe(LEDGER, roles=("holdout",), places=("moscow",), operators=("ballot",))
    assert [line.observation_id for line in ballots] == ["O_mosduma_sep_a"]
    assert len(describe(LEDGER)) == len(LEDGER)
    assert describe(LEDGER, places=("Atlantis",)) == []


def test_the_table_keeps_its_columns_apart():
    lines = table(describe(LEDGER, roles=("holdout",)))
    assert len(lines) == 2 + 7
    assert all(heading in lines[0] for heading in HEADINGS)
    start = lines[0].index("New Style")
    assert all(line[start - 1] == " " and line[start:].startswith("1917") for line in lines[2:])
