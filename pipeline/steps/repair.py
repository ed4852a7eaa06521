"""repair: decoded documents in, documents without mojibake, odd characters and slips out."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.measures import language
from pipeline.recipe import Recipe
from pipeline.stages.characters import Characters
from pipeline.stages.mojibake import Mojibake
from pipeline.stages.typos import Typos
from pipeline.steps.editing import DOCUMENT_FAULTS, put, reject, run_stage


def repair(table: pa.Table, *, recipe: Recipe) -> Iterator[pa.Table]:
    """Kernel. Language is known right after mojibake is repaired: rules are chosen by it."""
    table = run_stage(table, Mojibake(recipe.mojibake))
    table = with_language(table)
    table = run_stage(table, Characters(recipe.characters))
    yield run_stage(table, Typos(recipe.typos))


def with_language(table: pa.Table, again: pa.ChunkedArray | None = None) -> pa.Table:
    """The table with `language` and `language_score` of all documents that have no verdict yet, or
    of those where `again` holds.
    """
    wanted = pc.and_(pc.is_null(table["verdict"]), pc.is_valid(table["text"]))
    if again is not None:
        wanted = pc.and_(wanted, again)
    wanted = wanted.combine_chunks()
    names: list[str | None] = []
    scores: list[float | None] = []
    failed: dict[int, str] = {}
    for row in pc.indices_nonzero(wanted).to_pylist():
        try:
            name, score = language.detect(table["text"][row].as_py())
        except DOCUMENT_FAULTS as error:
            failed[row] = f"{type(error).__name__}: {error}"
            name, score = None, None
        names.append(name)
        scores.append(score)
    for column, found in (
        ("language", pa.array(names, pa.string())),
        ("language_score", pa.array(scores, pa.float32())),
    ):
        old = (
            table[column].combine_chunks()
            if column in table.column_names
            else pa.nulls(table.num_rows, found.type)
        )
        table = put(table, column, pc.replace_with_mask(old, wanted, found))
    return reject(table, failed, f"{schema.FAILED}:language")
