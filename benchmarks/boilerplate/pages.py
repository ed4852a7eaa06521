"""Web pages as a naive dump has them, with their main text by hand; and the folds of all that
learns from them.

What belongs here: reading the shared pages, folds. What does not: choosing lines, scores (score).
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.novels import SHARED
from pipeline.measures import language

FOLDS = 5


@dataclass(frozen=True)
class Page:
    """text: a line for each block of the page. gold: its main text. keep: for each line whether the
    best choice of whole lines keeps it. language: as a run measures it.
    """

    id: str
    kind: str
    text: str
    gold: str
    keep: tuple[bool, ...]
    language: str

    @property
    def lines(self) -> list[str]:
        """The text's lines, as many as `keep`."""
        return self.text.split("\n")

    def chosen(self, kept: Sequence[bool]) -> str:
        """What remains of the text if only these lines are kept."""
        return "\n".join(line for line, stays in zip(self.lines, kept, strict=True) if stays)


def pages() -> list[Page]:
    """All pages; none where the data is not there."""
    path = SHARED / "web-lines" / "wcxb-dev.jsonl.gz"
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    spoken = languages_of([row["text"] for row in rows])
    return [
        Page(
            row["id"],
            row["type"],
            row["text"],
            row["gold"],
            tuple(mark == "1" for mark in row["keep"]),
            of,
        )
        for row, of in zip(rows, spoken, strict=True)
    ]


def languages_of(texts: Sequence[str]) -> list[str]:
    """The language of each text, as a run measures it."""
    found: list[str] = language.measure(pa.array(texts, pa.string()))["language"].to_pylist()
    return found


def folds(count: int) -> NDArray[np.int64]:
    """The fold of each of so many pages, from 0 to `FOLDS` - 1: always the same."""
    return np.random.default_rng(0).permutation(count) % FOLDS
