"""measure: stripped documents in, the same with all their measures and the verdicts on them out."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.document import Edit, EditError, restore
from pipeline.measures import counts
from pipeline.recipe import Recipe
from pipeline.stages.boilerplate import Boilerplate
from pipeline.steps.editing import put
from pipeline.steps.ingest import decoded_hash
from pipeline.steps.repair import with_language
from pipeline.verdicts import decide

# Where more than this share of a text was cut, its language is measured again.
_MUCH_CUT = 0.1


def measure(table: pa.Table, *, recipe: Recipe) -> Iterator[pa.Table]:
    """Kernel. Rows that have a verdict are measured too, where they have a text."""
    stage = Boilerplate(recipe.boilerplate)
    texts = pc.fill_null(table["text"].combine_chunks(), "")
    columns = counts.measure(texts)
    columns["rules_left"] = _left(texts, table["language"], stage)
    columns["edit_count"] = pc.cast(pc.list_value_length(table["edits"]), pa.int64())
    columns["cut_chars"] = _cut_chars(table["edits"], stage.name)
    columns["reversible"] = _reversible(table)
    for name, column in columns.items():
        table = put(table, name, column)
    share = pc.divide(
        pc.cast(table["cut_chars"], pa.float64()),
        pc.max_element_wise(pc.add(table["cut_chars"], table["chars"]), 1),
    )
    table = with_language(table, again=pc.greater(share, _MUCH_CUT))
    yield decide(table, recipe.language, recipe.quality)


def _left(texts: pa.Array, languages: pa.ChunkedArray, stage: Boilerplate) -> pa.Array:
    """How many cuts the rules would still make in each text."""
    suspects = pc.indices_nonzero(stage.screen(texts)).to_pylist()
    left = [0] * len(texts)
    for row in suspects:
        left[row] = len(list(stage.propose(texts[row].as_py(), languages[row].as_py() or "")))
    return pa.array(left, pa.int64())


def _reversible(table: pa.Table) -> pa.Array:
    """Whether each ledger gives the decoded text back; null without a text."""
    answers: list[bool | None] = []
    columns = (table[name].to_pylist() for name in ("text", "edits", "decoded_hash"))
    for text, edits, wanted in zip(*columns, strict=True):
        if text is None:
            answers.append(None)
            continue
        try:
            answers.append(decoded_hash(restore(text, [Edit(**edit) for edit in edits])) == wanted)
        except EditError:
            answers.append(False)
    return pa.array(answers, pa.bool_())


def _cut_chars(edits: pa.ChunkedArray, stage: str) -> pa.Array:
    """Code points that the stage took out of each document."""
    edits = edits.combine_chunks()
    flat = edits.flatten()
    mine = pc.equal(flat.field("stage"), stage)
    lost = pc.subtract(pc.utf8_length(flat.field("before")), pc.utf8_length(flat.field("after")))
    lost = pc.cast(pc.if_else(mine, lost, 0), pa.int64())
    sums = (
        pa.table({"row": pc.list_parent_indices(edits), "lost": lost})
        .group_by("row")
        .aggregate([("lost", "sum")])
    )
    found = dict(zip(sums["row"].to_pylist(), sums["lost_sum"].to_pylist(), strict=True))
    return pa.array([found.get(row, 0) for row in range(len(edits))], pa.int64())
