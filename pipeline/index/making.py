"""Making a dump's part of the index from its signatures.

What belongs here: signatures to keys, the kernels of the three datasets, the order of them. What
does not: looking into a part (part), where parts lie (parts), what a signature is (dedup).
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import schema
from pipeline.dedup import bands
from pipeline.dedup.ids import numbers_of
from pipeline.dedup.room import Room
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import banding, unpacked
from pipeline.engine.engine import Engine, Kernel, Mapped, ordered
from pipeline.index.keys import sort_keys
from pipeline.kernels.lookups import Numbers
from pipeline.store.dataset import Dataset, Layout, Stack, Target, read_batches
from pipeline.store.flat import FlatColumns

BANDS, DOCUMENTS, SHINGLES = DATASETS = ("band_index", "document_index", "shingles")
TargetOf = Callable[[str, pa.Schema, Layout], Target]
# Of the memory that a process may take, the part that a partition on disk may be: it is read, put
# in order (a copy) and worked on.
_PARTITION_SHARE = 12
_MOST_PARTITION = 1 << 29  # a column of it must be one page, which Parquet counts in 32 bits
# And the part that arrays may be of what is larger: the rest of them lies in files.
_ROOM_SHARE = 2
_MEGABYTE = 1024 * 1024
DROPPED = pa.schema([pa.field("doc", pa.uint64(), nullable=False)])
_DOC_BYTES = 8


def partition_bytes(settings: DedupSettings) -> int:
    """How large a partition may be on disk, in bytes."""
    return min(settings.process_memory_mb * _MEGABYTE // _PARTITION_SHARE, _MOST_PARTITION)


def room_in(folder: Path, settings: DedupSettings) -> Room:
    """Room for arrays of all that is compared, sorted or decided at once."""
    return Room(folder, settings.process_memory_mb * _MEGABYTE // _ROOM_SHARE)


def sorting_keys(folder: Path, settings: DedupSettings) -> Kernel:
    """The kernel that brings band keys in order. folder: may be written to."""
    most = partition_bytes(settings) // bands.BAND_KEYS_BYTES
    return partial(sort_keys, most=most, room=room_in(folder, settings))


def keys_in_order(
    engine: Engine, signed: Dataset, target_of: TargetOf, settings: DedupSettings
) -> Dataset:
    """The band keys of signatures, sorted: each shard has a range of them."""
    size = signed.rows * (banding(settings)[0] + 1) * bands.BAND_KEYS_BYTES
    kernel = partial(bands.keys_of, settings=settings)
    return engine.shuffle_map(
        sorting_keys(signed.folder, settings),
        [Mapped(signed, kernel, size, ["doc_id", "text_hash", "minima"])],
        "key",
        target_of("keys_in_order", bands.BAND_KEYS, "flat"),
        partition_bytes=partition_bytes(settings),
    )


def make(
    engine: Engine,
    signed: Dataset,
    keys: Dataset,
    fates: Dataset | None,
    target_of: TargetOf,
    settings: DedupSettings,
) -> dict[str, Dataset]:
    """A dump's part of the index, from its signatures and their keys.

    fates: what each document duplicates; None where all are published.
    """
    size = partition_bytes(settings)
    dropped = None
    if fates:
        rows = Mapped(fates, dropped_documents, fates.rows * _DOC_BYTES, ["doc_id", "duplicate"])
        target = target_of("dropped_documents", DROPPED, "flat")
        dropped = engine.shuffle_map(
            ordered(as_it_is, "doc"), [rows], "doc", target, partition_bytes=size
        )
    kernel = partial(kept_keys, dropped=dropped)
    target = target_of("document_places", schema.DOCUMENT_INDEX, "grouped")
    places = target.finished() or target.finish(
        [target.write("part-00000.parquet", placed(signed, fates))]
    )
    documents = target_of(DOCUMENTS, schema.DOCUMENT_INDEX, "flat")
    return {
        BANDS: engine.map(kernel, keys, target_of(BANDS, schema.BAND_INDEX, "flat")),
        DOCUMENTS: engine.shuffle_map(
            ordered(as_it_is, "doc"), [places], "doc", documents, partition_bytes=size
        ),
        SHINGLES: engine.map(
            shingles_of_kept,
            signed,
            target_of(SHINGLES, schema.SHINGLES, "flat"),
            columns=["doc_id", "text_hash", "shingles"],
            beside=fates,
        ),
    }


def dropped_documents(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: fates in, the documents that duplicate another out."""
    docs, _ = numbers_of(table.filter(pc.is_valid(table["duplicate"]))["doc_id"])
    yield pa.table({"doc": docs}, DROPPED)


