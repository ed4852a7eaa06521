"""Flat shards: a view shows what a reader of Parquet reads, or the file is refused by name."""

from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.store.dataset import Provenance, StoreError, Target, write_shard
from pipeline.store.flat import FlatColumns, blocks, words

KINDS = {
    "uint64": st.integers(0, 2**64 - 1),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint32": st.integers(0, 2**32 - 1),
    "int32": st.integers(-(2**31), 2**31 - 1),
    "float64": st.floats(),
    "float32": st.floats(width=32),
}
TYPES = {name: pa.type_for_alias(name) for name in KINDS}


@st.composite
def tables(draw: st.DrawFn) -> list[pa.Table]:
    """A shard's tables, its first column one that Parquet keeps a range of."""
    first = draw(st.sampled_from([name for name in KINDS if "int" in name]))
    kinds = [first, *draw(st.lists(st.sampled_from(sorted(KINDS)), max_size=3))]
    fields = pa.schema(
        [pa.field(f"c{n}", TYPES[kind], nullable=False) for n, kind in enumerate(kinds)]
    )
    made = []
    for rows in draw(st.lists(st.integers(0, 12), max_size=4)):
        columns = [draw(st.lists(KINDS[kind], min_size=rows, max_size=rows)) for kind in kinds]
        arrays = [pa.array(np.array(c, k)) for c, k in zip(columns, kinds, strict=True)]
        made.append(pa.table(arrays, schema=fields))
    return made or [fields.empty_table()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flat")


@settings(max_examples=60)
@given(shard=tables())
def test_views_are_what_a_reader_reads(shard: list[pa.Table], folder: Path) -> None:
    path, fields = folder / "random.parquet", shard[0].schema
    write_shard(path, fields, shard, regroup=False, layout="flat")
    found = blocks(path, fields.names)
    with pq.ParquetFile(path) as file:
        assert len(found) == file.num_row_groups == sum(table.num_rows > 0 for table in shard)
        for number, block in enumerate(found):
            read = file.read_row_group(number)
            assert block.rows == read.num_rows
            for name in fields.names:
                view, expected = block.columns[name], read[name].to_numpy()
                assert view.dtype == expected.dtype
                assert np.array_equal(view, expected, equal_nan=view.dtype.kind == "f")
            first = read[fields.names[0]].to_pylist()
            assert (block.least, block.most) == (min(first), max(first))


PLAIN: dict[str, Any] = {"compression": "none", "use_dictionary": False}
NUMBERS = pa.array(range(1000), pa.uint64())
FLOATS = pa.array(np.arange(1000) / 7)
REFUSED = [
    pytest.param(NUMBERS, PLAIN | {"compression": "zstd"}, "no single plain page", id="compressed"),
    pytest.param(NUMBERS, PLAIN | {"use_dictionary": True}, "plain page", id="dictionary"),
    pytest.param(
        NUMBERS,
        PLAIN | {"column_encoding": "DELTA_BINARY_PACKED"},
        "plain page",
        id="differences in place of numbers",
    ),
    pytest.param(
        FLOATS,
        PLAIN | {"use_byte_stream_split": True},
        "plain page",
        id="of the same size, its bytes in another order",
    ),
    pytest.param(
        NUMBERS,
        PLAIN | {"max_rows_per_page": 100},
        "several pages",
        id="headers of pages between numbers, few enough to pass for one",
    ),
    pytest.param(
        pa.array([7, None, *range(998)], pa.uint64()),
        PLAIN,
        "may hold nulls",
        id="a null, which takes no room among the numbers",
    ),
    pytest.param(NUMBERS.cast(pa.uint16()), PLAIN, "another width", id="another width"),
    pytest.param(NUMBERS.cast(pa.string()), PLAIN, "another width", id="no numbers"),
    pytest.param(
        NUMBERS, PLAIN | {"write_statistics": False}, "may hold nulls", id="no statistics"
    ),
]


@pytest.mark.parametrize(("column", "how", "says"), REFUSED)
def test_other_parquet_is_refused_by_name(
    column: pa.Array, how: dict[str, Any], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"n": column}), path, **how)
    with pytest.raises(StoreError, match=rf"other\.parquet is not flat, or damaged: .*{says}"):
        blocks(path, ["n"])


@pytest.mark.parametrize("pages", [{}, {"data_page_version": "2.0"}])
def test_a_file_that_others_wrote_alike_is_read(pages: dict[str, Any], tmp_path: Path) -> None:
    """Nothing but the layout counts: columns that could hold nulls, and do not, are read too."""
    path = tmp_path / "others.parquet"
    pq.write_table(pa.table({"n": NUMBERS}), path, **PLAIN, **pages)
    (block,) = blocks(path, ["n"])
    assert block.columns["n"].tolist() == list(range(1000))


