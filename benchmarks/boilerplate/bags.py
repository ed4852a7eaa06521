"""The average F1 of many choices of lines of the same pages, quickly: words as numbers.

What belongs here: the arithmetic, for choosing a threshold. What does not: results (score), which
count the same with plain bags.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.boilerplate.pages import Page
from benchmarks.boilerplate.score import bag

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class NumberedPage:
    """words, lines: of each word of the text its number and its line. gold: how often the main text
    has each word, by number; words that the text has not come last.
    """

    words: NDArray[np.int64]
    lines: NDArray[np.int64]
    gold: NDArray[np.int64]

    def f1(self, kept: NDArray[np.bool_]) -> float:
        """Of the kept lines."""
        left = np.bincount(self.words[kept[self.lines]], minlength=len(self.gold))
        total = left.sum() + self.gold.sum()
        return float(2 * np.minimum(left, self.gold).sum() / total) if total else 1.0


def numbered(page: Page) -> NumberedPage:
    """The page's words as numbers."""
    numbers: dict[str, int] = {}
    words, lines = [], []
    for at, line in enumerate(page.lines):
        for word in _WORD.findall(line.lower()):
            words.append(numbers.setdefault(word, len(numbers)))
            lines.append(at)
    wanted: Counter[int] = Counter()
    for word, times in bag(page.gold).items():
        wanted[numbers.setdefault(word, len(numbers))] = times
    gold = np.zeros(len(numbers), np.int64)
    gold[list(wanted)] = list(wanted.values())
    return NumberedPage(np.array(words, np.int64), np.array(lines, np.int64), gold)


def best_threshold(
    pages: Sequence[NumberedPage],
    chances: Sequence[NDArray[np.float64]],
    thresholds: Sequence[float],
) -> float:
    """The threshold whose lines have the best average F1."""
    return max(
        thresholds,
        key=lambda least: sum(
            page.f1(chance >= least) for page, chance in zip(pages, chances, strict=True)
        ),
    )
