"""Members of groups: documents that share a key with another, and where their shingles lie.

What belongs here: a row for each, of new signatures and of the index; fetching their shingles to
where they are compared. What does not: which documents those are (meeting), comparing them
(likeness).

Shingles stay where they were written until the documents of a group are compared, and are copied
once, to where there is room for them.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup import likeness
from pipeline.dedup.ids import numbers_of
from pipeline.dedup.order import KeepOrder
from pipeline.dedup.room import Room
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.sorting import copied, pieces
from pipeline.index import part as index
from pipeline.index.part import Part
from pipeline.index.shelf import Shelf, fetch
from pipeline.kernels.sets import Sets
from pipeline.steps.meeting import FRESH, GROUP_COLUMNS, group_of
from pipeline.store.dataset import Dataset, read_batches
from pipeline.store.flat import FlatColumns

MEMBERS = pa.schema(
    [
        *(
            pa.field(name, pa.uint64(), nullable=False)
            for name in ("group", "doc", "low", "order", "text_high", "text_low")
        ),
        pa.field("shelf", pa.int32(), nullable=False),  # of those that `compare` is given
        pa.field("shard", pa.uint32(), nullable=False),
        pa.field("start", pa.uint64(), nullable=False),
        pa.field("shingle_count", pa.uint32(), nullable=False),
    ]
)
_FROM = ["doc_id", "text_hash", "shingle_count", "dump", "source", "chars", "damage", "edits"]
# Members whose shingles are fetched at once, in the order in which they lie.
_FETCHED_AT_ONCE = 1 << 18


def shelf_of(signed: Dataset) -> Shelf:
    """Where the shingles of new documents lie, at the places that `fresh` names."""
    return Shelf(
        signed.folder,
        "shingles",
        signed.fingerprint,
        f"the dataset {signed.folder}",
        "remove it, and run its step again",
    )


def fresh(signed: Dataset, shelf: int, groups: Dataset, order: KeepOrder) -> Iterator[pa.Table]:
    """A row for each new document that is in a group, of its signatures.

    Here and not in a kernel, since where a document's shingles lie follows from all before it.
    """
    opened = FlatColumns(groups, GROUP_COLUMNS)
    for shard, files in enumerate(signed.shards):
        begin = 0  # of a row group's shingles in the shard, as words
        for table in read_batches(files, _FROM):
            counts = pc.fill_null(table["shingle_count"], 0).to_numpy().astype(np.int64)
            ends = begin + np.cumsum(counts + 1)  # each after a word that says how many
            begin = int(ends[-1]) if len(ends) else begin
            rows = np.flatnonzero(table["text_hash"].is_valid())
            docs, low = numbers_of(table["doc_id"].take(pa.array(rows)))
            by_doc = np.argsort(docs)
            which, group = group_of(docs[by_doc], opened)
            at = by_doc[which]
            chosen = table.take(pa.array(rows[at]))
            high, text = numbers_of(chosen["text_hash"])
            columns = {
                "group": group,
                "doc": docs[at],
                "low": low[at],
                "order": order.fresh(chosen),
                "text_high": high,
                "text_low": text,
                "shelf": np.full(len(at), shelf, np.int32),
                "shard": np.full(len(at), shard, np.uint32),
                "start": (ends - counts)[rows[at]].astype(np.uint64),
                "shingle_count": counts[rows[at]].astype(np.uint32),
            }
            yield pa.table(columns, MEMBERS)


def published(
    table: pa.Table, *, parts: Sequence[Part], shelf: int, order: KeepOrder
) -> Iterator[pa.Table]:
    """Kernel: documents and their groups in, a row for each that is in the index out.

    shelf: of the first part.
    """
    numbers, docs = table["part"].to_numpy(), table["doc"].to_numpy()
    for number in np.unique(numbers[numbers != FRESH]).tolist():
        here = np.flatnonzero(numbers == number)  # sorted by document, as groups are
        group = table["group"].to_numpy()[here]
        found = index.documents(parts[number], docs[here])
        # Where ids begin alike there are two rows of one number.
        of = np.searchsorted(docs[here], found["doc"].to_numpy())
        columns = {name: found[name] for name in found.column_names if name in MEMBERS.names}
        columns |= {
            "group": group[of],
            "order": order.published(parts[number].dump, found["chars"].to_numpy()),
            "shelf": np.full(len(of), shelf + number, np.int32),
        }
        yield pa.table(columns).select(MEMBERS.names).cast(MEMBERS)


def compare(
    table: pa.Table, *, shelves: Sequence[Shelf], settings: DedupSettings, room: Room
) -> Iterator[pa.Table]:
    """Kernel, by group: keys and members in, pairs that are alike out.

    shelves: where the members' shingles lie. room: makes large arrays.
    """
    keys, members = _parted(table)
    counts = copied(members["shingle_count"], room)
    sizes, starts = room(len(counts), np.int64), room(len(counts), np.int64)
    sizes[:] = counts
    end = 0
    for rows in pieces(len(counts)):
        ends = end + np.cumsum(sizes[rows])
        starts[rows], end = ends - sizes[rows], int(ends[-1])
    values = room(end, np.uint32)
    for rows in pieces(len(counts), _FETCHED_AT_ONCE):
        some = members.slice(rows.start, rows.stop - rows.start)
        of, shard, start = (some[name].to_numpy() for name in ("shelf", "shard", "start"))
        for number in np.unique(of).tolist():
            at = np.flatnonzero(of == number)
            places = starts[rows][at]
            fetch(shelves[number], shard[at], start[at], counts[rows][at], places, values)
    yield from likeness.compare(members, keys, Sets(values, starts, sizes), settings, room=room)


def _parted(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """(the rows that are keys, those that are members), where they lie: a batch has nothing but
    either, or a few of both.
    """
    nothing = table.slice(0, 0)
    keys, members = [nothing], [nothing]
    for batch in table.to_batches():
        rows = pa.Table.from_batches([batch])
        for name, parts in (("key", keys), ("order", members)):
            nulls = rows[name].null_count
            if nulls < len(rows):
                parts.append(rows.filter(pc.is_valid(rows[name])) if nulls else rows)
    return pa.concat_tables(keys).select(["key", "doc"]), pa.concat_tables(members)
