"""Texts folded by a table: each character becomes others, nothing, or a blank between words.

What belongs here: the table's shape and the loop that applies it. Blanks in a row become one, and
none stands at either end. What does not: which character becomes what (dedup).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.codepoints import COUNT, CodePointTable, table_of, value_of
from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE, Bytes, Offsets, Texts, code_point
from pipeline.kernels.wide import EIGHT, blanks_in, store, zeros_in

# What a table says of a code point that stays as it is; other values are places in `spans`.
_KEEP = -1
SPACE = 0x20
_FIRST = 0x80  # of eight bytes' uppermost bits
_ASCII = 0x80
_SURROGATES = range(0xD800, 0xE000)
# Planes in which Unicode has assigned characters, and one code point of each other kind of plane.
_ASSIGNED = (range(0x40000), range(0xE0000, 0xE1000))
_UNASSIGNED, _PRIVATE = 0x40000, 0xF0000


class Folding(NamedTuple):
    """What becomes of each character.

    plain: for each byte the byte that it becomes, where it is ASCII and becomes one; else 0.
    table: for all others themselves, or a place in `spans`.
    spans: pairs of places in `written` between which the bytes that it becomes lie.
    growth: how many times longer a text can become, in bytes.
    """

    plain: NDArray[np.uint8]
    table: CodePointTable
    spans: NDArray[np.int32]
    written: Bytes
    growth: int


def folding_of(fold: Callable[[str], str]) -> Folding:
    """The table of a function from a character to what it becomes, blanks as spaces.

    It is asked once for all private-use planes and once for all that hold nothing yet.
    """
    values = np.full(COUNT, _KEEP, np.int32)
    plain = np.zeros(256, np.uint8)
    spans: list[int] = []
    written = bytearray()
    places: dict[str, int] = {}
    growth = 1

    def place_of(became: str) -> int:
        if became not in places:
            places[became] = len(spans)
            start = len(written)
            written.extend(became.encode())
            spans.extend((start, len(written)))
        return places[became]

    for points in _ASSIGNED:
        for point in points:
            if point in _SURROGATES:
                continue
            character = chr(point)
            became = fold(character)
            if became != character:
                values[point] = place_of(became)
                growth = max(growth, -(-len(became.encode()) // len(character.encode())))
            if point < _ASCII and len(became.encode()) == 1:
                plain[point] = ord(became)
    for kind, start, end in (
        (_UNASSIGNED, 0x40000, 0xE0000),
        (_UNASSIGNED, 0xE1000, 0xF0000),
        (_PRIVATE, 0xF0000, COUNT),
    ):
        if (became := fold(chr(kind))) != chr(kind):
            values[start:end] = place_of(became)
    return Folding(
        plain,
        table_of(values),
        np.array(spans, np.int32),
        np.frombuffer(bytes(written) or b"\0", np.uint8),
        growth,
    )


def fold(texts: Texts, folding: Folding) -> Texts:
    """The folded texts, one after the other."""
    size = int(texts.offsets[-1] - texts.offsets[0])
    # Pages that are never written take no memory. One byte more: a blank that is taken back.
    out = np.empty(size * folding.growth + 1, np.uint8)
    offsets = np.zeros(len(texts.offsets), np.int64)
    _fold_all(texts.data, texts.offsets, folding, out, offsets)
    return Texts(out[: offsets[-1]], offsets)


@compiled
def _fold_all(data: Bytes, offsets: Offsets, folding: Folding, out: Bytes, ends: Offsets) -> None:
    for text in range(len(offsets) - 1):
        ends[text + 1] = fold_into(data, offsets[text], offsets[text + 1], folding, out, ends[text])


@compiled
def fold_into(data: Bytes, start: int, end: int, folding: Folding, out: Bytes, first: int) -> int:
    """Write the folded `data[start:end]` to `out` from `first` on; where it ends.

    Eight bytes at a time where all of them become one byte each and no blank comes after another.
    """
    at, here, stop = np.uint64(first), np.uint64(start), np.uint64(end)
    blank = True  # none stands at the start
    while here < stop:
        if here + EIGHT <= stop:
            word = np.uint64(0)
            for nth in range(8):
                byte = np.uint64(folding.plain[data[here + np.uint64(nth)]])
                word |= byte << np.uint64(8 * nth)
            blanks = blanks_in(word)
            twice = blanks & (blanks << EIGHT | np.uint64(_FIRST if blank else 0))
            if not twice and not zeros_in(word):
                store(out, at, word)
                at += EIGHT
                here += EIGHT
                blank = blanks >> np.uint64(63) != 0
                continue
        pause = min(here + EIGHT, stop)
        while here < pause:
            byte = folding.plain[data[here]]
            if byte:
                out[at] = byte
                space = byte == SPACE
                at += np.uint64(not (space and blank))
                blank = space
                here += ONE
                continue
            point, size = code_point(data, int(here))
            what = value_of(folding.table, point)
            if what == _KEEP:
                for _ in range(size):
                    out[at] = data[here]
                    at += ONE
                    here += ONE
                blank = False
                continue
            for place in range(folding.spans[what], folding.spans[what + 1]):
                byte = folding.written[place]
                out[at] = byte
                space = byte == SPACE
                at += np.uint64(not (space and blank))
                blank = space
            here += np.uint64(size)
    written = int(np.int64(at))
    return written - 1 if blank and written > first else written
