"""The pipeline's side, as a program: TINY GIVEN OUT EARLIER THRESHOLD WORKERS.

TINY is for warming up. GIVEN holds datasets of documents, a folder a dump; the last is the new one,
and is compared with itself and with the EARLIER ones before it.

What belongs here: every line of this benchmark that knows the pipeline. What does not: documents
(planted), what the answer is worth (judge).
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import child
from benchmarks.neardup.judge import Answer, ordered
from benchmarks.neardup.planted import Numbers, Plan
from pipeline import schema
from pipeline.dedup.ids import ids_of
from pipeline.dedup.order import KeepOrder
from pipeline.dedup.settings import DedupSettings
from pipeline.engine.local import LocalEngine
from pipeline.index import making, signing
from pipeline.index.part import Part
from pipeline.steps import deduplicate as step
from pipeline.store.dataset import Dataset, Layout, Provenance, Target

_NO_DAMAGE = (
    "edit_count",
    "replacement_characters",
    "control_characters",
    "private_use_characters",
    "unassigned_characters",
)
GIVEN = pa.schema(
    [
        ("doc_id", pa.string()),
        ("dump", pa.string()),
        ("source", pa.string()),
        ("chars", pa.int64()),
        ("verdict", pa.string()),
        ("text", pa.string()),
        *((name, pa.int64()) for name in _NO_DAMAGE),
    ]
)
_SHARD_ROWS = 100_000
_TABLE_BYTES = 4 * 1024 * 1024
WARM_UP = Plan(2_000, template=100)


def write(
    place: Path, dump: str, tables: Iterable[pa.Table], shard_rows: int = _SHARD_ROWS
) -> Dataset:
    """A dataset of documents, from tables of `doc_id` and `text`."""
    target = _target(place / dump, GIVEN)
    shards, waiting, rows = [], [], 0
    for table in _cut(tables):
        waiting.append(table)
        rows += table.num_rows
        if rows >= shard_rows:
            shards.append(_shard(target, len(shards), dump, waiting))
            waiting, rows = [], 0
    if waiting:
        shards.append(_shard(target, len(shards), dump, waiting))
    return target.finish(shards)


def write_planted(place: Path, dump: str, plan: Plan, numbers: Numbers | None = None) -> Dataset:
    """A dataset of the plan's documents, all of them or these."""
    chosen = np.arange(plan.documents) if numbers is None else numbers
    return write(place, dump, plan.tables(chosen))


