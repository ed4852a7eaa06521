"""How web pages become documents: the text by an edit, what they say about themselves as metadata.

What belongs here: which rows are pages, and what of their facts goes into the records' metadata.
What does not: HTML (stages.html).
"""

import json

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.html.settings import OFF, HtmlSettings
from pipeline.measures import declared
from pipeline.sources.record import metadata_of
from pipeline.stages.html import Html
from pipeline.steps.editing import edit, replaced


def with_pages_read(table: pa.Table, settings: HtmlSettings) -> pa.Table:
    """The table with the texts of its web pages in place of the pages."""
    if settings.extractor == OFF:
        return table
    stage = Html(settings)
    touched = pc.or_kleene(
        stage.named(table["source"].combine_chunks()),
        stage.screen(table["text"].combine_chunks()),
    )
    done = edit(table, stage, touched)
    return table if done is table else _with_facts(done, stage.name, touched)


def _with_facts(table: pa.Table, stage: str, touched: pa.Array) -> pa.Table:
    """Metadata with what the stage's edits have as evidence. What a record said itself stays."""
    edits, metadata = table["edits"].combine_chunks(), table["metadata"].combine_chunks()
    new = {}
    for row in pc.indices_nonzero(touched).to_pylist():
        facts = [
            json.loads(each["evidence"])
            for each in edits[row].as_py()
            if each["stage"] == stage and each["evidence"]
        ]
        if facts:
            new[row] = metadata_of(_joined(json.loads(metadata[row].as_py()), facts[0]))
    return replaced(table, "metadata", list(new), pa.array(new.values(), pa.string()))


def _joined(record: dict[str, object], facts: dict[str, object]) -> dict[str, object]:
    """The record's own fields, then the facts that it has no word on."""
    if any(record.get(name) for name in declared.FIELDS):
        facts = {name: fact for name, fact in facts.items() if name not in declared.FIELDS}
    return {**record, **{name: fact for name, fact in facts.items() if name not in record}}
