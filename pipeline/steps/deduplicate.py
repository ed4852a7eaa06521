"""deduplicate: measured documents in, one row each that says what it duplicates out.

What belongs here: the order of the passes, and the kernels at both ends.
What does not: what likeness is (dedup).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.dedup import bands, keepers, verify
from pipeline.dedup.keepers import Duplicate
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import shingles, text_hash
from pipeline.dedup.signatures import sign
from pipeline.engine.engine import Engine
from pipeline.store.dataset import Dataset, Target

TargetOf = Callable[[str, pa.Schema], Target]


def signatures(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: measured documents in, their signatures out; nulls for those with a verdict."""
    rows: list[dict[str, Any]] = []
    columns = (table[name].to_pylist() for name in ("doc_id", "dump", "chars", "verdict", "text"))
    for doc_id, dump, chars, verdict, text in zip(*columns, strict=True):
        row = {"doc_id": doc_id, "dump": dump, "chars": chars, "text_hash": None, "signature": None}
        rows.append(row)
        if verdict is None:
            row["text_hash"] = text_hash(text)
            signature = None
            if settings.near:
                signature = sign(shingles(text, settings), settings.bands * settings.rows)
            row["signature"] = None if signature is None else signature.tolist()
    yield pa.Table.from_pylist(rows, schema.SIGNATURES)


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
) -> dict[str, Duplicate]:
    """The duplicates among the documents of `fresh`, by id.

    fresh: signatures of this dump. others: signatures of what is published.
    texts: datasets with `doc_id` and `text` of all of these. target_of: where a pass may write.
    """
    keys = [
        engine.map(
            partial(bands.bands, fresh=source is fresh, settings=settings),
            source,
            target_of(f"bands-{number}", bands.BANDS),
        )
        for number, source in enumerate((fresh, *others))
    ]
    pairing = partial(bands.pairs, settings=settings)
    met = engine.shuffle_map(pairing, keys, "key", target_of("met-in-bands", bands.PAIRS))
    pairs = engine.shuffle_map(bands.distinct, [met], "pair", target_of("pairs", bands.PAIRS))
    verified = _verify(engine, pairs, texts, target_of, settings)
    return {
        duplicate.doc_id: duplicate
        for duplicate in keepers.keep(
            (row for batch in pairs.batches() for row in batch.to_pylist() if row["exact"]),
            (row for batch in verified.batches() for row in batch.to_pylist()),
        )
    }


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


def fates(doc_ids: pa.ChunkedArray, duplicates: Mapping[str, Duplicate]) -> pa.Table:
    """One row a document, in order; nulls for those that duplicate nothing."""
    found = [duplicates.get(doc_id) for doc_id in doc_ids.to_pylist()]
    columns: dict[str, Any] = {
        "doc_id": doc_ids,
        "duplicate": [d and d.verdict for d in found],
        "duplicate_reason": [d and d.reason for d in found],
    }
    for name in ("kept_id", "cluster_id", "jaccard", "estimated_jaccard"):
        columns[name] = [d and getattr(d, name) for d in found]
    return pa.table(columns, schema.NEAR_DUPLICATES)
