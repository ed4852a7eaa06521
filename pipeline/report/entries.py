"""The documents that a page speaks of: where they come from, what became of them, how they begin.

What belongs here: finding a bounded number of documents by id, the start of their texts only.
What does not: which ones are spoken of (gather), one document in full (lookup).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.store.dataset import Dataset, read_batches

EXCERPT = 400  # code points of a text that are shown
_COLUMNS = (
    "doc_id",
    "dump",
    "source",
    "record",
    "encoding",
    "language",
    "language_score",
    "verdict",
    "reason",
    "edit_count",
    "text",
)


@dataclass(frozen=True)
class Entry:
    """One document. A value that its dataset does not have (yet) is None.

    lines: the start of the text, line by line; None without a text. cut: the text goes on.
    """

    doc_id: str
    dump: str
    source: str
    record: int
    encoding: str | None
    language: str | None
    language_score: float | None
    verdict: str | None
    reason: str | None
    edit_count: int | None
    lines: tuple[str, ...] | None
    cut: bool


def find(wanted: Iterable[str], datasets: Sequence[Dataset]) -> dict[str, Entry]:
    """The entries of the wanted ids that any of the datasets holds; the first dataset wins.

    Shards are looked at by id first; the texts of those with a wanted one are read.
    """
    missing = set(wanted)
    found: dict[str, Entry] = {}
    for dataset in datasets:
        for row in _rows(dataset, missing):
            found.setdefault(row["doc_id"], _entry(row))
        missing -= found.keys()
    return found


def _rows(dataset: Dataset, wanted: set[str]) -> Iterator[dict[str, Any]]:
    if not wanted:
        return
    ids = pa.array(sorted(wanted), pa.string())
    for shard in dataset.shards:
        if not any(_hits(batch, ids).num_rows for batch in read_batches(shard, ["doc_id"])):
            continue
        columns = [name for name in dataset.columns if name in _COLUMNS]
        for batch in read_batches(shard, columns):
            hits = _hits(batch, ids)
            start = pc.utf8_slice_codeunits(hits["text"], 0, EXCERPT + 1)
            at = hits.schema.get_field_index("text")
            yield from hits.set_column(at, "text", start).to_pylist()


def _hits(batch: pa.Table, ids: pa.Array) -> pa.Table:
    return batch.filter(pc.is_in(batch["doc_id"], value_set=ids))


def _entry(row: dict[str, Any]) -> Entry:
    text = row.pop("text")
    known: dict[str, Any] = {name: row.get(name) for name in _COLUMNS if name != "text"}
    lines = None if text is None else tuple(text[:EXCERPT].split("\n"))
    return Entry(**known, lines=lines, cut=text is not None and len(text) > EXCERPT)
