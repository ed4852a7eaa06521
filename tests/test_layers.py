"""A dataset over another is read as if it were whole, and holds only what differs."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import run as steps
from pipeline import schema
from pipeline.engine.engine import EngineError
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Folder
from pipeline.store.dataset import Dataset, Provenance, StoreError, Target, write_shard
from pipeline.store.layers import LayerError, difference, laid_over
from pipeline.underway import Run
from tests.conftest import EXAMPLES
from tests.engine import kernels

WORDS = st.text("ab", max_size=2)
ROWS = st.lists(
    st.tuples(WORDS, WORDS | st.none(), st.lists(st.integers(0, 1), max_size=2) | st.none()),
    max_size=8,
)
COLUMNS = pa.schema(
    [
        ("word", pa.string()),
        ("maybe", pa.string()),
        ("list", pa.list_(pa.struct([("n", pa.int8()), ("name", pa.string())]))),
    ]
)
Row = tuple[str, str | None, list[int] | None]


def table(rows: list[Row]) -> pa.Table:
    """A word, perhaps a word, perhaps a list of structs."""
    return pa.Table.from_pylist(
        [
            {
                "word": word,
                "maybe": maybe,
                "list": None if entries is None else [{"n": n, "name": "x" * n} for n in entries],
            }
            for word, maybe, entries in rows
        ],
        COLUMNS,
    )


@given(ROWS, ROWS, st.integers(0, 3))
def test_laying_a_difference_over_gives_the_whole_back(
    old: list[Row], new: list[Row], start: int
) -> None:
    count = min(len(old), len(new))
    below, above = table(old[:count])[start:], table(new[:count])[start:]
    above = above.append_column("fresh", pa.array(range(above.num_rows), pa.int64()))
    layer = difference(below, above)
    assert laid_over(below, layer).to_pydict() == above.to_pydict()
    for name in below.column_names:
        for was, now, stored in zip(
            below[name].to_pylist(), above[name].to_pylist(), layer[name].to_pylist(), strict=True
        ):
            assert stored == (None if was == now else now)


def test_what_is_not_changed_is_not_copied() -> None:
    below = table([("a", "b", [1]), ("c", None, [])])
    layer = difference(below, below)
    assert all(layer[name].null_count == 2 for name in layer.column_names)
    again = laid_over(below, layer)
    one, other = (table["word"].chunk(0).buffers()[2] for table in (again, below))
    assert one.address == other.address


def test_a_step_cannot_take_a_row_away() -> None:
    below = table([("a", "b", [1])])
    with pytest.raises(LayerError, match="1 rows became 2"):
        difference(below, table([("a", "b", None), ("a", "b", None)]))


def test_a_text_that_no_step_changes_is_stored_once(tmp_path: Path) -> None:
    with LocalEngine(1) as engine:
        run = Run("d", Folder(EXAMPLES / "2026-11-22"), tmp_path, Recipe(), engine)
        steps.ingest(run)
        made = {step: step(run) for step in steps.CLEANING[: steps.CLEANING.index(steps.measure)]}
    repaired, mended, stripped = made[steps.repair], made[steps.mend], made[steps.strip]
    raw = run.dataset("raw_documents")
    kept = pq.read_table(stripped.paths[0])["text"]
    assert kept.null_count == sum(
        old == new
        for old, new in zip(
            mended.table(["text"])["text"].to_pylist(),
            stripped.table(["text"])["text"].to_pylist(),
            strict=True,
        )
    )
    assert 0 < kept.null_count < len(kept)
    for dataset in (repaired, mended, stripped):
        assert dataset.table(["doc_id"]).to_pydict() == raw.table(["doc_id"]).to_pydict()
    assert next(repaired.batches()).column_names == schema.REPAIRED.names
    assert next(stripped.batches(schema.STRIPPED.names)).column_names == schema.STRIPPED.names


def datasets(folder: Path) -> tuple[Dataset, Target]:
    """Two shards of numbers, and a target over them."""
    columns = pa.schema([("n", pa.int64())])
    about = Provenance("numbers", "d", "below", "{}", ())
    place = folder / "below"
    below = Target(place, columns, about).finish(
        write_shard(place / f"part-{n}.parquet", columns, [pa.table({"n": [n, n + 1]})])
        for n in range(2)
    )
    return below, Target(
        folder / "above", columns, Provenance("numbers", "d", "above", "{}", ()), below
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_an_engine_writes_layers(tmp_path: Path, workers: int) -> None:
    below, target = datasets(tmp_path)
    with LocalEngine(workers) as engine:
        above = engine.map(kernels.double, below, target)
    assert above.table(["n"])["n"].to_pylist() == [0, 2, 2, 4]
    assert pq.read_table(above.paths[0])["n"].to_pylist() == [None, 2], "0 doubled is 0"


def test_a_kernel_that_loses_rows_is_stopped(tmp_path: Path) -> None:
    below, target = datasets(tmp_path)
    with LocalEngine(1) as engine, pytest.raises(EngineError, match="2 rows became 1"):
        engine.map(kernels.first_row, below, target)


def test_what_a_layer_lay_over_is_missed_by_name(tmp_path: Path) -> None:
    below, target = datasets(tmp_path)
    with LocalEngine(1) as engine:
        above = engine.map(kernels.double, below, target)
    (below.folder / "_manifest.json").unlink()
    with pytest.raises(StoreError, match=r"above lies over .*below, which is gone: run its step"):
        above.table(["n"])
