"""deduplicate: measured documents in, one row each that says what it duplicates out.

What belongs here: the order of the passes, and the kernels at both ends.
What does not: what likeness is (dedup).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.dedup import bands, keepers, verify
from pipeline.dedup import signatures as minhash
from pipeline.dedup.keepers import Duplicate
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import text_hashes
from pipeline.engine.engine import Engine
from pipeline.kernels.bands import SeenTwice
from pipeline.store.dataset import Dataset, Target

TargetOf = Callable[[str, pa.Schema], Target]


def signatures(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: measured documents in, their signatures out; nulls for those with a verdict."""
    compared = pc.is_null(table["verdict"]).combine_chunks()
    texts = table["text"].combine_chunks()
    texts = texts if pc.all(compared).as_py() else texts.filter(compared)
    columns = {
        "doc_id": table["doc_id"],
        "dump": table["dump"],
        "chars": table["chars"],
        "text_hash": _spread(pa.array(text_hashes(texts), pa.string()), compared),
        "signature": pa.nulls(table.num_rows, pa.list_(pa.uint32())),
        "bands": pa.nulls(table.num_rows, pa.list_(pa.uint64())),
    }
    if settings.near:
        signed = minhash.signatures(texts, settings)
        columns["signature"] = _spread(signed, compared)
        columns["bands"] = _spread(bands.keys_of(signed, settings), compared)
    yield pa.table(columns, schema.SIGNATURES)


def _spread(values: pa.Array, places: pa.BooleanArray) -> pa.Array:
    """The values in order where `places` holds, nulls elsewhere."""
    if len(values) == len(places):
        return values
    before = np.cumsum(places.to_numpy(zero_copy_only=False)) - 1
    return values.take(pc.if_else(places, before, None))


def signatures_again(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: published documents in, their signatures by these settings out."""
    verdicts = pa.nulls(table.num_rows, pa.string())
    yield from signatures(table.append_column("verdict", verdicts), settings=settings)


def find(
    engine: Engine,
    fresh: Dataset,
    others: Sequence[Dataset],
    texts: Sequence[Dataset],
    target_of: TargetOf,
    settings: DedupSettings,
) -> Dataset:
    """The duplicates among the documents of `fresh`, one row each.

    fresh: signatures of this dump. others: signatures of what is published.
    texts: datasets with `doc_id` and `text` of all of these. target_of: where a pass may write.
    """
    keys = ["text_hash", "bands"]
    seen = bands.met(
        (table for source in (fresh, *others) for table in source.batches(keys)), settings
    )
    shared = [
        _shared_bands(source, target_of(f"bands-{n}", bands.BANDS), source is fresh, seen, settings)
        for n, source in enumerate((fresh, *others))
    ]
    pairing = partial(bands.pairs, settings=settings)
    met = engine.shuffle_map(pairing, shared, "key", target_of("met-in-bands", bands.PAIRS))
    pairs = engine.shuffle_map(bands.distinct, [met], "pair", target_of("pairs", bands.PAIRS))
    verified = _verify(engine, pairs, texts, target_of, settings)
    duplicates = keepers.keep(
        (row for batch in pairs.batches() for row in batch.to_pylist() if row["exact"]),
        (row for batch in verified.batches() for row in batch.to_pylist()),
    )
    return _written(duplicates, target_of("found", schema.NEAR_DUPLICATES))


def _shared_bands(
    source: Dataset, target: Target, fresh: bool, seen: SeenTwice, settings: DedupSettings
) -> Dataset:
    """The rows of keys that documents of the source share with any other; mostly there are few."""
    if finished := target.finished():
        return finished
    rows = (
        made
        for table in source.batches(["doc_id", "dump", "chars", "text_hash", "bands"])
        for made in bands.bands(table, fresh=fresh, seen=seen, settings=settings)
    )
    return target.finish([target.write("part-00000.parquet", rows)])


def _verify(
    engine: Engine,
    pairs: Dataset,
    texts: Sequence[Dataset],
    target_of: TargetOf,
    settings: DedupSettings,
) -> Dataset:
    """Near pairs with their exact similarity: both texts' shingle sets meet by two shuffles, so
    that no process ever holds all of them.
    """
    wanted = _candidates(pairs)
    sides = [engine.map(verify.halves, pairs, target_of("halves", verify.SIDES))]
    for number, source in enumerate(texts):
        kernel = partial(verify.sets, wanted=wanted, settings=settings)
        target = target_of(f"sets-{number}", verify.SIDES)
        sides.append(engine.map(kernel, source, target, columns=["doc_id", "text"]))
    met = engine.shuffle_map(verify.meet, sides, "doc_id", target_of("met", verify.SIDES))
    kernel = partial(verify.compare, settings=settings)
    return engine.shuffle_map(kernel, [met], "pair", target_of("verified", verify.VERIFIED))


def _candidates(pairs: Dataset) -> verify.Prefixes:
    """The documents in near pairs, eight bytes each."""
    parts = [np.empty(0, np.uint64)]
    for batch in pairs.batches(["a", "b", "exact"]):
        near = batch.filter(pc.invert(batch["exact"]))
        parts += [verify.prefixes(near[side]) for side in ("a", "b")]
    return np.unique(np.concatenate(parts))


def fates(table: pa.Table, *, duplicates: Dataset) -> Iterator[pa.Table]:
    """Kernel: ids in, one row each out, in order; nulls for those that duplicate nothing."""
    rows = [
        batch.filter(pc.is_in(batch["doc_id"], value_set=table["doc_id"].combine_chunks()))
        for batch in duplicates.batches()
    ]
    known = pa.concat_tables([schema.NEAR_DUPLICATES.empty_table(), *rows])
    found = known.take(pc.index_in(table["doc_id"], known["doc_id"].combine_chunks()))
    yield found.set_column(0, schema.NEAR_DUPLICATES.field("doc_id"), table["doc_id"])


def _written(duplicates: Iterable[Duplicate], target: Target) -> Dataset:
    """One row a duplicate."""
    found = list(duplicates)
    columns: dict[str, Any] = {
        "doc_id": [d.doc_id for d in found],
        "duplicate": [d.verdict for d in found],
        "duplicate_reason": [d.reason for d in found],
    }
    for name in (field.name for field in schema._DUPLICATE):  # interim
        columns[name] = [getattr(d, name) for d in found]
    table = pa.table(columns, schema.NEAR_DUPLICATES)
    return target.finish([target.write("part-00000.parquet", [table])])
