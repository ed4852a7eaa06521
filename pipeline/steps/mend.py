"""mend: repaired documents in, documents without look-alike slips out."""

from collections.abc import Iterator
from functools import lru_cache

import pyarrow as pa

from pipeline import schema
from pipeline.recipe import Recipe
from pipeline.slips.judge import Slip
from pipeline.stages.typos import Slips, Typos
from pipeline.steps.editing import edit
from pipeline.store.dataset import Dataset


def mend(table: pa.Table, *, recipe: Recipe, slips: Dataset) -> Iterator[pa.Table]:
    """Kernel. slips: those that were found in the whole dump."""
    stage = Typos(recipe.typos, _slips_in(slips))
    unknown = table["unknown_words"].combine_chunks()
    touched = stage.screen(unknown, table["language"].combine_chunks())
    yield edit(table, stage, touched).select(schema.MENDED.names)


@lru_cache(maxsize=1)
def _slips_in(dataset: Dataset) -> Slips:
    found: dict[str, dict[str, Slip]] = {}
    for row in dataset.table(schema.SLIPS.names).to_pylist():
        found.setdefault(row["language"], {})[row["slip"]] = Slip(**row)
    return found
