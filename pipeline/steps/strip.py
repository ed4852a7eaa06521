"""strip: repaired documents in, documents without boilerplate out."""

from collections.abc import Iterator

import pyarrow as pa

from pipeline.recipe import Recipe
from pipeline.stages.boilerplate import Boilerplate
from pipeline.steps.editing import run_stage


def strip(table: pa.Table, *, recipe: Recipe) -> Iterator[pa.Table]:
    """Kernel. Cuts are edits too: what was cut is in the ledger."""
    yield run_stage(table, Boilerplate(recipe.boilerplate))
