"""How well a choice of words meets the main text: words as bags, page by page.

What belongs here: bags of words, F1, what was lost and cut. What does not: choosing (web).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.boilerplate.pages import Page

_WORD = re.compile(r"\w+")
Bag = Counter[str]


def bag(text: str) -> Bag:
    """How often each word stands in the text, capitals or not."""
    return Counter(_WORD.findall(text.lower()))


def precision_recall_f1(kept: Bag, gold: Bag) -> tuple[float, float, float]:
    """Of one page. All 1 where there is nothing to keep and nothing is kept."""
    if not kept and not gold:
        return 1.0, 1.0, 1.0
    both = (kept & gold).total()
    if not both:
        return 0.0, 0.0, 0.0
    precision, recall = both / kept.total(), both / gold.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


@dataclass(frozen=True)
class Judge:
    """The bags of all pages, made once."""

    pages: Sequence[Page]
    gold: Sequence[Bag]
    text: Sequence[Bag]

    def score(self, kept: Sequence[str]) -> dict[str, Mapping[str, float]]:
        """What kept texts score, over all pages (`all`) and over those of each kind.

        precision, recall, f1: averages over pages. gold, lost: words of main texts, and those of
        them that the page has and the kept text has not. other, cut: words of pages that are in no
        main text, and those of them that were cut.
        """
        rows = []
        for gold, text, left in zip(self.gold, self.text, map(bag, kept), strict=True):
            other = (text - gold).total()
            rows.append(
                (
                    *precision_recall_f1(left, gold),
                    gold.total(),
                    ((gold & text) - (gold & left)).total(),
                    other,
                    other - (left - gold).total(),
                )
            )
        table = np.array(rows, float)
        kinds = np.array([page.kind for page in self.pages])
        found = {"all": _row(table)}
        for kind, _ in Counter(kinds.tolist()).most_common():
            found[kind] = _row(table[kinds == kind])
        return found


def judge(pages: Sequence[Page]) -> Judge:
    """The judge of these pages."""
    return Judge(pages, [bag(page.gold) for page in pages], [bag(page.text) for page in pages])


def _row(table: np.ndarray) -> Mapping[str, float]:
    means, sums = table[:, :3].mean(axis=0), table[:, 3:].sum(axis=0)
    return {
        "pages": len(table),
        **dict(zip(("precision", "recall", "f1"), means.tolist(), strict=True)),
        **dict(zip(("gold", "lost", "other", "cut"), map(int, sums), strict=True)),
    }
