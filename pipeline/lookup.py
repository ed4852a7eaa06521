"""One document of a corpus: where it is, what was done to it, what it duplicates.

What belongs here: finding rows by id over all published partitions, and where nothing is found,
over the candidates of refused runs. What does not: showing them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline.document import Edit
from pipeline.run import candidates, published
from pipeline.store.dataset import Dataset

Place = Callable[[Path, str], list[Dataset]]
"""Where datasets of a name lie: `published` or `candidates`."""


class LookupFailed(LookupError):
    """No document, or more than one, has this id."""


@dataclass(frozen=True)
class Found:
    """A published or rejected document with its ledger.

    row: its row; `verdict` and `reason` are null for one that is kept.
    published: false where its dump was refused or its run has not ended.
    duplicates: the rows of `duplicates` in which it is the dropped or the kept one.
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
            if dataset.manifest()["dump"] == row["dump"]
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
    return Found(row, place is published, ledger, tuple(duplicates))


def _rows(out: Path, prefix: str, place: Place) -> Iterator[dict[str, Any]]:
    for name in ("documents", "rejected"):
        for dataset in place(out, name):
            yield from dataset.rows_where("doc_id", lambda ids: pc.starts_with(ids, prefix))
