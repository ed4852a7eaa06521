"""Texts repaired as a run repairs them, step by step, in memory."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipeline import schema
from pipeline.document import Edit, apply
from pipeline.measures import unknown
from pipeline.slips.judge import Slip, Totals
from pipeline.slips.settings import TypoSettings
from pipeline.slips.strokes import keys_of
from pipeline.stages.typos import Typos
from pipeline.steps import words

SAFE = TypoSettings()
# What a corpus of some size would say of how often a word is to be expected.
TOTALS = Totals(documents=5_000, words=2_500_000)


def documents(texts: Sequence[str], language: str) -> pa.Table:
    """Repaired documents in one language, their words looked up."""
    table = pa.table(
        {
            "dump": pa.array(["now"] * len(texts), pa.string()),
            "verdict": pa.nulls(len(texts), pa.string()),
            "text": pa.array(texts, pa.string()),
            "language": pa.array([language] * len(texts), pa.string()),
        }
    )
    for name, column in unknown.measure(table["text"], table["language"]).items():
        table = table.append_column(name, column)
    return table


def stage_for(
    table: pa.Table,
    language: str,
    settings: TypoSettings = SAFE,
    corpus: Mapping[str, int] | None = None,
    totals: Totals = TOTALS,
) -> Typos:
    """The stage that has judged the words of these documents.

    corpus: words that earlier dumps use, and in how many documents.
    """
    counts = pa.concat_tables(words.count(table))
    if corpus:
        counts = pa.concat_tables([counts, _earlier(corpus, language)])
    made = words.slips(counts, dump="now", totals={language: totals}, settings=settings)
    rows = pa.concat_tables(made).to_pylist()
    return Typos(settings, {language: {row["slip"]: Slip(**row) for row in rows}})


def repaired(
    text: str,
    language: str = "en",
    settings: TypoSettings = SAFE,
    corpus: Mapping[str, int] | None = None,
) -> tuple[str, tuple[Edit, ...]]:
    """The text as it comes out, and the edits. Raises where the screen misses it."""
    table = documents([text], language)
    stage = stage_for(table, language, settings, corpus)
    new, edits = apply(text, stage.propose(text, language))
    unknown_words = table["unknown_words"].combine_chunks()
    (passes,) = stage.screen(unknown_words, table["language"].combine_chunks()).to_pylist()
    if edits and not passes:
        raise AssertionError(f"the screen misses {edits}")
    return new, edits


def _earlier(corpus: Mapping[str, int], language: str) -> pa.Table:
    used = pa.array(list(corpus), pa.string())
    columns = {
        "dump": ["before"] * len(corpus),
        "language": [language] * len(corpus),
        "word": used,
        "strokes": keys_of(used),
        "documents": list(corpus.values()),
        "words": [0] * len(corpus),
    }
    return pa.table(columns).cast(schema.WORD_COUNTS)
