"""How a stage is run over a batch: screen, propose, apply, and the edits into the row's ledger.

What belongs here: the one place where proposals become text. What does not: any proposal.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.document import Edit, apply
from pipeline.measures.codes import UNDETERMINED
from pipeline.stages.stage import Proposer, Stage, propose_all

# What a library raises where a text is too strange for it. The document is rejected with the
# error; a TypeError or AttributeError is a mistake of ours and stops the run.
DOCUMENT_FAULTS = (ValueError, LookupError, ArithmeticError, RuntimeError)


def run_stage(table: pa.Table, stage: Stage) -> pa.Table:
    """The rows after the stage: `text` and `edits` of the documents that it changed.

    Unchanged batches are returned as they came.
    """
    return edit(table, stage, stage.screen(table["text"].combine_chunks()))


def edit(
    table: pa.Table, stage: Proposer, touched: pa.Array, told: pa.Array | None = None
) -> pa.Table:
    """The same, where it is known already which rows can be touched.

    told: what the stage is told of each row, where that is not its language.
    Rejected rows are left alone. A document that the stage fails on is rejected as
    `failed:<stage>`; all others are untouched by that.
    """
    texts = table["text"].combine_chunks()
    alive = pc.and_(pc.is_null(table["verdict"].combine_chunks()), pc.is_valid(texts))
    touched = pc.and_(alive, pc.fill_null(touched, False))
    rows = pc.indices_nonzero(touched).to_pylist()
    if not rows:
        return table
    found = texts.take(pa.array(rows)).to_pylist()
    languages = [UNDETERMINED] * len(rows)
    if told is not None:
        languages = told.take(pa.array(rows)).to_pylist()
    elif "language" in table.column_names:
        known = pc.fill_null(table["language"].take(pa.array(rows)), UNDETERMINED)
        languages = known.to_pylist()
    changed: dict[int, tuple[str, tuple[Edit, ...]]] = {}
    failed: dict[int, str] = {}
    proposals = _proposals(stage, found, languages)
    for row, text, proposed in zip(rows, found, proposals, strict=True):
        try:
            new, edits = apply(text, proposed)
        except DOCUMENT_FAULTS as error:
            failed[row] = f"{type(error).__name__}: {error}"
            continue
        if edits:
            changed[row] = new, edits
    return reject(_write(table, changed), failed, f"{schema.FAILED}:{stage.name}")


def _proposals(
    stage: Proposer, texts: Sequence[str], languages: Sequence[str]
) -> Sequence[Iterable[Edit]]:
    """The stage's edits for each text; where one is too strange for all of them together, each is
    looked at alone, so that its error is its own.
    """
    try:
        return list(propose_all(stage, texts, languages))
    except DOCUMENT_FAULTS:
        return [_alone(stage, *each) for each in zip(texts, languages, strict=True)]


def _alone(stage: Proposer, text: str, language: str) -> Iterator[Edit]:
    yield from stage.propose(text, language)


def reject(table: pa.Table, reasons: dict[int, str], verdict: str) -> pa.Table:
    """Give the rows a verdict and each its reason: {row: reason}."""
    if not reasons:
        return table
    rows = sorted(reasons)
    words = pa.array([reasons[row] for row in rows], pa.string())
    verdicts = pa.array([verdict] * len(rows), pa.string())
    table = replaced(table, "verdict", rows, verdicts)
    return replaced(table, "reason", rows, words)


def put(table: pa.Table, name: str, column: pa.ChunkedArray | pa.Array) -> pa.Table:
    """The table with a column replaced, or appended where there is none of that name."""
    at = table.schema.get_field_index(name)
    if at < 0:
        return table.append_column(name, column)
    return table.set_column(at, table.schema.field(at), column)


def replaced(table: pa.Table, name: str, rows: list[int], values: pa.Array) -> pa.Table:
    """The table with the values of a column in these rows, which are in order, replaced."""
    mask = np.zeros(table.num_rows, np.bool_)
    mask[rows] = True
    column = table[name].combine_chunks()
    return put(table, name, pc.replace_with_mask(column, pa.array(mask), values))


def _write(table: pa.Table, changed: dict[int, tuple[str, tuple[Edit, ...]]]) -> pa.Table:
    if not changed:
        return table
    rows = list(changed)
    texts = pa.array([text for text, _ in changed.values()], pa.string())
    table = replaced(table, "text", rows, texts)
    old = table["edits"].combine_chunks()
    new = pa.array(
        [
            old[row].as_py() + [_as_row(edit) for edit in edits]
            for row, (_, edits) in changed.items()
        ],
        old.type,
    )
    where = np.arange(table.num_rows)
    where[rows] = table.num_rows + np.arange(len(rows))
    return put(table, "edits", pa.concat_arrays([old, new]).take(pa.array(where)))


def _as_row(edit: Edit) -> dict[str, object]:
    return {name: getattr(edit, name) for name in Edit.__slots__}
