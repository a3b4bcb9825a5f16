"""The run that was kept: whoever moves a result knows it, and says why."""

import pytest

from tests.golden.golden import differences, numbers, read


@pytest.fixture(scope="module")
def now():
    """The numbers of today's model."""
    return numbers()


def test_the_run_is_the_one_that_was_kept(now):
    moved = differences(read()["numbers"], now)
    assert not moved, (
        "Results moved:\n" + moved + "\nIf they should, run\n"
        '  python -m tests.golden.rewrite --reason "why"\nand say so in the changelog.'
    )


def test_the_kept_run_says_why_it_was_written():
    assert len(read()["reason"].split()) > 3


def test_what_was_kept_is_possible(now):
    kept = read()["numbers"]
    for name, row in kept.items():
        assert all(n >= 0 for n in row), name
        if name.startswith("petrograd_soviet "):
            assert sum(row) <= 1100
        if isinstance(row[0], float) and not name.startswith("Bolshevik"):
            assert sum(row) <= 1.0 + 1e-5, name
    assert sum(kept["petrograd_workers_presidium_0908"]) == 11
    assert set(kept) == set(now)


def test_a_number_that_moves_is_shown():
    assert "kept                         [3, 4]   now                         [3, 5]" in (
        differences({"a": [1], "b": [3, 4]}, {"a": [1], "b": [3, 5]})
    )
    assert differences({"a": [1]}, {"a": [1]}) == ""