def _cut(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """As large as the steps before make them."""
    for table in tables:
        rows = max(1, table.num_rows * _TABLE_BYTES // table.nbytes)
        for start in range(0, table.num_rows, rows):
            yield table.slice(start, rows)


def _shard(target: Target, number: int, dump: str, tables: list[pa.Table]) -> Any:
    return target.write(f"part-{number:05d}.parquet", (_given(table, dump) for table in tables))


def _given(table: pa.Table, dump: str) -> pa.Table:
    rows = table.num_rows
    columns = {
        "doc_id": table["doc_id"],
        "dump": pa.repeat(dump, rows),
        "source": pa.repeat("planted", rows),
        "chars": pc.utf8_length(table["text"]).cast(pa.int64()),
        "verdict": pa.nulls(rows, pa.string()),
        "text": table["text"],
        **{name: pa.repeat(pa.scalar(0, pa.int64()), rows) for name in _NO_DAMAGE},
    }
    return pa.table(columns, GIVEN)


def _target(folder: Path, columns: pa.Schema, layout: Layout = "grouped") -> Target:
    """Where a dataset goes; it is known by its place."""
    provenance = Provenance(folder.name, "bench", str(folder), "{}", ())
    return Target(folder, columns, provenance, compression="none", layout=layout)


def ask(
    given: Path,
    out: Path,
    *,
    earlier: int = 0,
    threshold: float = 0.75,
    workers: int = 1,
    timeout: float | None = None,
) -> child.Answer:
    """Find duplicates in a process of its own: seconds of the parts, peak memory, documents,
    duplicates. What is found lies in `out` then; `answer` reads it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tiny = Path(scratch)
        parts = np.array_split(np.arange(WARM_UP.documents), 2 * workers)
        tables = (table for part in parts for table in WARM_UP.tables(part))
        write(tiny / "given", "tiny", tables, shard_rows=1)  # something for each worker
        arguments = (tiny, given, out, earlier, threshold, workers)
        return child.ask("benchmarks.neardup.ours", *arguments, cores=workers, timeout=timeout)


def main(tiny: Path, given: Path, out: Path, earlier: int, threshold: float, workers: int) -> None:
    """Answer with what `compare` says, warm."""
    settings = DedupSettings(threshold=threshold)
    with LocalEngine(workers) as engine:
        compare(engine, tiny / "given", tiny / "out", 0, settings)
        said = compare(engine, given, out, earlier, settings)
    child.answer(**said)


def compare(
    engine: LocalEngine, given: Path, out: Path, earlier: int, settings: DedupSettings
) -> child.Answer:
    """Find the duplicates of the last dump: seconds of the parts, peak memory meanwhile, documents
    and duplicates. The earlier dumps' parts of the index are made before, where they are not there
    yet.
    """
    dumps = [Dataset(folder) for folder in sorted(given.iterdir())]
    *before, fresh = dumps[-earlier - 1 :]
    parts = [
        _part(engine, each, out.parent / "index" / each.folder.name, settings) for each in before
    ]
    shutil.rmtree(out, ignore_errors=True)

    def target_of(name: str, columns: pa.Schema, layout: Layout) -> Target:
        return _target(out / name, columns, layout)

    _forget_peak()
    times = [time.perf_counter()]
    signed = _sign(engine, fresh, out / "signed", settings)
    times.append(time.perf_counter())
    keys = making.keys_in_order(engine, signed, target_of, settings)
    order = KeepOrder(settings, tuple(sorted({each.folder.name for each in dumps})))
    found = step.find(engine, [signed], [keys], parts, target_of, order)
    fates = engine.map(
        partial(step.fates, dropped=found.dropped, order=order),
        signed,
        target_of("fates", schema.NEAR_DUPLICATES, "grouped"),
        columns=["doc_id"],
    )
    times.append(time.perf_counter())
    making.make(engine, signed, keys, fates, target_of, settings)
    times.append(time.perf_counter())
    spent = dict(zip(("signatures", "find", "index"), np.diff(times).tolist(), strict=True))
    return {
        "documents": fresh.rows,
        "earlier": sum(each.rows for each in before),
        "seconds": spent,
        "peak_megabytes": child.peak_megabytes(),
        "duplicates": found.dropped.rows,
    }


def _part(engine: LocalEngine, source: Dataset, folder: Path, settings: DedupSettings) -> Part:
    """A dump's part of the index, all of its documents published."""

    def target_of(name: str, columns: pa.Schema, layout: Layout) -> Target:
        return _target(folder / name, columns, layout)

    signed = _sign(engine, source, folder / "signed", settings)
    keys = making.keys_in_order(engine, signed, target_of, settings)
    made = making.make(engine, signed, keys, None, target_of, settings)
    dump = source.folder.name
    return Part(dump, dump, *(made[name].folder for name in making.DATASETS))


def _sign(engine: LocalEngine, source: Dataset, folder: Path, settings: DedupSettings) -> Dataset:
    kernel = partial(signing.signatures, settings=settings)
    target = _target(folder, schema.SIGNED, "flat")
    return engine.map(kernel, source, target, columns=signing.SIGNED_FROM)


def _forget_peak() -> None:
    """Count the peak memory from now on, where the system can (see proc(5), clear_refs)."""
    place = Path("/proc/self/clear_refs")
    if place.exists():
        place.write_text("5")


def answer(out: Path) -> Answer:
    """What was found, of a corpus whose duplicates fit in memory."""
    dropped = {doc: kept for doc, kept, _ in duplicates(out)}
    pairs: dict[bool, set[tuple[str, str]]] = {False: set(), True: set()}
    for batch in Dataset(out / "alike").batches():
        exact = batch["exact"].to_pylist()
        first, second = (_ids(batch, f"{side}_doc", f"{side}_low") for side in ("first", "second"))
        for same, pair in zip(exact, map(ordered, first, second), strict=True):
            pairs[same].add(pair)
    return Answer(dropped, frozenset(pairs[False]), equal=frozenset(pairs[True]))


def duplicates(out: Path) -> Iterator[tuple[str, str, float]]:
    """(dropped, kept, their similarity)."""
    for batch in Dataset(out / "dropped").batches():
        ids = _ids(batch, "doc", "low"), _ids(batch, "kept_doc", "kept_low")
        yield from zip(*ids, batch["jaccard"].to_pylist(), strict=True)


def _ids(batch: pa.Table, high: str, low: str) -> list[str]:
    found: list[str] = ids_of(batch[high].to_numpy(), batch[low].to_numpy()).to_pylist()
    return found


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        Path(sys.argv[3]),
        int(sys.argv[4]),
        float(sys.argv[5]),
        int(sys.argv[6]),
    )
