"""Who found what: pairs found by similarity, documents that were dropped though nothing like them
is kept, pairs that are alike and both kept.

What belongs here: counting, from what a program answered and from strings. What does not: how any
of the programs is asked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

from benchmarks.neardup.strings import ROUNDING

Row = dict[str, Any]
Pair = tuple[str, str]
Alike = Callable[[str, str], bool]
"""Whether two documents are at or above the threshold, from their ids."""

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)


@dataclass(frozen=True)
class Answer:
    """What a program said of a corpus.

    dropped: each document to be dropped, and the one it names as kept (empty where it names none).
    pairs: the pairs it reports, each in order of the ids. clusters: of a program that reports
    clusters in their place, the cluster of each document that is in one.
    equal: pairs that are reported as the same text; what holds for one side holds for the other.
    """

    dropped: Mapping[str, str]
    pairs: frozenset[Pair] = frozenset()
    clusters: Mapping[str, str] = field(default_factory=dict)
    equal: frozenset[Pair] = frozenset()

    @cached_property
    def _firsts(self) -> dict[str, str]:
        """The first of the documents that are reported as equal to each."""
        roots: dict[str, str] = {}
        for a, b in self.equal:
            one, other = sorted((_root(roots, a), _root(roots, b)))
            roots[other] = one
        return {doc: _root(roots, doc) for doc in list(roots)}

    @cached_property
    def _between_firsts(self) -> set[Pair]:
        firsts = self._firsts
        return {ordered(firsts.get(a, a), firsts.get(b, b)) for a, b in self.pairs}

    def found(self, a: str, b: str) -> bool:
        """Whether the two are reported as alike."""
        if a in self.clusters and self.clusters[a] == self.clusters.get(b):
            return True
        one, other = self._firsts.get(a, a), self._firsts.get(b, b)
        return one == other or ordered(one, other) in self._between_firsts

    def reported(self) -> Iterator[Pair]:
        """Every pair, those within clusters too."""
        yield from self.pairs | self.equal
        members = defaultdict(list)
        for doc, cluster in self.clusters.items():
            members[cluster].append(doc)
        for together in members.values():
            yield from combinations(sorted(together), 2)


def ordered(a: str, b: str) -> Pair:
    """The two in one order."""
    return (a, b) if a < b else (b, a)


def _root(roots: dict[str, str], doc: str) -> str:
    roots.setdefault(doc, doc)
    while roots[doc] != doc:
        roots[doc] = roots[roots[doc]]
        doc = roots[doc]
    return doc


def curve(similarity: float, bands: int = 14, rows: int = 8) -> float:
    """The chance that two documents share a band."""
    return float(1 - (1 - similarity**rows) ** bands)


def recall_by_similarity(pairs: Iterable[Row], answer: Answer, least: float) -> list[Row]:
    """A row for each stretch of similarity from `least` on, its end excluded but for 1: planted
    pairs, those found, and as many as the banding promises on average (promised), give or take
    (deviation, of a binomial).
    """
    rows = [
        {"from": low, "to": high, "pairs": 0, "found": 0, "promised": 0.0, "deviation": 0.0}
        for low, high in pairwise(EDGES)
        if low >= least
    ]
    for pair in pairs:
        similarity = pair["jaccard"]
        row = next((row for row in reversed(rows) if similarity >= row["from"]), None)
        if row is None:
            continue
        chance = curve(similarity)
        row["pairs"] += 1
        row["found"] += answer.found(pair["a_id"], pair["b_id"])
        row["promised"] += chance
        row["deviation"] += chance * (1 - chance)
    for row in rows:
        row["deviation"] = row["deviation"] ** 0.5
    return rows


def missed(pairs: Iterable[Row], answer: Answer, threshold: float) -> dict[str, dict[str, int]]:
    """Kind -> of the planted pairs that are alike, how many (alike) and how many of them are not
    reported (unreported), and of how many both documents are kept (both kept).
    """
    counts: dict[str, dict[str, int]] = {}
    for pair in pairs:
        if pair["jaccard"] < threshold - ROUNDING:
            continue
        row = counts.setdefault(pair["kind"], {"alike": 0, "unreported": 0, "both kept": 0})
        a, b = pair["a_id"], pair["b_id"]
        row["alike"] += 1
        row["unreported"] += not answer.found(a, b)
        row["both kept"] += a not in answer.dropped and b not in answer.dropped
    return counts


def wrongly_dropped(
    answer: Answer, relatives: Callable[[str], Sequence[str]], alike: Alike
) -> tuple[list[str], list[str]]:
    """(documents that were dropped though no kept one is alike to them, those that are not alike to
    the kept one that is named for them, or whose named one is not kept).

    relatives: the documents that could be alike to one at all; itself and dropped ones may be
    among them.
    """
    wrong, misnamed = [], []
    for doc, named in answer.dropped.items():
        if named:
            if named not in answer.dropped and alike(doc, named):
                continue
            misnamed.append(doc)
        kept = (other for other in relatives(doc) if other not in answer.dropped)
        if not any(alike(doc, other) for other in kept):
            wrong.append(doc)
    return wrong, misnamed


def unlike(pairs: Iterable[Pair], alike: Alike) -> tuple[int, int]:
    """(pairs, those of them that are below the threshold)."""
    total = below = 0
    for a, b in pairs:
        total += 1
        below += not alike(a, b)
    return total, below
