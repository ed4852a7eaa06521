"""strip: mended documents in, documents without boilerplate out."""

from collections.abc import Iterator
from functools import lru_cache

import pyarrow as pa

from pipeline import schema
from pipeline.measures import site
from pipeline.recipe import Recipe
from pipeline.repeats.learned import Learned, learned
from pipeline.stages.boilerplate import Boilerplate
from pipeline.stages.repeats import Repeats
from pipeline.steps.editing import edit
from pipeline.steps.told import with_told
from pipeline.store.dataset import Dataset

CUTTING = frozenset({Repeats.name, Boilerplate.name})
"""The stages that cut what is not the author's text."""


def strip(table: pa.Table, *, recipe: Recipe, repeated: Dataset) -> Iterator[pa.Table]:
    """Kernel. Cuts are edits too: what was cut is in the ledger.

    repeated: the lines that sites repeat, found in the whole dump.
    """
    table = _without_repeats(table, Repeats(recipe.repeats, _learned_in(repeated)))
    stage = Boilerplate(recipe.boilerplate)
    texts, languages = (table[name].combine_chunks() for name in ("text", "language"))
    table = edit(table, stage, stage.screen(texts, languages))
    yield with_told(table, stage.name)


def _without_repeats(table: pa.Table, stage: Repeats) -> pa.Table:
    if not stage.learned.sites:
        return table
    sites = site.measure(*(table[name].combine_chunks() for name in ("metadata", "source")))
    touched = stage.screen(table["text"].combine_chunks(), sites)
    return edit(table, stage, pa.array(touched), told=sites)


@lru_cache(maxsize=1)
def _learned_in(dataset: Dataset) -> Learned:
    return learned(dataset.table(schema.REPEATED_LINES.names).to_pylist())
