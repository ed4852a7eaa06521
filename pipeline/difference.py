"""Where two texts differ: by lines first, by words within the lines that changed.

What belongs here: finding the places, within bounded work however large and unlike the texts are.
What does not: showing them (report), edits that a ledger already names (document).

`difflib` alone needs the product of both lengths, and more. So equal ends are set aside, then what
stands once in both texts (a run of words, or a word) divides them, again and again; only short
stretches between such anchors are left to it. What no anchor divides is one change.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

CONTEXT = 30  # code points of the text on each side of a change
_CHANGES = 10
# difflib is given stretches whose lengths multiply to no more than this, and all of them together
# no more than that.
_STRETCH, _ALL = 100_000, 4_000_000
_DEPTH = 12  # how often a stretch is divided
_RUN = 4  # in a long text few words stand once, but many runs of words do
_FACTOR = 0x2545F4914F6CDD1D  # odd and large: what it multiplies is spread over all bits
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# Thai to Khmer, kana and ideographs put no blanks between words: each letter is one.
_UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_WORD = re.compile(rf"\s+|{_UNSPACED}\s*|(?:(?!{_UNSPACED})\w)+\s*|[^\w\s]\s*")

Parts = NDArray[np.int64]
"""Lines or words, each distinct one as a number."""
Span = tuple[int, int, int, int]
"""Start and stop in one, start and stop in the other."""


@dataclass(frozen=True, slots=True)
class Change:
    """cut: only in the first text. put: only in the second. left, right: what stands around it in
    the first.
    """

    left: str
    cut: str
    put: str
    right: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The first changes, in order, and how many more there are."""

    changes: tuple[Change, ...]
    more: int


def difference(before: str, after: str, most: int = _CHANGES) -> Difference:
    """What must be done to one text to have the other, word by word; the first `most` changes."""
    changes: list[Change] = []
    more = 0
    for start, stop, put_start, put_stop in changed_words(before, after):
        if len(changes) == most:
            more += 1
            continue
        cut, put = before[start:stop], after[put_start:put_stop]
        lead, tail = _equal_ends(cut, put)
        start, stop = start + lead, stop - tail
        changes.append(
            Change(
                before[max(0, start - CONTEXT) : start],
                before[start:stop],
                put[lead : len(put) - tail],
                before[stop : stop + CONTEXT],
            )
        )
    return Difference(tuple(changes), more)


def _equal_ends(cut: str, put: str) -> tuple[int, int]:
    """How much of a change is the same on both sides, in whole words: the blanks behind two words,
    a word that has other blanks behind it.
    """
    lead = _shared(cut, put)
    while not (_parts_words(cut, lead) and _parts_words(put, lead)):
        lead -= 1
    tail = _shared(cut[lead:][::-1], put[lead:][::-1])
    while not (_parts_words(cut, len(cut) - tail) and _parts_words(put, len(put) - tail)):
        tail -= 1
    return lead, tail


def _parts_words(text: str, at: int) -> bool:
    """Whether no word goes on over this place."""
    return at in (0, len(text)) or not (text[at - 1].isalnum() and text[at].isalnum())


