"""Documents that are linked by keys have one group, however the rows of a key are cut."""

import tempfile
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.steps.meeting import (
    DOCUMENTS,
    FRESH,
    GROUP_COLUMNS,
    GROUPS,
    MET,
    documents,
    group_of,
    groups,
)
from pipeline.store.dataset import Dataset
from pipeline.store.flat import FlatColumns
from tests.dedup.finding import target

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 12)), min_size=1, max_size=30)


def written(folder: Path, name: str, schema: pa.Schema, tables: list[pa.Table]) -> Dataset:
    """Each table is a row group."""
    made = target(folder, name, schema, "flat")
    return made.finish([made.write("part-0.parquet", tables)])


def labels(rows: list[tuple[int, int]]) -> dict[int, int]:
    """The least document that each is linked to, by spreading it as long as anything changes."""
    found = {doc: doc for _, doc in rows}
    for _ in found:
        for key in {key for key, _ in rows}:
            linked = [doc for other, doc in rows if other == key]
            least = min(found[doc] for doc in linked)
            found |= dict.fromkeys(linked, least)
    return found


@settings(max_examples=40)
@given(ROWS, st.sets(st.integers(1, 29)))
def test_groups_are_what_is_linked(rows: list[tuple[int, int]], cuts: set[int]) -> None:
    """cuts: where a row group ends, within a key too."""
    rows = sorted(rows)
    places = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    columns = [(key, doc, FRESH) for key, doc in rows]
    tables = [
        pa.table(dict(zip(MET.names, zip(*columns[a:b], strict=True), strict=True)), MET)
        for a, b in pairwise(places)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        met = written(folder, "met", MET, tables)
        (distinct,) = documents(pa.concat_tables(tables))
        some = written(folder, "documents", DOCUMENTS, [distinct])
        made = list(groups(met, some, folder))
        opened = FlatColumns(written(folder, "groups", GROUPS, made), GROUP_COLUMNS)
        which, group = group_of(distinct["doc"].to_numpy(), opened)
    found = dict(zip(distinct["doc"].to_pylist(), group.tolist(), strict=True))
    assert which.tolist() == list(range(len(found)))
    expected = labels(rows)
    assert len(set(found.values())) == len(set(expected.values()))
    assert {(found[doc], found[least]) for doc, least in expected.items()} == {
        (group, group) for group in found.values()
    }


def test_of_two_that_begin_alike_the_new_one_is_seen() -> None:
    """Whichever row comes first."""
    for parts in ([3, FRESH, 1], [1, FRESH, 3], [FRESH, 1, 3]):
        table = pa.table({"key": [1, 2, 3], "doc": [7, 7, 7], "part": parts}, MET)
        (found,) = documents(table)
        assert found.to_pylist() == [{"doc": 7, "part": FRESH}]
