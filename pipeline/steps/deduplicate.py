"""deduplicate: measured documents in, one row each that says what it duplicates out.

    signatures -> band keys in order -> met -> groups -> members -> alike pairs -> dropped -> fates

What belongs here: the order of the passes, and the kernels at both ends. What does not: what
likeness is (dedup). Each pass writes a dataset. Candidate pairs are not written one by one: a
template of 50,000 documents has a billion of them; a key and the documents that share it say the
same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import schema
from pipeline.dedup import bands, keepers, likeness
from pipeline.dedup.ids import ids_of, numbers_of
from pipeline.dedup.order import KeepOrder
from pipeline.dedup.room import Room
from pipeline.engine.engine import Engine, Mapped, ordered
from pipeline.index import part as index
from pipeline.index.making import TargetOf, as_it_is, partition_bytes, room_in, sorting_keys
from pipeline.index.part import Part
from pipeline.steps import meeting, members
from pipeline.store.dataset import Dataset, Target
from pipeline.store.flat import FlatColumns

# About what a member and its keys take on disk; what each of its shingles takes in memory.
_MEMBER_BYTES = 120
_SHINGLE_BYTES = 4
_MET_BYTES = 24
# Shingles are copied once, which is less than what a partition has room for.
_SHARE = 3


@dataclass(frozen=True)
class Found:
    """What was found. dropped: a row for each duplicate, by numbers. alike: the verified pairs."""

    dropped: Dataset
    alike: Dataset


def find(
    engine: Engine,
    fresh: Sequence[Dataset],
    keys: Sequence[Dataset],
    parts: Sequence[Part],
    target_of: TargetOf,
    order: KeepOrder,
) -> Found:
    """The duplicates among new documents, each other's and those of published ones.

    fresh: their signatures. keys: their band keys, in order. parts: the index of the dumps that
    they are compared with. target_of: where a pass may write.
    """
    settings = order.settings
    size = partition_bytes(settings)
    pooled = keys[0]
    if len(keys) > 1:
        target = target_of("keys", bands.BAND_KEYS, "flat")
        kernel = sorting_keys(keys[0].folder, settings)
        pooled = engine.shuffle_map(kernel, keys, "key", target, partition_bytes=size)
    met = engine.map(
        partial(meeting.met, index=parts), pooled, target_of("met", meeting.MET, "grouped")
    )
    target = target_of("met-documents", meeting.DOCUMENTS, "flat")
    documents = engine.shuffle_map(meeting.documents, [met], "doc", target, partition_bytes=size)
    groups = _groups(met, documents, target_of("groups", meeting.GROUPS, "flat"))
    room = room_in(fresh[0].folder, settings)
    alike = _alike(engine, fresh, parts, met, groups, target_of, order, room)
    keep = partial(keepers.keep, room=room)
    target = target_of("kept", keepers.DROPPED, "grouped")
    dropped = engine.shuffle_map(keep, [alike], "group", target, partition_bytes=size)
    target = target_of("dropped", keepers.DROPPED, "flat")
    return Found(
        engine.shuffle_map(
            ordered(as_it_is, "doc"), [dropped], "doc", target, partition_bytes=size
        ),
        alike,
    )


def _groups(met: Dataset, documents: Dataset, target: Target) -> Dataset:
    if finished := target.finished():
        return finished
    target.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.folder, prefix=".") as scratch:
        tables = meeting.groups(met, documents, Path(scratch))
        return target.finish([target.write("part-00000.parquet", tables)])


def _alike(
    engine: Engine,
    fresh: Sequence[Dataset],
    parts: Sequence[Part],
    met: Dataset,
    groups: Dataset,
    target_of: TargetOf,
    order: KeepOrder,
    room: Room,
) -> Dataset:
    made = []
    for number, signed in enumerate(fresh):
        target = target_of(f"members-{number}", members.MEMBERS, "grouped")
        tables = members.fresh(signed, number, groups, order)
        made.append(
            target.finished() or target.finish([target.write("part-00000.parquet", tables)])
        )
    kernel = partial(members.published, parts=parts, shelf=len(fresh), order=order)
    target = target_of("members-published", members.MEMBERS, "grouped")
    made.append(engine.map(kernel, groups, target))
    shelves = [*map(members.shelf_of, fresh), *map(index.shelf_of, parts)]
    return engine.shuffle_map(
        partial(members.compare, shelves=shelves, settings=order.settings, room=room),
        [Mapped(met, partial(meeting.grouped, groups=groups), met.rows * _MET_BYTES), *made],
        "group",
        target_of("alike", likeness.VERIFIED, "grouped"),
        partition_bytes=_with_shingles(made, _SHARE * partition_bytes(order.settings)),
    )


def _with_shingles(made: Sequence[Dataset], size: int) -> int:
    """How large a partition of members may be on disk, so that it and its shingles, which lie
    elsewhere, are no larger than `size`.
    """
    rows = sum(each.rows for each in made)
    counts = (
        pc.sum(batch["shingle_count"]).as_py() or 0
        for each in made
        for batch in each.batches(["shingle_count"])
    )
    itself = rows * _MEMBER_BYTES
    whole = itself + _SHINGLE_BYTES * sum(counts)
    return size * itself // whole if whole else size


def fates(table: pa.Table, *, dropped: Dataset, order: KeepOrder) -> Iterator[pa.Table]:
    """Kernel: ids in, one row each out, in order; nulls for those that duplicate nothing."""
    docs, low = numbers_of(table["doc_id"])
    rows, found = _looked_up(docs, low, dropped)
    exact = found["exact"] != 0
    kept = ids_of(found["kept_doc"], found["kept_low"])
    because = order.because(found["kept_order"], found["order"])
    columns: dict[str, Any] = {
        "duplicate": pc.if_else(exact, schema.DUPLICATE_EXACT, schema.DUPLICATE_NEAR),
        "duplicate_reason": _reasons(exact, kept, found["jaccard"], because),
        "kept_id": kept,
        "cluster_id": ids_of(found["cluster_doc"], found["cluster_low"]),
        "kept_because": because,
    }
    for name in ("cluster_size", "jaccard", "containment", "estimated_jaccard", "bands_met"):
        columns[name] = pa.array(found[name])
    place = np.full(len(docs), -1, np.int64)
    place[rows] = np.arange(len(rows))
    at = pa.array(place, mask=place < 0)
    made = {name: columns[name].take(at) for name in columns} | {"doc_id": table["doc_id"]}
    names = schema.NEAR_DUPLICATES.names
    yield pa.table({name: made[name] for name in names}).cast(schema.NEAR_DUPLICATES)


def _looked_up(
    docs: NDArray[np.uint64], low: NDArray[np.uint64], dropped: Dataset
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """(which of the documents are dropped, what is said of those)."""
    names = keepers.DROPPED.names
    rows = [np.empty(0, np.int64)]
    found = {
        name: [np.empty(0, kind.to_pandas_dtype())]
        for name, kind in zip(names, keepers.DROPPED.types, strict=True)
    }
    by_doc = np.argsort(docs)
    docs, low = docs[by_doc], low[by_doc]
    for block, start, end in _opened(dropped, dropped.fingerprint).within(docs):
        there = block.columns["doc"]
        at = np.minimum(np.searchsorted(there, docs[start:end]), block.rows - 1)
        hits = np.flatnonzero(
            (there[at] == docs[start:end]) & (block.columns["low"][at] == low[start:end])
        )
        rows.append(by_doc[start + hits])
        for name in names:
            found[name].append(block.columns[name][at[hits]])
    return np.concatenate(rows), {name: np.concatenate(found[name]) for name in names}


@lru_cache(maxsize=1)
def _opened(dropped: Dataset, _fingerprint: str) -> FlatColumns:
    """Opened once for all shards: by its fingerprint too, since others may come to its place."""
    return FlatColumns(dropped, list(keepers.DROPPED.names))


def _reasons(
    exact: NDArray[np.bool_], kept: pa.Array, jaccard: NDArray[np.float64], because: pa.Array
) -> pa.Array:
    """Each verdict in words."""
    likeness_ = [f"Jaccard similarity {each:.3f} with " for each in jaccard.tolist()]
    starts = pc.if_else(exact, "the same text as ", pa.array(likeness_, pa.string()))
    ends = pc.if_else(exact, " but for case and white space", "")
    said = pc.binary_join_element_wise(starts, kept, ends, "")
    return pc.binary_join_element_wise(said, because, ": ")
