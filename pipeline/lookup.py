"""One document of a corpus: where it is, what was done to it, what it duplicates.

What belongs here: finding rows by id over all published partitions, and where nothing is found,
over the candidates of refused runs. What does not: showing them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.document import Edit
from pipeline.store.dataset import Dataset
from pipeline.underway import candidates, published

Place = Callable[[Path, str], list[Dataset]]
"""Where datasets of a name lie: `published` or `candidates`."""


NAMED, COMPARED = 20, 3
"""Of a document's duplicates so many are shown, and so many with their texts."""


class LookupFailed(LookupError):
    """No document, or more than one, has this id."""


@dataclass(frozen=True)
class Found:
    """A published or rejected document with its ledger.

    row: its row; `verdict` and `reason` are null for one that is kept.
    published: false where its dump was refused or its run has not ended.
    duplicates: the rows of `duplicates` in which it is the dropped or the kept one, the least alike
    first.
    """

    row: dict[str, Any]
    published: bool
    ledger: tuple[Edit, ...]
    duplicates: tuple[dict[str, Any], ...]


def find(out: Path, doc_id: str) -> Found:
    """The document whose id is, or starts with, `doc_id`. Raises `LookupFailed`."""
    place: Place = published
    hits = list(_rows(out, doc_id, place))
    if not hits:
        place = candidates
        hits = list(_rows(out, doc_id, place))
    if not hits:
        raise LookupFailed(f"no document of {out} has an id that starts with {doc_id!r}")
    if len(hits) > 1:
        ids = ", ".join(row["doc_id"] for row in hits[:3])
        raise LookupFailed(f"{len(hits)} documents have an id that starts with {doc_id!r}: {ids} …")
    row = {"verdict": None, "reason": None, **hits[0]}
    whole: str = row["doc_id"]
    edits = sorted(
        (
            edit
            for dataset in place(out, "ledger")
            if dataset.dump == row["dump"]
            for edit in dataset.rows_where("doc_id", lambda ids: pc.equal(ids, whole))
        ),
        key=lambda edit: int(edit["position"]),
    )
    ledger = tuple(Edit(**{name: edit[name] for name in Edit.__slots__}) for edit in edits)
    duplicates = [
        duplicate
        for dataset in place(out, "duplicates")
        for column in ("doc_id", "kept_id")
        for duplicate in dataset.rows_where(column, lambda ids: pc.equal(ids, whole))
    ]
    duplicates.sort(key=lambda each: (each["doc_id"] != whole, each["jaccard"], each["doc_id"]))
    return Found(row, place is published, ledger, tuple(duplicates))


def others(out: Path, found: Found) -> dict[str, dict[str, Any]]:
    """The rows of the documents that it duplicates or is kept for, by id: those of its first
    `COMPARED` duplicates with their texts, those of the next, up to `NAMED`, without.
    """
    ids = [
        duplicate["kept_id" if duplicate["doc_id"] == found.row["doc_id"] else "doc_id"]
        for duplicate in found.duplicates[:NAMED]
    ]
    named = rows_of(texts_of(out), ids[COMPARED:], 0)
    return {
        **{doc_id: {**row, "text": None} for doc_id, row in named.items()},
        **rows_of(texts_of(out), ids[:COMPARED]),
    }


def rows_of(
    datasets: Iterable[Dataset], doc_ids: Iterable[str], longest: int | None = None
) -> dict[str, dict[str, Any]]:
    """The rows of documents by id, from the first dataset that has it; those that none has are
    left out.

    longest: of a text no more than so many code points.
    """
    missing, found = set(doc_ids), dict[str, dict[str, Any]]()
    for dataset in datasets:
        if not missing:
            break
        ids = pa.array(sorted(missing), pa.string())
        for table in dataset.tables_where("doc_id", partial(pc.is_in, value_set=ids)):
            if longest is not None:
                start = pc.utf8_slice_codeunits(table["text"], 0, longest)
                table = table.set_column(table.schema.get_field_index("text"), "text", start)
            found |= {row["doc_id"]: row for row in table.to_pylist()}
        missing -= found.keys()
    return found


def texts_of(out: Path) -> list[Dataset]:
    """Every dataset of a corpus that holds documents; what is published comes first."""
    return [
        dataset
        for place in (published, candidates)
        for name in ("documents", "rejected")
        for dataset in place(out, name)
    ]


def _rows(out: Path, prefix: str, place: Place) -> Iterator[dict[str, Any]]:
    for name in ("documents", "rejected"):
        for dataset in place(out, name):
            yield from dataset.rows_where("doc_id", lambda ids: pc.starts_with(ids, prefix))
