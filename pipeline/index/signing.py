"""Documents in, their signatures out: what they are compared by, made in one pass over the texts.

What belongs here: the kernel, of measured documents and of published ones. What does not: what a
signature is (dedup).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.dedup import signatures as minhash
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import text_hashes

SIGNED_FROM = [
    "doc_id",
    "dump",
    "source",
    "chars",
    "verdict",
    "text",
    "edit_count",
    "replacement_characters",
    "control_characters",
    "private_use_characters",
    "unassigned_characters",
]

# Bytes of texts: what is made of them stays in the processor's caches, and its memory is used again
# for the next.
_AT_ONCE = 4 * 1024 * 1024


def signatures(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: measured documents in, their signatures out; nulls for those with a verdict."""
    rows = max(1, table.num_rows * _AT_ONCE // max(1, table["text"].nbytes))
    for start in range(0, table.num_rows, rows):
        yield _signatures(table.slice(start, rows), settings)


def _signatures(table: pa.Table, settings: DedupSettings) -> pa.Table:
    compared = pc.is_null(table["verdict"]).combine_chunks()
    texts = table["text"].combine_chunks()
    texts = texts if pc.all(compared).as_py() else texts.filter(compared)
    damage = table["replacement_characters"]
    for name in ("control", "private_use", "unassigned"):
        damage = pc.add(damage, table[f"{name}_characters"])
    columns = {
        **{name: table[name] for name in ("doc_id", "dump", "source", "chars")},
        "damage": damage,
        "edits": table["edit_count"],
        "text_hash": _spread(pa.array(text_hashes(texts), pa.string()), compared),
        "minima": pa.nulls(table.num_rows, pa.large_binary()),
        "shingles": pa.repeat(pa.scalar(b"", pa.large_binary()), table.num_rows),
        "shingle_count": pa.nulls(table.num_rows, pa.int64()),
    }
    if settings.near:
        signed, shingles = minhash.signed(texts, settings)
        places = compared.to_numpy(zero_copy_only=False)
        columns["minima"] = minhash.spread(signed, places)
        columns["shingles"] = minhash.spread(shingles, places)
        counts = pc.divide(pc.binary_length(columns["shingles"]), np.dtype(np.uint32).itemsize)
        columns["shingle_count"] = counts.cast(pa.int64())
    return pa.table({name: columns[name] for name in schema.SIGNED.names}).cast(schema.SIGNED)


def signatures_again(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: published documents in, their signatures by these settings out; with the text hashes
    that are beside them, where some are.
    """
    verdicts = pa.nulls(table.num_rows, pa.string())
    for signed in signatures(table.append_column("verdict", verdicts), settings=settings):
        if "text_hash" in table.column_names:
            at = signed.column_names.index("text_hash")
            signed = signed.set_column(at, schema.SIGNED.field("text_hash"), table["text_hash"])
        yield signed


def _spread(values: pa.Array, places: pa.BooleanArray) -> pa.Array:
    """The values in order where `places` holds, nulls elsewhere."""
    if len(values) == len(places):
        return values
    before = np.cumsum(places.to_numpy(zero_copy_only=False)) - 1
    return values.take(pc.if_else(places, before, None))
