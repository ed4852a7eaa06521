"""The stage over texts in memory, as a run has it: screen, propose, apply, and what failed.

What belongs here: the table that the stage sees. What does not: which texts (pages, clean).
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.stages.boilerplate import Boilerplate
from pipeline.steps.editing import edit


def table_of(texts: Sequence[str], languages: Sequence[str]) -> pa.Table:
    """Documents with the columns that the stage reads and writes."""
    reasons = pa.nulls(len(texts), pa.string())
    return pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "language": pa.array(languages, pa.string()),
            "verdict": reasons,
            "reason": reasons,
            "edits": pa.array([[]] * len(texts), schema.MEASURED.field("edits").type),
        }
    )


def screened(table: pa.Table, stage: Boilerplate) -> pa.Array:
    """Which documents the screen does not rule out."""
    return stage.screen(table["text"].combine_chunks(), table["language"].combine_chunks())


def cut(table: pa.Table, stage: Boilerplate) -> pa.Table:
    """The documents after the stage."""
    return edit(table, stage, screened(table, stage))


def failed(done: pa.Table) -> int:
    """How many documents the stage failed on; a run rejects them."""
    return int(pc.sum(pc.is_valid(done["verdict"])).as_py() or 0)


def edits_of(done: pa.Table) -> Iterator[tuple[str, str, str]]:
    """(language, rule, text that was cut) of each edit."""
    touched = pc.indices_nonzero(pc.greater(pc.list_value_length(done["edits"]), 0))
    for row in done.select(["language", "edits"]).take(touched).to_pylist():
        for made in row["edits"]:
            yield row["language"], made["rule"], made["before"].strip()
