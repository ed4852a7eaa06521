"""How a stage is run over a batch: screen, propose, apply, and the edits into the row's ledger.

What belongs here: the one place where proposals become text. What does not: any proposal.
"""

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.document import Edit, apply
from pipeline.measures.codes import UNDETERMINED
from pipeline.stages.stage import Stage

# What a library raises where a text is too strange for it. The document is rejected with the
# error; a TypeError or AttributeError is a mistake of ours and stops the run.
DOCUMENT_FAULTS = (ValueError, LookupError, ArithmeticError, RuntimeError)


def run_stage(table: pa.Table, stage: Stage) -> pa.Table:
    """The rows after the stage: `text` and `edits` of the documents that it changed.

    Rejected rows are left alone. A document that the stage fails on is rejected as
    `failed:<stage>`; all others are untouched by that. Unchanged batches are returned as they came.
    """
    texts = table["text"].combine_chunks()
    alive = pc.and_(pc.is_null(table["verdict"].combine_chunks()), pc.is_valid(texts))
    touched = pc.and_(alive, pc.fill_null(stage.screen(texts), False))
    rows = pc.indices_nonzero(touched).to_pylist()
    if not rows:
        return table
    languages = table["language"] if "language" in table.column_names else None
    changed: dict[int, tuple[str, tuple[Edit, ...]]] = {}
    failed: dict[int, str] = {}
    for row in rows:
        text = texts[row].as_py()
        language = languages[row].as_py() if languages is not None else None
        try:
            new, edits = apply(text, stage.propose(text, language or UNDETERMINED))
        except DOCUMENT_FAULTS as error:
            failed[row] = f"{type(error).__name__}: {error}"
            continue
        if edits:
            changed[row] = new, edits
    return reject(_write(table, changed), failed, f"{schema.FAILED}:{stage.name}")


def reject(table: pa.Table, reasons: dict[int, str], verdict: str) -> pa.Table:
    """Give the rows a verdict and each its reason: {row: reason}."""
    if not reasons:
        return table
    rows = list(range(table.num_rows))
    verdicts = pa.array([verdict if row in reasons else None for row in rows], pa.string())
    words = pa.array([reasons.get(row) for row in rows], pa.string())
    table = put(table, "verdict", pc.coalesce(verdicts, table["verdict"]))
    return put(table, "reason", pc.coalesce(words, table["reason"]))


def put(table: pa.Table, name: str, column: pa.ChunkedArray | pa.Array) -> pa.Table:
    """The table with a column replaced, or appended where there is none of that name."""
    at = table.schema.get_field_index(name)
    if at < 0:
        return table.append_column(name, column)
    return table.set_column(at, table.schema.field(at), column)


def _write(table: pa.Table, changed: dict[int, tuple[str, tuple[Edit, ...]]]) -> pa.Table:
    if not changed:
        return table
    rows = pa.array(list(changed), pa.int64())
    mask = pc.is_in(pa.array(range(table.num_rows), pa.int64()), value_set=rows)
    texts = pa.array([text for text, _ in changed.values()], pa.string())
    table = put(table, "text", pc.replace_with_mask(table["text"].combine_chunks(), mask, texts))
    old = table["edits"].combine_chunks()
    new = pa.array(
        [
            old[row].as_py() + [_as_row(edit) for edit in edits]
            for row, (_, edits) in changed.items()
        ],
        old.type,
    )
    where = list(range(table.num_rows))
    for place, row in enumerate(changed, table.num_rows):
        where[row] = place
    return put(table, "edits", pa.concat_arrays([old, new]).take(pa.array(where)))


def _as_row(edit: Edit) -> dict[str, object]:
    return {name: getattr(edit, name) for name in Edit.__slots__}
