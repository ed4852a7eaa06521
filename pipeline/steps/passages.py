"""passages: measured documents and their duplicates in, documents without the passages that many of
them have out.

What belongs here: the kernels that count, find and cut. What does not: what a paragraph is
(kernels.paragraphs), what of a document goes (stages.passages).

This runs after duplicates are found, on the documents that are kept, for three reasons.
- A whole copy of a document is a duplicate, with the document that it is a copy of: nothing has
  been cut out of either when they are compared, so signatures are of the text before these cuts.
- The document that keeps a passage is published. Before verdicts, the only one to keep it might be
  rejected, and the passage would be gone from the corpus.
- Copies are no witnesses: ten copies of one text count as one document.

What is cut is measured again, since measures are of the published text. It is not judged again:
duplicates name it. A document that the recipe would reject for what is left stays whole instead.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import schema
from pipeline.dedup.folding import same_folding
from pipeline.dedup.settings import DedupSettings
from pipeline.kernels.paragraphs import paragraphs_of
from pipeline.kernels.texts import texts_of
from pipeline.recipe import Recipe
from pipeline.stages.passages import Passages, Repeated
from pipeline.steps.editing import edit, put
from pipeline.steps.measure import measure
from pipeline.steps.repair import with_language
from pipeline.store.dataset import Dataset

COUNTED = ("doc_id", "dump", "verdict", "text")


def count(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: measured documents with their duplicates beside them in, a row for each passage of
    those that are kept out.
    """
    table = table.filter(_kept(table)).combine_chunks()
    if not table.num_rows:
        return
    found = paragraphs_of(texts_of(table["text"]), settings.passage_words, same_folding())
    ids = pc.array_sort_indices(table["doc_id"].combine_chunks())
    ranks = np.empty(len(ids), np.int64)
    ranks[ids.to_numpy()] = np.arange(len(ids))
    # Each passage once a document, its documents in the order of their ids.
    uses = pa.table({"passage": found.hashes, "rank": ranks[found.texts]})
    firsts = uses.group_by("passage", use_threads=False).aggregate(
        [("rank", "count_distinct"), ("rank", "min")]
    )
    yield pa.table(
        {
            "dump": pa.repeat(table["dump"][0], firsts.num_rows),
            "passage": firsts["passage"],
            "documents": firsts["rank_count_distinct"],
            "doc_id": table["doc_id"].take(ids.take(firsts["rank_min"])),
        }
    ).cast(schema.PASSAGES)


def add_up(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel, by passage: the counts of parts of a dump in, those of the dump out."""
    wanted = [("dump", "min"), ("documents", "sum"), ("doc_id", "min")]
    summed = table.group_by("passage", use_threads=False).aggregate(wanted)
    names = {f"{name}_{how}": name for name, how in wanted}
    summed = summed.rename_columns([names.get(name, name) for name in summed.column_names])
    yield summed.select(schema.PASSAGES.names).cast(schema.PASSAGES)


def find(table: pa.Table, *, dump: str, new: Collection[str] = ()) -> Iterator[pa.Table]:
    """Kernel, by passage: the counts of all dumps in, the dump's passages with their documents in
    all dumps and the first of those out.

    What is published already comes first, then what is new with the dump, each by the name of its
    dump; an id, the least of its dump, is that of a document which still has the passage.
    """
    mine = pc.equal(table["dump"], dump)
    here = table.filter(mine)
    sums = table.group_by("passage", use_threads=False).aggregate([("documents", "sum")])
    later = [other for other in new if other >= dump]
    before = pc.invert(pc.is_in(table["dump"], pa.array([dump, *later], pa.string())))
    others = table.filter(pc.and_(before, pc.is_valid(table["doc_id"])))
    is_new = pc.is_in(others["dump"], pa.array(list(new), pa.string()))
    others = others.append_column("new", is_new)
    others = others.sort_by([(name, "ascending") for name in ("passage", "new", "dump")])
    held, at = np.unique(others["passage"].to_numpy(), return_index=True)
    firsts = others["doc_id"].take(pa.array(at))
    found = pc.index_in(here["passage"], pa.array(held, pa.uint64()))
    elsewhere = firsts.take(found)
    in_all = sums["documents_sum"].take(
        pc.index_in(here["passage"], sums["passage"].combine_chunks())
    )
    here = here.append_column("in_all", in_all)
    here = here.append_column("first", pc.coalesce(elsewhere, here["doc_id"]))
    yield here.cast(schema.FOUND_PASSAGES)


def published(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: passages found in, what later dumps count on out: without the id where no document of
    this dump keeps the passage.
    """
    keeps = pc.or_(
        pc.less(table["in_all"], settings.passage_documents),
        pc.equal(table["first"], table["doc_id"]),
    )
    ids = pc.if_else(keeps, table["doc_id"], None)
    yield put(table, "doc_id", ids).select(schema.PASSAGES.names)


def cut(table: pa.Table, *, recipe: Recipe, found: Dataset) -> Iterator[pa.Table]:
    """Kernel: measured documents with their duplicates beside them in, the same without repeated
    passages, measured again, out.
    """
    settings = recipe.dedup
    stage = Passages(
        _repeated_in(found, settings.passage_documents), settings.passage_words, same_folding()
    )
    kept = _kept(table)
    table = table.select(schema.MEASURED.names)
    touched = stage.screen(pc.if_else(kept, table["text"], None).combine_chunks())
    edited = edit(table, stage, touched, told=table["doc_id"].combine_chunks())
    rows = _edited(table, edited)
    if not len(rows):
        yield edited
        return
    before = table.take(pa.array(rows))
    after = _measured(edited.take(pa.array(rows)), before, recipe)
    stays = pc.is_valid(after["verdict"]).to_numpy()
    where = np.arange(table.num_rows)
    where[rows] = table.num_rows + np.arange(len(rows)) + np.where(stays, len(rows), 0)
    yield pa.concat_tables([edited, after, before]).combine_chunks().take(pa.array(where))


def _kept(table: pa.Table) -> pa.ChunkedArray:
    """Documents that neither a measure nor a duplicate speaks against."""
    judged = pc.or_(pc.is_valid(table["verdict"]), pc.is_valid(table["duplicate"]))
    return pc.and_not(pc.is_valid(table["text"]), judged)


def _edited(before: pa.Table, after: pa.Table) -> NDArray[np.int64]:
    """The rows that have more edits now."""
    lengths = (pc.list_value_length(table["edits"]) for table in (before, after))
    return np.flatnonzero(pc.not_equal(*lengths).to_numpy())


def _measured(table: pa.Table, before: pa.Table, recipe: Recipe) -> pa.Table:
    """The rows with the measures and the language of what is left of their texts, and the verdict
    that these would have. How much was cut as boilerplate stays what it was.
    """
    table = with_language(table, again=pc.is_valid(table["text"]))
    (table,) = measure(table, recipe=recipe)
    return put(table, "heavily_cut", before["heavily_cut"]).select(before.column_names)


@lru_cache(maxsize=1)
def _repeated_in(found: Dataset, least: int) -> Repeated:
    """The passages that so many documents have. A worker holds these alone, about 50 bytes each."""
    columns = ["passage", "in_all", "first"]
    parts = [
        batch.filter(pc.greater_equal(batch["in_all"], least)) for batch in found.batches(columns)
    ]
    table = pa.concat_tables(
        [pa.schema([schema.FOUND_PASSAGES.field(name) for name in columns]).empty_table(), *parts]
    ).sort_by("passage")
    return Repeated(
        table["passage"].to_numpy(),
        table["in_all"].to_numpy(),
        table["first"].combine_chunks(),
    )
