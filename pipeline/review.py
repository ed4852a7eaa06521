"""The repairs of one dump, most frequent first, with places where each was made: for a person to
read, and to say no.

What belongs here: counting a ledger's repairs by what was changed, finding examples of them.
What does not: showing them (report.terminal), one document in full (lookup).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.document import Edit, EditError, history
from pipeline.lookup import LookupFailed
from pipeline.stages.typos import Typos
from pipeline.store.dataset import Dataset
from pipeline.underway import candidates, published

STAGE = Typos.name
_CONTEXT = 30  # code points of the text on each side
_EXAMPLES = 2
_CHANGE = ["rule", "before", "after"]


@dataclass(frozen=True)
class Example:
    """Where a repair was made. left, right: what stands around it."""

    doc_id: str
    left: str
    right: str


@dataclass(frozen=True)
class Repair:
    """times: how often it was made. documents: in how many. score: of the slip; None for one that
    its context gave away.
    """

    rule: str
    before: str
    after: str
    times: int
    documents: int
    score: float | None
    examples: tuple[Example, ...]


def repairs(out: Path, dump: str, limit: int) -> tuple[list[Repair], int]:
    """(the most frequent repairs of a dump, how many different ones there are).

    A dump that was refused is read where it waits. Raises `LookupFailed` for one that is neither.
    """
    datasets = datasets_of(out, dump)
    counted = _counted(datasets("ledger"))
    shown = counted.slice(0, limit).to_pylist()
    wanted = {doc_id for row in shown for doc_id in row["examples"]}
    texts = [*datasets("documents"), *datasets("rejected")]
    found = _places(wanted, texts, datasets("ledger"))
    return [_repair(row, found) for row in shown], counted.num_rows


def datasets_of(out: Path, dump: str) -> Callable[[str], list[Dataset]]:
    """By name, the datasets of a dump that is published, or of one that was refused.

    Raises `LookupFailed` for one that is neither.
    """
    place = next((p for p in (published, candidates) if _of(p(out, "ledger"), dump)), None)
    if place is None:
        known = sorted({dataset.dump for dataset in published(out, "ledger")})
        there = f"there are {', '.join(known)}" if known else "nothing is published there yet"
        raise LookupFailed(f"{out} has no dump {dump}: {there}")
    return lambda name: _of(place(out, name), dump)


def _of(datasets: list[Dataset], dump: str) -> list[Dataset]:
    return [dataset for dataset in datasets if dataset.dump == dump]


def _counted(ledgers: list[Dataset]) -> pa.Table:
    """One row a change: how often, in how many documents, evidence, the first documents."""
    columns = ["doc_id", "stage", *_CHANGE, "evidence"]
    parts = [
        batch.filter(pc.equal(batch["stage"], STAGE))
        for ledger in ledgers
        for batch in ledger.batches(columns)
    ]
    if not parts:
        return pa.table({name: [] for name in columns})
    made = pa.concat_tables(parts).group_by(_CHANGE, use_threads=False)
    counted = made.aggregate(
        [
            ("doc_id", "count"),
            ("doc_id", "count_distinct"),
            ("doc_id", "distinct"),
            ("evidence", "first"),
        ]
    )
    order = [("doc_id_count", "descending"), *((name, "ascending") for name in _CHANGE)]
    counted = counted.sort_by(order)
    first = pc.list_slice(counted["doc_id_distinct"], 0, _EXAMPLES)
    return counted.drop_columns("doc_id_distinct").append_column("examples", first)


def _places(
    wanted: set[str], texts: list[Dataset], ledgers: list[Dataset]
) -> Mapping[tuple[str, ...], Example]:
    """(document, rule, before, after) -> where that was done first."""
    ids = pa.array(sorted(wanted), pa.string())
    edits: dict[str, list[dict[str, Any]]] = {}
    for ledger in ledgers:
        for row in ledger.rows_where("doc_id", lambda column: pc.is_in(column, value_set=ids)):
            edits.setdefault(row["doc_id"], []).append(row)
    found: dict[tuple[str, ...], Example] = {}
    for dataset in texts:
        for row in dataset.rows_where("doc_id", lambda column: pc.is_in(column, value_set=ids)):
            mine = sorted(edits.get(row["doc_id"], ()), key=lambda edit: int(edit["position"]))
            ledger_of = [Edit(**{name: e[name] for name in Edit.__slots__}) for e in mine]
            for edit, left, right in _around(row["text"], ledger_of):
                key = (row["doc_id"], edit.rule, edit.before, edit.after)
                found.setdefault(key, Example(row["doc_id"], left, right))
    return found


def _around(text: str, ledger: list[Edit]) -> list[tuple[Edit, str, str]]:
    """Each repair with what stood before and after it."""
    try:
        state = dict(history(text, ledger)).get(STAGE, "")
    except EditError:
        return []
    return [
        (
            edit,
            state[max(0, edit.start - _CONTEXT) : edit.start],
            state[edit.start + len(edit.before) :][:_CONTEXT],
        )
        for edit in ledger
        if edit.stage == STAGE
    ]


def _repair(row: Mapping[str, Any], found: Mapping[tuple[str, ...], Example]) -> Repair:
    evidence = json.loads(row["evidence_first"] or "{}")
    places = ((doc_id, *(row[name] for name in _CHANGE)) for doc_id in row["examples"])
    return Repair(
        row["rule"],
        row["before"],
        row["after"],
        row["doc_id_count"],
        row["doc_id_count_distinct"],
        evidence.get("score"),
        tuple(found[place] for place in places if place in found),
    )
