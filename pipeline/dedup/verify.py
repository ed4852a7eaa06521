"""Verification: candidate pairs are compared by their exact shingle sets.

Kernels, in order: `sets` (texts in, shingle sets of candidates out), `halves` (pairs in, one row
for each side out), `meet` (sides and sets by document in, sides with their sets out), `compare`
(both sides of a pair in, its similarity out).
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.bands import PAIRS
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import jaccard, shingle_sets
from pipeline.dedup.signatures import estimate, signatures

_SET = [("shingles", pa.binary()), ("signature", pa.binary())]
SIDES = pa.schema([("doc_id", pa.string()), *_SET, *PAIRS])
# Rows with sets are handed on in tables of this many.
_MAX_ROWS = 2_000
VERIFIED = pa.schema([*PAIRS, ("jaccard", pa.float64()), ("estimated_jaccard", pa.float64())])


Prefixes = NDArray[np.uint64]


def prefixes(doc_ids: pa.ChunkedArray) -> Prefixes:
    """The first 64 bits of each id, in order."""
    return np.array([int(doc_id[:16], 16) for doc_id in doc_ids.to_pylist()], np.uint64)


def sets(table: pa.Table, *, wanted: Prefixes, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: `doc_id` and `text` in, sets and signatures of the wanted documents out."""
    chosen = np.flatnonzero(np.isin(prefixes(table["doc_id"]), wanted))
    documents = table.take(chosen)
    texts = documents["text"].combine_chunks()
    found = pa.array([one.tobytes() for one in shingle_sets(texts, settings)], pa.binary())
    signed = signatures(texts, settings)
    columns = {
        "doc_id": documents["doc_id"],
        "shingles": found,
        "signature": pa.array(map(_bytes_of, signed.to_pylist()), pa.binary()),
        **{name: pa.nulls(len(chosen), PAIRS.field(name).type) for name in PAIRS.names},
    }
    yield pa.table(columns, SIDES).filter(pc.is_valid(signed))


def _bytes_of(minima: list[int] | None) -> bytes | None:
    return None if minima is None else np.array(minima, np.uint32).tobytes()


def halves(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: near candidate pairs in, one row for each of their two documents out."""
    near = table.filter(pc.invert(table["exact"]))
    for side in ("a", "b"):
        columns = {"doc_id": near[side], **{name: near[name] for name in PAIRS.names}}
        columns |= {name: pa.nulls(near.num_rows, kind) for name, kind in _SET}
        yield pa.table(columns).select(SIDES.names)


def meet(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel, by `doc_id`: each side gets its document's set."""
    rows: list[dict[str, Any]] = []
    for members in _groups(table, "doc_id"):
        found = next((row for row in members if row["shingles"] is not None), None)
        if found is None:
            continue
        for side in members:
            if side["pair"] is None:
                continue
            side["shingles"], side["signature"] = found["shingles"], found["signature"]
            rows.append(side)
            if len(rows) >= _MAX_ROWS:
                yield pa.Table.from_pylist(rows, SIDES)
                rows = []
    yield pa.Table.from_pylist(rows, SIDES)


def compare(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel, by `pair`: the exact Jaccard similarity of pairs at or above the threshold."""
    rows: list[dict[str, Any]] = []
    for sides in _groups(table, "pair"):
        if len(sides) != 2:
            continue  # one of the two has no shingles
        first, second = (np.frombuffer(side["shingles"], np.uint64) for side in sides)
        similarity = jaccard(first, second)
        if similarity >= settings.threshold:
            one, other = (np.frombuffer(side["signature"], np.uint32) for side in sides)
            pair = {name: sides[0][name] for name in PAIRS.names}
            rows.append({**pair, "jaccard": similarity, "estimated_jaccard": estimate(one, other)})
    yield pa.Table.from_pylist(rows, VERIFIED)


def _groups(table: pa.Table, key: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of each key, one group after the other; the table is sorted by it."""
    rows = (row for batch in table.to_batches(_MAX_ROWS) for row in batch.to_pylist())
    for _, group in groupby(rows, key=lambda row: row[key]):
        yield list(group)