def shard(path: Path) -> Path:
    fields = pa.schema([pa.field("n", pa.uint64(), nullable=False)])
    write_shard(path, fields, [pa.table([NUMBERS], schema=fields)], regroup=False, layout="flat")
    return path


@pytest.mark.parametrize("left", [0, 3, 4000, -9, -1])
def test_a_file_that_is_cut_off_is_named(left: int, tmp_path: Path) -> None:
    path = shard(tmp_path / "cut.parquet")
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(StoreError, match=r"cut\.parquet is damaged"):
        blocks(path, ["n"])


def test_a_file_that_is_gone_and_a_column_that_is_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.parquet is named by its manifest, but it is gone"):
        blocks(tmp_path / "gone.parquet", ["n"])
    with pytest.raises(StoreError, match=r"there\.parquet is not flat, or damaged: 'm'"):
        blocks(shard(tmp_path / "there.parquet"), ["m"])


def test_shards_are_opened_when_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = pa.schema([pa.field("n", pa.uint64(), nullable=False)])
    target = Target(tmp_path / "d", fields, Provenance("d", "d", "f", "{}", ()), layout="flat")
    names, opened = count(), []
    made = [
        target.write(f"part-{next(names):05d}.parquet", [pa.table([part], schema=fields)])
        for part in (NUMBERS[:500], NUMBERS[500:])
    ]
    columns = FlatColumns(target.finish(made), ["n"])

    def note(path: Path, names: list[str]) -> object:
        opened.append(path.name)
        return blocks(path, names)

    monkeypatch.setattr("pipeline.store.flat.blocks", note)
    assert opened == []
    assert columns.shard(1)[0].columns["n"][0] == 500
    assert columns.shard(1)[0].least == 500
    assert opened == ["part-00001.parquet"]
    assert [block.least for block in columns.all_blocks()] == [0, 500]
    assert opened == ["part-00001.parquet", "part-00000.parquet"]
    with pytest.raises(StoreError, match="has no shard 2"):
        columns.shard(2)


# --- words

NUMBER = pa.schema([pa.field("n", pa.uint32(), nullable=False)])
PACKED = pa.schema([*NUMBER, pa.field("packed", pa.large_binary(), nullable=False)])
SETS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=3), max_size=6)


def packed(sets: list[list[int]]) -> pa.Table:
    """Each set as bytes, beside how many it has."""
    values = [np.array(some, np.uint32).tobytes() for some in sets]
    return pa.table([pa.array([*map(len, sets)], pa.uint32()), pa.array(values)], schema=PACKED)


def flat(path: Path, tables: list[pa.Table]) -> Path:
    write_shard(path, tables[0].schema, tables, regroup=False, layout="flat")
    return path


@settings(max_examples=40)
@given(groups=st.lists(SETS, min_size=1, max_size=3))
def test_words_are_what_was_written_row_group_by_row_group(
    groups: list[list[list[int]]], folder: Path
) -> None:
    """Numbers as they are; of packed ones each value after its length in bytes, an empty one too.
    A table without rows leaves no row group.
    """
    path = flat(folder / "words.parquet", [packed(sets) for sets in groups])
    some = [sets for sets in groups if sets]
    assert [found.values.tolist() for found in words(path, "n")] == [
        [len(each) for each in sets] for sets in some
    ]
    found = words(path, "packed")
    expected = [[word for each in sets for word in (4 * len(each), *each)] for sets in some]
    for _ in range(2):  # what was let go can be looked at again
        assert [group.values.tolist() for group in found] == expected
        for group in found:
            group.release()


def test_words_cannot_be_written_through_their_view(tmp_path: Path) -> None:
    (found,) = words(flat(tmp_path / "n.parquet", [packed([[1, 2]])]), "packed")
    with pytest.raises(ValueError, match="read-only"):
        found.values[0] = 0


def test_packed_numbers_have_no_range_before_them(tmp_path: Path) -> None:
    """A page's header would hold the least and the greatest value, and be longer than is read."""
    table = packed([[*range(700)], [*range(701)]])
    path = flat(tmp_path / "ours.parquet", [table])
    group = pq.read_metadata(path).row_group(0)
    assert [group.column(at).statistics is None for at in range(2)] == [False, True]
    assert len(words(path, "packed")[0].values) == 1403

    with_range = tmp_path / "range.parquet"
    pq.write_table(table, with_range, **PLAIN)
    with pytest.raises(StoreError, match=r"range\.parquet is not flat, or damaged: .*plain page"):
        words(with_range, "packed")


