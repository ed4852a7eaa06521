"""strip: repaired documents in, documents without boilerplate out."""

from collections.abc import Iterator

import pyarrow as pa

from pipeline.recipe import Recipe
from pipeline.stages.boilerplate import Boilerplate
from pipeline.steps.editing import edit
from pipeline.steps.told import with_told


def strip(table: pa.Table, *, recipe: Recipe) -> Iterator[pa.Table]:
    """Kernel. Cuts are edits too: what was cut is in the ledger."""
    stage = Boilerplate(recipe.boilerplate)
    texts, languages = (table[name].combine_chunks() for name in ("text", "language"))
    table = edit(table, stage, stage.screen(texts, languages))
    yield with_told(table, stage.name)
