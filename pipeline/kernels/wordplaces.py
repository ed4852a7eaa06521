"""What the words in and around a line say of it: each word weighs by where it stands.

What belongs here: words of lines, headings, sums of weights for each place. What does not: what
such sums mean for the lines around (opinions).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.codepoints import CodePointTable, value_of
from pipeline.kernels.compiled import compiled
from pipeline.kernels.linesignals import (
    DIGIT,
    IDEOGRAPH,
    LETTER,
    MOST_WORDS,
    POINT,
    PRIME,
    SIGNALS,
    START,
    Lines,
    characters,
    entered,
    place_of,
    stirred,
)
from pipeline.kernels.texts import Bytes, Offsets, code_point

# Where a word may stand: in the line, as its first or last known word, in the lines before or
# after it, in the heading above it.
PLACES = ("own", "first", "last", "before", "after", "far_before", "far_after", "heading")
# For the places from `before` to `far_after`: the first and the last line, counted from the line.
_OWN, _FIRST, _LAST, _NEAR, _HEADING = 0, 1, 2, 3, 7
SPANS = np.array([(-1, -1), (1, 1), (-5, -2), (2, 5)])
# A heading has up to so many words, ends no sentence, and the next line is so much longer.
_HEADING_WORDS, _LONGER = 8.0, 1.3
_CHARS, _WORDS, _ENDS = (SIGNALS.index(name) for name in ("chars", "words", "ends_sentence"))
_ZERO = np.uint64(0)


class Weights(NamedTuple):
    """Words by their hash: keys has 0 where a slot is free; weights has a row for each slot, and
    a column for each of `PLACES`.
    """

    keys: NDArray[np.uint64]
    weights: NDArray[np.float64]


class Words(NamedTuple):
    """The slots of the known words of line n: `slots[offsets[n] : offsets[n + 1]]`."""

    slots: NDArray[np.int64]
    offsets: NDArray[np.int64]


def weights_of(words: Mapping[str, Sequence[float]]) -> Weights:
    """The words, in small letters, with a weight for each of `PLACES`, ready to be looked up."""
    size = 1 << max(4, (2 * len(words)).bit_length())
    found = Weights(np.zeros(size, np.uint64), np.zeros((size, len(PLACES)), np.float64))
    for word, weights in sorted(words.items()):
        slot = entered(np.array([ord(letter) for letter in word], np.uint32), found.keys)
        found.weights[slot] = weights
    return found


def words_of(
    data: Bytes, lines: Lines, signals: NDArray[np.float32], keys: NDArray[np.uint64]
) -> Words:
    """The known words of each line; none of lines with more than `MOST_WORDS`."""
    short = signals[:, _WORDS] <= MOST_WORDS
    most = int(signals[short, _WORDS].sum())
    slots, offsets = np.empty(most, np.int64), np.zeros(len(short) + 1, np.int64)
    found = _words_of(data, lines.starts, lines.ends, short, characters(), keys, slots, offsets)
    return Words(slots[:found], offsets)


def headings(signals: NDArray[np.float32], offsets: Offsets) -> NDArray[np.int64]:
    """For each line the last line before it, in its page, that looks like a heading; or -1."""
    out = np.full(len(signals), -1, np.int64)
    _headings(signals, offsets, out)
    return out


def sums(
    words: Words, above: NDArray[np.int64], offsets: Offsets, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A row a line, a column for each of `PLACES`: the weights of all words that stand there."""
    out = np.zeros((len(above), len(PLACES)), np.float64)
    _sums(words.slots, words.offsets, above, offsets, weights, SPANS, out)
    return out


@compiled
def _words_of(
    data: Bytes,
    starts: Offsets,
    ends: Offsets,
    short: NDArray[np.bool_],
    table: CodePointTable,
    keys: NDArray[np.uint64],
    slots: NDArray[np.int64],
    offsets: NDArray[np.int64],
) -> int:
    count = 0
    for n in range(len(starts)):
        at, end = starts[n], ends[n] if short[n] else starts[n]
        hashed, in_word = START, False
        while at < end:
            point, size = code_point(data, at)
            at += size
            kind = value_of(table, point)
            inside = (kind & (LETTER | DIGIT)) != 0 and (kind & IDEOGRAPH) == 0
            if inside:
                hashed = ((hashed if in_word else START) ^ np.uint64(kind & POINT)) * PRIME
            if (in_word and not inside) or (inside and at >= end):
                slot = place_of(stirred(hashed), keys)
                if keys[slot] != _ZERO:
                    slots[count] = slot
                    count += 1
            in_word = inside
        offsets[n + 1] = count
    return count


@compiled
def _headings(signals: NDArray[np.float32], offsets: Offsets, out: NDArray[np.int64]) -> None:
    for page in range(len(offsets) - 1):
        above = -1
        for n in range(offsets[page], offsets[page + 1]):
            out[n] = above
            if (
                n + 1 < offsets[page + 1]
                and 1 <= signals[n, _WORDS] <= _HEADING_WORDS
                and signals[n, _ENDS] == 0
                and signals[n + 1, _CHARS] > _LONGER * signals[n, _CHARS]
            ):
                above = n


@compiled
def _sums(
    slots: NDArray[np.int64],
    starts: Offsets,
    above: NDArray[np.int64],
    offsets: Offsets,
    weights: NDArray[np.float64],
    spans: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    for page in range(len(offsets) - 1):
        first = offsets[page]
        count = offsets[page + 1] - first
        # What the words of a line say wherever they are seen from, added up from line to line.
        running = np.zeros((count + 1, weights.shape[1]), np.float64)
        for n in range(count):
            running[n + 1] = running[n]
            for at in range(starts[first + n], starts[first + n + 1]):
                running[n + 1] += weights[slots[at]]
        for n in range(count):
            row = out[first + n]
            row[_OWN] = running[n + 1, _OWN] - running[n, _OWN]
            begin, end = starts[first + n], starts[first + n + 1]
            if end > begin:
                row[_FIRST] = weights[slots[begin], _FIRST]
                row[_LAST] = weights[slots[end - 1], _LAST]
            for at in range(len(spans)):
                low = min(count, max(0, n + spans[at, 0]))
                high = max(low, min(count, n + spans[at, 1] + 1))
                row[_NEAR + at] = running[high, _NEAR + at] - running[low, _NEAR + at]
            if above[first + n] >= 0:
                heading = above[first + n] - first
                row[_HEADING] = running[heading + 1, _HEADING] - running[heading, _HEADING]
