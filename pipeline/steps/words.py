"""words: the unknown words of repaired documents in, how many documents use each, and which of them
are slips out.

What belongs here: the kernels that count and judge. What does not: what a slip is (slips).
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.slips.alphabet import UNSEEN
from pipeline.slips.judge import LEAST_WITNESSES, Alike, Judge, Slip, Totals
from pipeline.slips.lexicon import lexicon
from pipeline.slips.settings import TypoSettings
from pipeline.slips.strokes import keys_of

COUNTED = ("dump", "verdict", "language", "unknown_words", "words_seen")
_EVERY = ""
_TOGETHER = ["dump", "language", "word", "strokes"]
_SUMS = ("documents", "words")
# What may be put right though no list holds it: unseen characters, letters of two scripts.
_PUT_RIGHT = (
    f"[{UNSEEN}]"
    r"|\p{Latin}.*[\p{Cyrillic}\p{Greek}]|\p{Cyrillic}.*[\p{Latin}\p{Greek}]"
    r"|\p{Greek}.*[\p{Latin}\p{Cyrillic}]"
)


def count(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: repaired documents in, a row for each language and unknown word, and for each
    language one for all its documents out.
    """
    counted = pc.and_(pc.is_null(table["verdict"]), pc.is_valid(table["unknown_words"]))
    table = table.filter(counted).select(["dump", "language", "unknown_words", "words_seen"])
    table = table.combine_chunks()
    if not table.num_rows:
        return
    every = table.group_by(["dump", "language"], use_threads=False).aggregate(
        [("words_seen", "sum"), ("words_seen", "count")]
    )
    yield _rows(
        every, [_EVERY] * every.num_rows, every["words_seen_count"], every["words_seen_sum"]
    )
    lists = table["unknown_words"].combine_chunks()
    of = pc.list_parent_indices(lists)
    uses = pa.table(
        {
            "dump": table["dump"].take(of),
            "language": table["language"].take(of),
            "word": lists.flatten(),
        }
    )
    counts = uses.group_by(["dump", "language", "word"], use_threads=False).aggregate(
        [("word", "count")]
    )
    yield _rows(counts, counts["word"], counts["word_count"], [0] * counts.num_rows)


def _rows(of: pa.Table, words: object, documents: object, all_words: object) -> pa.Table:
    strings = words if isinstance(words, pa.ChunkedArray) else pa.array(words, pa.string())
    columns = {
        "dump": of["dump"],
        "language": of["language"],
        "word": strings,
        "strokes": keys_of(strings),
        "documents": documents,
        "words": all_words,
    }
    return pa.table(columns).cast(schema.WORD_COUNTS)


def add_up(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel, by strokes: the counts of parts of a dump in, those of the dump out."""
    summed = table.group_by(_TOGETHER, use_threads=False).aggregate(
        [(name, "sum") for name in _SUMS]
    )
    summed = summed.rename_columns([*_TOGETHER, *_SUMS])
    order = [(name, "ascending") for name in ("language", "word")]
    yield summed.select(schema.WORD_COUNTS.names).sort_by(order)


def slips(
    table: pa.Table, *, dump: str, totals: Mapping[str, Totals], settings: TypoSettings
) -> Iterator[pa.Table]:
    """Kernel, by strokes: the counts of all dumps in, the slips among the words of one out."""
    found: list[Slip] = []
    table = table.sort_by([(name, "ascending") for name in ("strokes", "language", "word", "dump")])
    for language in pc.unique(table["language"]).to_pylist():
        judge = Judge(settings, language, totals.get(language, Totals()))
        mine = table.filter(pc.equal(table["language"], language))
        mine = mine.filter(pc.is_in(mine["strokes"], pc.unique(_worth_a_look(mine, settings))))
        for group in _groups(mine, dump):
            found += judge.verdicts(group)
    columns = {
        name: pa.array([getattr(slip, name) for slip in found], kind)
        for name, kind in zip(schema.SLIPS.names, schema.SLIPS.types, strict=True)
    }
    yield pa.table(columns, schema.SLIPS)


def _worth_a_look(table: pa.Table, settings: TypoSettings) -> pa.ChunkedArray:
    """The strokes of words of one language that may have been meant to be something else: a word of
    the list, of the user or of the corpus has them too, or something can be put right.
    """
    listed = lexicon(table["language"][0].as_py())
    strokes = table["strokes"].to_numpy()
    own = np.isin(strokes, keys_of(pa.array(settings.allow, pa.string())))
    _, group, sizes = np.unique(strokes, return_inverse=True, return_counts=True)
    used = (table["documents"].to_numpy() >= LEAST_WITNESSES) & (sizes[group] > 1)
    odd = pc.match_substring_regex(table["word"], _PUT_RIGHT).to_numpy()
    alike = listed.has_alike(strokes) if listed else np.zeros(len(strokes), np.bool_)
    return table["strokes"].filter(pa.array(alike | own | used | odd))


def _groups(table: pa.Table, dump: str) -> Iterator[Alike]:
    """The words by their strokes, documents counted over all dumps, those of one dump fresh."""
    table = table.sort_by("strokes")
    strokes = table["strokes"].to_numpy()
    words = table["word"].to_pylist()
    dumps = table["dump"].to_pylist()
    counts = table["documents"].to_pylist()
    edges = [0, *(np.flatnonzero(np.diff(strokes)) + 1).tolist(), len(strokes)]
    for first, last in pairwise(edges):
        documents: dict[str, int] = {}
        for at in range(first, last):
            documents[words[at]] = documents.get(words[at], 0) + counts[at]
        fresh = {words[at] for at in range(first, last) if dumps[at] == dump}
        fresh.discard(_EVERY)
        if fresh:
            yield Alike(int(strokes[first]), documents, fresh)
