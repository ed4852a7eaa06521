"""What cut lines say about their document, into its metadata: a byline its author, a dateline when
it was published.

What belongs here: moving what an edit's evidence says. What does not: reading lines (rules).
"""

import json

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.measures.codes import UNDETERMINED
from pipeline.measures.dates import iso_date
from pipeline.rules import TOLD
from pipeline.steps.editing import put

_DATE = "published"


def with_told(table: pa.Table, stage: str) -> pa.Table:
    """The table with `author` and `published` in the metadata of documents from which the stage cut
    lines that name them. The first such line counts; what the record brought with it stays.
    """
    told = _told(table["edits"].combine_chunks(), stage)
    if not told:
        return table
    metadata = table["metadata"].to_pylist()
    languages = table["language"].to_pylist()
    for row, said in told.items():
        if _DATE in said:
            said[_DATE] = iso_date(said[_DATE], languages[row] or UNDETERMINED)
        metadata[row] = json.dumps(said | json.loads(metadata[row]), ensure_ascii=False)
    return put(table, "metadata", pa.array(metadata, pa.string()))


def _told(edits: pa.ListArray, stage: str) -> dict[int, dict[str, str]]:
    """For each row what the evidence of the stage's edits says, if it says anything."""
    flat = edits.flatten()
    speaks = pc.and_(pc.equal(flat.field("stage"), stage), pc.not_equal(flat.field("evidence"), ""))
    rows = pc.list_parent_indices(edits).filter(speaks).to_pylist()
    told: dict[int, dict[str, str]] = {}
    for row, evidence in zip(rows, flat.field("evidence").filter(speaks).to_pylist(), strict=True):
        for name, value in json.loads(evidence).items():
            if name in TOLD:
                told.setdefault(row, {}).setdefault(name, value)
    return told
