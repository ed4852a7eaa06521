"""Documents repaired as a run repairs them: looked up, counted, judged, mended.

What belongs here: those four steps in memory, for documents in one language.
What does not: texts, noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.document import Edit
from pipeline.measures import unknown
from pipeline.slips.judge import Slip, Totals
from pipeline.slips.settings import TypoSettings
from pipeline.stages.typos import Typos
from pipeline.steps import words


@dataclass(frozen=True)
class Repaired:
    """words: looked up in all documents. edits: of each document."""

    words: int
    edits: list[list[Edit]]


def repair(texts: Sequence[str], language: str, settings: TypoSettings) -> Repaired:
    """The edits that a dump of these documents gets."""
    table = pa.table(
        {
            "dump": pa.array(["bench"] * len(texts)),
            "verdict": pa.nulls(len(texts), pa.string()),
            "text": pa.array(texts, pa.string()),
            "language": pa.array([language] * len(texts)),
        }
    )
    for name, column in unknown.measure(table["text"], table["language"]).items():
        table = table.append_column(name, column)
    counts = pa.concat_tables(words.count(table))
    every = next(row for row in counts.to_pylist() if not row["word"])
    totals = {language: Totals(every["documents"], every["words"])}
    found = pa.concat_tables(words.slips(counts, dump="bench", totals=totals, settings=settings))
    stage = Typos(settings, {language: {row["slip"]: Slip(**row) for row in found.to_pylist()}})
    spoken = table["language"].combine_chunks()
    touched = stage.screen(table["unknown_words"].combine_chunks(), spoken).to_pylist()
    edits = [
        list(stage.propose(text, language)) if look else []
        for text, look in zip(texts, touched, strict=True)
    ]
    return Repaired(every["words"], edits)