TEN = packed([[*range(at)] for at in range(10)])
TOLD = PLAIN | {"write_statistics": ["n"]}
OTHER = [
    pytest.param("packed", TOLD | {"compression": "zstd"}, "no single plain page", id="compressed"),
    pytest.param("packed", TOLD | {"use_dictionary": True}, "plain page", id="dictionary"),
    pytest.param(
        "packed",
        TOLD | {"column_encoding": {"packed": "DELTA_LENGTH_BYTE_ARRAY"}},
        "plain page",
        id="lengths apart from the values",
    ),
    pytest.param(
        "packed",
        TOLD | {"max_rows_per_page": 5},
        "several pages",
        id="a page and its header, short enough to pass for a header",
    ),
    pytest.param("n", TOLD | {"compression": "zstd"}, "no single plain page", id="numbers too"),
    pytest.param("n", PLAIN | {"write_statistics": ["packed"]}, "may hold nulls", id="no counts"),
    pytest.param("m", TOLD, "it has no column m", id="no such column"),
]


@pytest.mark.parametrize(("column", "how", "says"), OTHER)
def test_words_of_other_parquet_are_refused_by_name(
    column: str, how: dict[str, Any], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(TEN, path, **how)
    with pytest.raises(StoreError, match=rf"other\.parquet is not flat, or damaged: .*{says}"):
        words(path, column)


KINDS_OF_VALUES = [
    pytest.param(pa.field("v", pa.large_binary()), "may hold nulls", id="nulls may be between"),
    pytest.param(pa.field("v", pa.uint64(), nullable=False), "another width", id="of 64 bits"),
    pytest.param(pa.field("v", pa.string(), nullable=False), "another width", id="text"),
    pytest.param(
        pa.field("v", pa.large_binary(), nullable=False), "not of whole words", id="odd bytes"
    ),
]


@pytest.mark.parametrize(("field", "says"), KINDS_OF_VALUES)
def test_columns_that_are_not_of_words_are_refused(
    field: pa.Field, says: str, tmp_path: Path
) -> None:
    values = [b"abcde"] * 3 if pa.types.is_large_binary(field.type) else [12, 13, 14]
    column = pa.array([*map(str, values)] if field.type == pa.string() else values, field.type)
    path = flat(tmp_path / "v.parquet", [pa.table([column], schema=pa.schema([field]))])
    with pytest.raises(StoreError, match=rf"v\.parquet is not flat, or damaged: .*{says}"):
        words(path, "v")


@pytest.mark.parametrize("pages", [{"data_page_version": "2.0"}, {"write_page_checksum": True}])
def test_words_of_a_file_that_others_wrote_alike_are_read(
    pages: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "others.parquet"
    pq.write_table(TEN, path, **TOLD, **pages)
    for column in ("n", "packed"):
        expected = words(flat(tmp_path / "ours.parquet", [TEN]), column)
        assert words(path, column)[0].values.tolist() == expected[0].values.tolist()


@pytest.mark.parametrize("left", [0, 3, 100, -9, -1])
def test_words_of_a_file_that_is_cut_off_or_gone_are_named(left: int, tmp_path: Path) -> None:
    path = flat(tmp_path / "cut.parquet", [TEN])
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(StoreError, match=r"cut\.parquet is damaged"):
        words(path, "packed")
    path.unlink()
    with pytest.raises(StoreError, match=r"cut\.parquet is named by its manifest, but it is gone"):
        words(path, "packed")


def test_words_behind_a_damaged_header_are_refused(tmp_path: Path) -> None:
    """Whichever of its bytes is another: it is told apart, or it is one that says nothing of where
    the words are.
    """
    path = flat(tmp_path / "header.parquet", [TEN])
    whole = path.read_bytes()
    column = pq.read_metadata(path).row_group(0).column(1)
    start = column.data_page_offset
    (found,) = words(path, "packed")
    expected = found.values.tolist()
    seen: list[list[int] | str] = []
    for at in range(start, start + column.total_compressed_size - 4 * len(expected)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x81]) + whole[at + 1 :])
        try:
            seen.append(words(path, "packed")[0].values.tolist())
        except StoreError as error:
            seen.append(str(error).split(":")[0])
    refused = f"{path} is not flat, or damaged"
    assert seen.count(refused) > 4
    assert seen.count(refused) + seen.count(expected) == len(seen)
