"""Results on disk: what goes in comes out, in types that R reads, whole or not at all."""

import errno
import os

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments import store
from experiments.errors import OutputError

COLUMNS = {
    "day": np.arange(3),
    "share": np.array([0.25, np.nan, 1.0], dtype=np.float32),
    "party": np.array(["BO", "Меньшевики", ""]),
}


def test_a_table_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "new" / "shares.parquet"
    store.write_table(path, COLUMNS, {"unit": "share of people", "axis": "party"})
    back = store.read_table(path)
    np.testing.assert_array_equal(back["day"], [0, 1, 2])
    np.testing.assert_array_equal(back["share"], [0.25, np.nan, 1.0])
    assert list(back["party"]) == ["BO", "Меньшевики", ""]
    assert store.read_metadata(path) == {"unit": "share of people", "axis": "party"}


def test_columns_have_the_types_that_r_reads(tmp_path):
    store.write_table(tmp_path / "t.parquet", COLUMNS)
    kinds = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "t.parquet")}
    assert kinds == {"day": "int32", "share": "double", "party": "string"}


@settings(deadline=None, max_examples=30)  # a file each; their speed is the disk's
@example(whole=[0], text="\x00")
@given(
    whole=st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20),
    text=st.text(max_size=20),
)
def test_any_whole_numbers_and_text_come_back(tmp_path_factory, whole, text):
    path = tmp_path_factory.mktemp("tables") / "t.parquet"
    texts = np.array([text] * len(whole), dtype=object)
    columns = {"n": np.array(whole, dtype=np.int64), "t": texts}
    store.write_table(path, columns)
    back = store.read_table(path)
    assert back["n"].tolist() == whole
    assert back["t"].tolist() == [text] * len(whole)


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for name, facts in (("a", {"x": "1", "y": "2"}), ("b", {"y": "2", "x": "1"})):
        store.write_table(tmp_path / name, COLUMNS, facts)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.array([2**31]), r"column 'x' does not fit in 32-bit integers.*float64"),
        (np.array([True]), "column 'x' has type bool; .*truth values as 0 and 1"),
        (
            np.array(["1917-03-01"], dtype="datetime64[D]"),
            "column 'x' has type datetime64.*dates as",
        ),
        (np.array(["a", None], dtype=object), "column 'x' has type object"),
        (np.zeros((2, 2)), r"column 'x' must have one dimension, got shape \(2, 2\)"),
    ],
)
def test_a_column_that_others_could_not_read_is_refused(tmp_path, values, message):
    with pytest.raises(ValueError, match=message):
        store.write_table(tmp_path / "t.parquet", {"x": values})
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_breaks_off_leaves_the_former_file_and_no_part(tmp_path):
    path = tmp_path / "summary.txt"
    store.write_text(path, "first")
    with pytest.raises(TypeError, match="bytes-like"), store.replacing(path) as file:
        file.writelines([b"second, but only par", 3])
    assert path.read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_who_reads_while_a_file_is_replaced_sees_the_former_file_whole(tmp_path):
    path = tmp_path / "summary.txt"
    store.write_text(path, "first")
    with path.open(encoding="utf-8") as reader:
        store.write_text(path, "second")
        assert reader.read() == "first"
    assert path.read_text(encoding="utf-8") == "second"


def test_a_full_disk_is_told_with_its_remedy(tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    told = r"cannot write .*t\.txt: No space left on device\. Free some space"
    with pytest.raises(OutputError, match=told), store.replacing(tmp_path / "t.txt"):
        raise full


@pytest.mark.parametrize("make", [store.make_folder, store.fresh_folder])
def test_a_folder_inside_a_file_is_refused(tmp_path, make):
    (tmp_path / "file").touch()
    told = r"cannot write results to .*(Not a dir|in the way).*Name a folder .*hydra\.run\.dir"
    with pytest.raises(OutputError, match=told):
        make(tmp_path / "file" / "out")


def test_a_folder_for_results_may_exist_and_is_left_as_it_was(tmp_path):
    (tmp_path / "kept.txt").touch()
    store.make_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_fresh_folders_are_never_shared(tmp_path):
    made = [store.fresh_folder(tmp_path / "runs" / "a").name for _ in range(3)]
    assert made == ["a", "a_2", "a_3"]


@pytest.mark.parametrize("read", [store.read_table, store.read_metadata])
def test_a_missing_or_broken_file_is_told_with_its_remedy(tmp_path, read):
    with pytest.raises(OutputError, match=r"cannot read .*: No such file.* Check the name"):
        read(tmp_path / "none.parquet")
    (tmp_path / "half.parquet").write_bytes(b"PAR1 and then the lid was closed")
    with pytest.raises(OutputError, match=r"not a complete Parquet file. Delete it and repeat"):
        read(tmp_path / "half.parquet")
