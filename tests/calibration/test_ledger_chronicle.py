"""The dated events: both calendars, doubts about dates, and what is refused."""

from datetime import date, timedelta

import pytest

from calibration.chronicle import CHRONICLE_PATH, load_chronicle
from calibration.ledger_format import LedgerError

CHRONICLE = {happening.id: happening for happening in load_chronicle()}
TEXT = CHRONICLE_PATH.read_text(encoding="utf-8")
HEADER = "event_id,date_os,date_ns,event,group,direction,effect_claimed,citation\n"
ROW = "X1,1917-08-25,1917-09-07,a march,workers,left,they rose,a book\n"


def test_all_events_are_carried():
    assert list(CHRONICLE) == [f"E{number:02}" for number in range(1, 42)]
    assert sum(len(happening.claims) for happening in CHRONICLE.values()) == 59


@pytest.mark.parametrize(
    ("event", "old", "new"),
    [
        ("E04", "1917-04-24/1917-04-29", "1917-05-07/1917-05-12"),
        ("E18", "1917-08-25", "1917-09-07"),
        ("E31", "1917-09-24", "1917-10-07"),
        ("E35", "1917-10-10", "1917-10-23"),
        ("E38", "1917-10-25", "1917-11-07"),
    ],
)
def test_events_have_the_dates_of_history_in_both_calendars(event, old, new):
    assert (CHRONICLE[event].date_os, CHRONICLE[event].date_ns) == (old, new)


def test_days_count_from_the_first_of_march():
    assert CHRONICLE["E18"].start_day == (date(1917, 8, 25) - date(1917, 3, 1)) / timedelta(days=1)
    assert CHRONICLE["E01"].start_day == -6


@pytest.mark.parametrize("event", ["E04", "E15", "E18", "E19", "E21", "E33", "E35"])
def test_a_doubtful_date_says_why(event):
    assert len(CHRONICLE[event].date_note) > 30


def test_the_meeting_on_insurrection_is_dated_by_its_minutes():
    assert "the minutes it cites are of 10 October" in CHRONICLE["E35"].date_note


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1917-09-07,a march", "1917-09-08,a march", r"row 2, date_ns: .* is 1917-09-07"),
        ("1917-08-25", "1917-08-32", "row 2, date_os: '1917-08-32' is not a date"),
        ("1917-08-25", "1927-08-25", "lies outside 1916-12-31 to 1918-12-31"),
        ("1917-08-25", "1917-08-25/1917-08-01", "ends before it starts"),
        ("a book", "", "row 2, citation: source is missing"),
        ("workers", "", "row 2, group: is empty"),
        ("event_id", "event", "event_id: column is missing"),
    ],
)
def test_a_broken_event_is_refused(tmp_path, old, new, words):
    path = tmp_path / "events.csv"
    path.write_text((HEADER + ROW).replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LedgerError, match=words):
        load_chronicle(path)


def test_a_group_listed_twice_and_a_date_that_disagrees_are_both_reported(tmp_path):
    path = tmp_path / "events.csv"
    other = ROW.replace("08-25", "08-26").replace("09-07", "09-08")
    path.write_text(HEADER + ROW + other, encoding="utf-8")
    with pytest.raises(LedgerError, match=r"duplicate: X1 has group 'workers'") as caught:
        load_chronicle(path)
    assert [(p.row, p.column) for p in caught.value.problems] == [(3, "event_id"), (3, "date_os")]


def test_an_unknown_precision_is_refused(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(TEXT.replace(",day,", ",dya,", 1), encoding="utf-8")
    with pytest.raises(LedgerError, match=r"unknown word 'dya'\. Use one of: day, range"):
        load_chronicle(path)
