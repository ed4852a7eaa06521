"""repair: decoded documents in, documents without markup, mojibake and odd characters out, their
words looked up.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.measures import declared, language, unknown
from pipeline.recipe import Recipe
from pipeline.stages.characters import Characters
from pipeline.stages.mojibake import Mojibake
from pipeline.steps.editing import put, run_stage
from pipeline.steps.pages import with_pages_read


def repair(table: pa.Table, *, recipe: Recipe) -> Iterator[pa.Table]:
    """Kernel. Language is known right after mojibake is repaired: rules are chosen by it."""
    table = with_pages_read(table, recipe.html)
    table = run_stage(table, Mojibake(recipe.mojibake))
    table = with_language(table)
    table = run_stage(table, Characters(recipe.characters))
    wanted = recipe.typos.strength != "off"
    yield with_unknown_words(table) if wanted else _without_unknown_words(table)


def with_language(table: pa.Table, again: pa.ChunkedArray | None = None) -> pa.Table:
    """The table with the columns of `measures.language` for all documents that have no verdict yet,
    or for those of them where `again` holds, and with those of `measures.declared`.
    """
    wanted = pc.and_(pc.is_null(table["verdict"]), pc.is_valid(table["text"]))
    if again is not None:
        wanted = pc.and_(wanted, again)
    rows = pc.indices_nonzero(wanted)
    if again is None or len(rows):
        whole = len(rows) == table.num_rows
        texts = table["text"] if whole else table["text"].take(rows)
        for name, found in language.measure(texts).items():
            table = put(table, name, _with_rows(table, name, rows, found))
        for name, found in declared.measure(table["metadata"], table["language"]).items():
            table = put(table, name, found)
    return table


def with_unknown_words(table: pa.Table) -> pa.Table:
    """The table with the columns of `measures.unknown` for all documents without a verdict."""
    wanted = pc.and_(pc.is_null(table["verdict"]), pc.is_valid(table["text"]))
    rows = pc.indices_nonzero(wanted)
    some = table if len(rows) == table.num_rows else table.take(rows)
    for name, found in unknown.measure(some["text"], some["language"]).items():
        table = put(table, name, _with_rows(table, name, rows, found))
    return table


def _without_unknown_words(table: pa.Table) -> pa.Table:
    for name in ("unknown_words", "words_seen"):
        table = put(table, name, pa.nulls(table.num_rows, schema.REPAIRED.field(name).type))
    return table


def _with_rows(table: pa.Table, name: str, rows: pa.Array, found: pa.Array) -> pa.Array:
    """The column, null where there is none yet, with what was found in some rows."""
    if len(found) == table.num_rows:
        return found
    if name in table.column_names:
        old = table[name].combine_chunks()
    else:
        old = pa.nulls(table.num_rows, found.type)
    taken = np.arange(len(old))
    taken[rows.to_numpy()] = len(old) + np.arange(len(found))
    return pa.concat_arrays([old, found]).take(pa.array(taken))