def kept_keys(table: pa.Table, *, dropped: Dataset | None) -> Iterator[pa.Table]:
    """Kernel: band keys in order in, those of published documents out."""
    docs = table["doc"].to_numpy()
    gone = np.zeros(len(docs), np.bool_)
    if dropped:
        order = np.argsort(docs)
        in_order = docs[order]
        for block, start, end in FlatColumns(dropped, ["doc"]).within(in_order):
            gone[order[start:end]] = among(in_order[start:end], block.columns["doc"])
    yield table.filter(pa.array(~gone)).cast(schema.BAND_INDEX)


def shingles_of_kept(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: signatures with their fates beside them in, the shingles of the kept out."""
    values, _ = unpacked(table.filter(_kept(table))["shingles"].combine_chunks())
    yield pa.table({"shingle": values}, schema.SHINGLES)


def placed(signatures: Dataset, fates: Dataset | None) -> Iterator[pa.Table]:
    """What the document index says of each kept document, in the signatures' order.

    Here and not in a kernel, since where a document's shingles begin follows from all before it.
    """
    for shard, signed in enumerate(signatures.shards):
        start = 0
        for table in _with_fates(signed, fates.shards[shard] if fates else None):
            kept = table.filter(_kept(table))
            counts = pc.fill_null(kept["shingle_count"], 0).to_numpy().astype(np.int64)
            starts = start + np.append(0, np.cumsum(counts))
            start = int(starts[-1])
            (doc, low), (high, text) = numbers_of(kept["doc_id"]), numbers_of(kept["text_hash"])
            yield pa.table(
                {
                    "doc": doc,
                    "low": low,
                    "text_high": high,
                    "text_low": text,
                    "chars": kept["chars"],
                    "shard": np.full(kept.num_rows, shard, np.uint32),
                    "start": starts[:-1].astype(np.uint64),
                    "shingle_count": counts.astype(np.uint32),
                }
            ).cast(schema.DOCUMENT_INDEX)


def _with_fates(signed: Stack, fates: Stack | None) -> Iterator[pa.Table]:
    """Signatures with what each document duplicates beside them."""
    told = schema.NEAR_DUPLICATES.empty_table().select(["duplicate"])
    if fates is not None:
        told = pa.concat_tables([told, *read_batches(fates, ["duplicate"])])
    at = 0
    for table in read_batches(signed, ["doc_id", "text_hash", "chars", "shingle_count"]):
        if fates is not None:
            of = told["duplicate"].slice(at, table.num_rows)
            table = table.append_column("duplicate", of)
        at += table.num_rows
        yield table


def as_it_is(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: rows in order."""
    yield table.combine_chunks()


def _kept(table: pa.Table) -> pa.ChunkedArray:
    """Where documents are published; where no fate is told all are that have a text."""
    some = pc.is_valid(table["text_hash"])
    if "duplicate" not in table.column_names:
        return some
    return pc.and_(pc.is_null(table["duplicate"]), some)


def among(numbers: Numbers, some: Numbers) -> NDArray[np.bool_]:
    """Whether each number is one of `some`, which are sorted."""
    if not len(some):
        return np.zeros(len(numbers), np.bool_)
    at = np.minimum(np.searchsorted(some, numbers), len(some) - 1)
    return np.asarray(some[at] == numbers)
