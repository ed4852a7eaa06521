"""The lines of texts by their hashes, and how often each stands in its text.

What belongs here: where a line begins and ends, how it is folded and hashed, the lines of a text
counted. What does not: which documents share a line (steps), when two texts are one (bodies).

A line is folded byte by byte: without the blanks around it, ASCII letters small, blanks in a row as
one, digits in a row as one 0. So "12 Comments" and "3 comments" are the same line.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE, Bytes, Offsets, Texts
from pipeline.kernels.words import place_of

Hashes = NDArray[np.uint64]

LONGEST = 2000
"""Bytes of a folded line that is counted; a longer one is its author's whatever it says."""
BLANKS = b" \t\r\v\f"
# First bytes of characters that may be letters: not those of Latin-1 signs, of punctuation, arrows
# and boxes, of emoji. The bytes that follow them do not matter.
NO_LETTERS = (0xC2, 0xE2, 0xF0)

_SPACE, _ZERO_DIGIT, _LINE_FEED = np.uint64(0x20), np.uint64(0x30), np.uint8(0x0A)
_LOW, _RUNS, _LETTER = np.uint64(0xFF), np.uint64(1 << 8), np.uint64(1 << 9)
_NONE = np.uint64(0)
# FNV-1a over folded bytes, 64 bits; stirred in the end.
_START = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)


class Lines(NamedTuple):
    """The lines of texts, parted by line feeds only.

    hashes: of each line; 0 for one that is not counted: without a letter, or too long.
    sizes: bytes of the folded line. firsts: where each text's lines begin, and the end.
    """

    hashes: Hashes
    sizes: NDArray[np.int64]
    firsts: Offsets


class Uses(NamedTuple):
    """Each different line of each text, in order of its hash: the text, the hash, how often."""

    texts: NDArray[np.int64]
    hashes: Hashes
    times: NDArray[np.int64]


def lines_of(texts: Texts) -> Lines:
    """All lines; a text has one more than it has line feeds."""
    data, offsets = texts
    feeds = np.count_nonzero(data[offsets[0] : offsets[-1]] == _LINE_FEED)
    count = int(feeds) + len(offsets) - 1
    found = Lines(np.empty(count, np.uint64), np.empty(count, np.int64), np.empty_like(offsets))
    _lines_of(data, offsets, _FOLDED, found)
    return found


def uses_of(lines: Lines) -> Uses:
    """The lines that are counted."""
    count = len(lines.hashes)
    uses = Uses(np.empty(count, np.int64), np.empty(count, np.uint64), np.empty(count, np.int64))
    made = _uses_of(lines, uses)
    return Uses(uses.texts[:made], uses.hashes[:made], uses.times[:made])


def known_in(lines: Lines, salts: Hashes, known: Hashes) -> NDArray[np.bool_]:
    """Whether each text has a line that is known.

    salts: one a text, for what it is known of. known: a `hash_set` (words) of `salted` lines.
    """
    found = np.zeros(len(lines.firsts) - 1, np.bool_)
    _known_in(lines, salts, known, found)
    return found


def salted(hashes: Hashes, salts: Hashes) -> Hashes:
    """A number for each line and salt."""
    return _all_salted(hashes, salts)


@compiled
def mix(value: np.uint64) -> np.uint64:
    """The number with its bits stirred: SplitMix64's finaliser (Steele, Lea, Flood 2014)."""
    value = (value ^ value >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ value >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return value ^ value >> np.uint64(31)


def _folded() -> NDArray[np.uint16]:
    """What each byte becomes, and what it is, as bits above."""
    table = np.arange(256, dtype=np.uint16)
    for letter in range(ord("A"), ord("Z") + 1):
        table[letter] += 0x20
    for letter in range(ord("a"), ord("z") + 1):
        table[[letter, letter - 0x20]] |= int(_LETTER)
    for byte in BLANKS:
        table[byte] = int(_SPACE | _RUNS)
    table[ord("0") : ord("9") + 1] = int(_ZERO_DIGIT | _RUNS)
    letters = [byte for byte in range(0xC0, 0x100) if byte not in NO_LETTERS]
    table[letters] |= int(_LETTER)
    return table


_FOLDED = _folded()


@compiled
def _lines_of(data: Bytes, offsets: Offsets, folded: NDArray[np.uint16], found: Lines) -> None:
    line = 0
    for text in range(len(offsets) - 1):
        found.firsts[text] = line
        at, end = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        while True:
            at, hashed, size = _line(data, at, end, folded)
            found.hashes[line] = hashed
            found.sizes[line] = size
            line += 1
            if at >= end:
                break
            at += ONE
    found.firsts[-1] = line


@compiled
def _line(
    data: Bytes, at: np.uint64, end: np.uint64, folded: NDArray[np.uint16]
) -> tuple[np.uint64, np.uint64, int]:
    """(where the line that starts at `at` ends, its hash or 0, the size of the folded line)."""
    hashed, whole = _START, _START
    before, seen = _SPACE, _NONE
    size = length = 0
    while at < end and data[at] != _LINE_FEED and size <= LONGEST:
        kind = np.uint64(folded[data[at]])
        at += ONE
        low = kind & _LOW
        if kind & _RUNS and low == before:
            continue
        before = low
        seen |= kind
        hashed = (hashed ^ low) * _PRIME
        length += 1
        # A blank counts once something follows it.
        whole = whole if low == _SPACE else hashed
        size = size if low == _SPACE else length
    if size > LONGEST:
        while at < end and data[at] != _LINE_FEED:
            at += ONE
    if size > LONGEST or not seen & _LETTER:
        return at, _NONE, size
    return at, max(mix(whole), ONE), size


@compiled
def _uses_of(lines: Lines, uses: Uses) -> int:
    made = 0
    for text in range(len(lines.firsts) - 1):
        first = made
        for hashed in np.sort(lines.hashes[lines.firsts[text] : lines.firsts[text + 1]]):
            if hashed == _NONE:
                continue
            if made > first and uses.hashes[made - 1] == hashed:
                uses.times[made - 1] += 1
                continue
            uses.texts[made] = text
            uses.hashes[made] = hashed
            uses.times[made] = 1
            made += 1
    return made


@compiled
def _salted(hashed: np.uint64, salt: np.uint64) -> np.uint64:
    return max(mix(hashed ^ salt), ONE)


@compiled
def _all_salted(hashes: Hashes, salts: Hashes) -> Hashes:
    made = np.empty_like(hashes)
    for at in range(len(hashes)):
        made[at] = _salted(hashes[at], salts[at])
    return made


@compiled
def _known_in(lines: Lines, salts: Hashes, known: Hashes, found: NDArray[np.bool_]) -> None:
    for text in range(len(found)):
        for line in range(lines.firsts[text], lines.firsts[text + 1]):
            if lines.hashes[line] != _NONE:
                hashed = _salted(lines.hashes[line], salts[text])
                if known[place_of(hashed, known)] == hashed:
                    found[text] = True
                    break