def _shared(one: str, other: str) -> int:
    """How many code points two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def changed_words(before: str, after: str) -> Iterator[Span]:
    """Where two texts differ, in order, by code points; a change is of whole words."""
    work = _Work()
    lines, others = _LINE.findall(before), _LINE.findall(after)
    ends, other_ends = _ends(lines), _ends(others)
    for a, b, c, d in _spans(lines, others, work):
        first, second = ends[a], other_ends[c]
        words = _WORD.findall(before[first : ends[b]])
        other_words = _WORD.findall(after[second : other_ends[d]])
        places, other_places = _ends(words), _ends(other_words)
        for i, j, k, m in _spans(words, other_words, work):
            yield (
                first + places[i],
                first + places[j],
                second + other_places[k],
                second + other_places[m],
            )


def _ends(parts: Sequence[str]) -> list[int]:
    return list(accumulate(map(len, parts), initial=0))


def changed_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Span]:
    """Where two lists of lines differ, in order, by lines."""
    return _spans(before, after, _Work())


class _Work:
    """How much difflib may still do."""

    def __init__(self) -> None:
        self._left = _ALL

    def affords(self, size: int) -> bool:
        """Whether it may be given a stretch of this size; if so, it counts as done."""
        if size > min(_STRETCH, self._left):
            return False
        self._left -= size
        return True


def _spans(before: Sequence[str], after: Sequence[str], work: _Work) -> Iterator[Span]:
    known: dict[str, int] = {}
    first, second = (
        np.fromiter((known.setdefault(part, len(known)) for part in parts), np.int64, len(parts))
        for parts in (before, after)
    )
    waiting = [((0, len(first), 0, len(second)), 0)]
    while waiting:
        span, depth = waiting.pop()
        a, b, c, d = _without_equal_ends(first, second, span)
        one, other = first[a:b], second[c:d]
        if a == b or c == d:
            if a < b or c < d:
                yield a, b, c, d
        elif work.affords((b - a) * (d - c)):
            matcher = SequenceMatcher(None, one.tolist(), other.tolist(), autojunk=False)
            for tag, i, j, k, m in matcher.get_opcodes():
                if tag != "equal":
                    yield a + i, a + j, c + k, c + m
        elif depth < _DEPTH and (anchors := _anchors(one, other)):
            edges = [(a - 1, c - 1), *((a + i, c + k) for i, k in anchors), (b, d)]
            gaps = [(i + 1, j, k + 1, m) for (i, k), (j, m) in pairwise(edges)]
            waiting += [(gap, depth + 1) for gap in reversed(gaps) if gap[:3:2] != gap[1::2]]
        else:
            yield a, b, c, d


def _without_equal_ends(first: Parts, second: Parts, span: Span) -> Span:
    a, b, c, d = span
    lead = _equal_at_start(first[a:b], second[c:d])
    a, c = a + lead, c + lead
    tail = _equal_at_start(first[a:b][::-1], second[c:d][::-1])
    return a, b - tail, c, d - tail


def _equal_at_start(one: Parts, other: Parts) -> int:
    size = min(len(one), len(other))
    differs = one[:size] != other[:size]
    return int(differs.argmax()) if differs.any() else size


def _anchors(one: Parts, other: Parts) -> list[tuple[int, int]]:
    """Places where runs of parts begin that stand once in both, the longest row of them that is in
    order in both; single parts where no run does.
    """
    for length in (_RUN, 1):
        places, runs = _once(one, length)
        other_places, other_runs = _once(other, length)
        _, at, other_at = np.intersect1d(runs, other_runs, assume_unique=True, return_indices=True)
        at, other_at = places[at], other_places[other_at]
        same = one[at] == other[other_at]  # two runs may have one hash
        order = at[same].argsort()
        if len(order):
            return _in_order(at[same][order].tolist(), other_at[same][order].tolist())
    return []


def _once(parts: Parts, length: int) -> tuple[Parts, Parts]:
    """(where runs of this length begin that stand here once, their hashes)."""
    starts = max(0, len(parts) - length + 1)
    hashes = np.zeros(starts, np.int64)
    for at in range(length):
        hashes = hashes * _FACTOR + parts[at : at + starts]
    values, places, counts = np.unique(hashes, return_index=True, return_counts=True)
    return places[counts == 1], values[counts == 1]


def _in_order(places: list[int], others: list[int]) -> list[tuple[int, int]]:
    """The longest row of pairs that rises in both; `places` rise already."""
    least: list[int] = []  # for each length the least end of a row that long, and where it is
    ends: list[int] = []
    before = [-1] * len(places)
    for at, other in enumerate(others):
        length = bisect_left(least, other)
        before[at] = ends[length - 1] if length else -1
        least[length : length + 1] = [other]
        ends[length : length + 1] = [at]
    row = []
    at = ends[-1]
    while at >= 0:
        row.append((places[at], others[at]))
        at = before[at]
    return row[::-1]
