"""Which encodings bytes are likeliest in.

What belongs here: the window that is looked at, and the cost of each encoding on it. What does not:
the decision (detect), what a text costs (likelihood), which encodings there are (candidates).
"""

import codecs
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.decode.by_chardet import opinion
from pipeline.decode.candidates import (
    BYTES,
    EBCDIC,
    SEVERAL,
    WIDE,
    Candidate,
    alphabet,
    candidates,
)
from pipeline.decode.characters import REPLACEMENT, character
from pipeline.decode.likelihood import Costs, Places, cost_of, pair_costs, total

# So much is looked at: where a record is longer, in pieces from several places.
WINDOW, _PIECES = 16 * 1024, 4
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MARKUP = re.compile(rb"<[^<>]{1,400}>")
# An encoding for a script, in a text without a letter of it, is so much rarer still. Nats: what chardet is surest of.
_NOT_ITS_SCRIPT = 3.0
_CHARDET = 8.0
# Of bytes read in an encoding, more than this share do not fit: it is not worth a closer look.
_TOO_MANY_MISFITS = 0.1
_EBCDIC_BLANK, _BLANK = 0x40, 0x20


class Ranked(NamedTuple):
    """cost: nats. language: the one whose letters weigh most. chars: of the window."""

    cost: float
    name: str
    language: str
    chars: int


def window_of(raw: bytes, around: int = 0) -> bytes:
    """At most `WINDOW` bytes that show the encoding: all, or pieces of whole lines from places that
    have bytes beyond ASCII, the first of them near `around`.
    """
    if len(raw) <= WINDOW:
        return raw
    size = WINDOW // _PIECES
    pieces, end = [], 0
    for number in range(_PIECES):
        start = max(end, around + (len(raw) - around) * number // _PIECES)
        found = _NOT_ASCII.search(raw, start)
        if found is None:
            break
        line = raw.rfind(b"\n", max(end, found.start() - size // 2), found.start()) + 1
        if not line and end:
            continue  # a piece from the middle of a line may begin within a character
        end = line + size
        last = raw.rfind(b"\n", line + size // 2, end) + 1
        pieces.append(raw[line : last or end])
    return b"".join(pieces) or raw[:WINDOW]


def rank(window: bytes, *, whole: bool, families: Collection[str] = ()) -> list[Ranked]:
    """The encodings, the likeliest first.

    whole: the window is all there is, so that what ends within a character does not fit.
    families: only those of these families; all where empty.
    """
    name, confidence = opinion(window)
    found = [
        Ranked(cost + one.rarity - (confidence * _CHARDET if one.name == name else 0), *rest)
        for one, cost, *rest in _costs(window, whole=whole, families=families)
    ]
    return sorted(found, key=lambda each: (each.cost, each.name))


def _costs(
    window: bytes, *, whole: bool, families: Collection[str]
) -> Iterator[tuple[Candidate, float, str, str, int]]:
    wanted = [one for one in candidates() if not families or one.family in families]
    plain = without_markup(window)
    ascii_first = _Pairs(plain)
    ebcdic = window.count(_EBCDIC_BLANK) > window.count(_BLANK)
    every = _Pairs(window, split=False) if ebcdic else ascii_first
    for one in wanted:
        if one.family == BYTES or (one.family == EBCDIC and ebcdic):
            pairs = ascii_first if one.family == BYTES else every
            cost, language = total(pairs.sums(one.name))
            strange = bool(one.letters) and not (alphabet().own[one.name] & pairs.present).any()
            yield one, cost + strange * _NOT_ITS_SCRIPT * max(1.0, one.rarity), one.name, language, len(plain)
        elif one.family in (SEVERAL, WIDE):
            text = _read(plain if one.family == SEVERAL else window, one.name, whole)
            if text.count(chr(REPLACEMENT)) > _TOO_MANY_MISFITS * len(text):
                continue
            cost, language = cost_of(text)
            strange = bool(one.letters) and not _has_ideographs(text)
            yield one, cost + strange * _NOT_ITS_SCRIPT * max(1.0, one.rarity), one.name, language, len(text)


def _read(window: bytes, name: str, whole: bool) -> str:
    decoder = codecs.getincrementaldecoder(name)("replace")
    return decoder.decode(window, whole)


def _has_ideographs(text: str) -> bool:
    return any(character(ord(char)).script == "CJK" and char.isalpha() for char in set(text))


def without_markup(window: bytes) -> bytes:
    """The window without tags, which are no language; as it is where nothing else tells."""
    if b"<" not in window:
        return window
    plain = _MARKUP.sub(b" ", window)
    return plain if _NOT_ASCII.search(plain) else window


class _Pairs:
    """The pairs of bytes of a window, counted once for all single-byte encodings.

    present: which bytes there are.
    """

    def __init__(self, window: bytes, *, split: bool = True) -> None:
        data = np.frombuffer(window, np.uint8).astype(np.int64)
        before = np.concatenate([[0x20], data[:-1]])
        counts = np.bincount(before * 256 + data, minlength=65536)
        pairs = np.flatnonzero(counts)
        first, second = pairs >> 8, pairs & 0xFF
        ascii_ = (first < 0x80) & (second < 0x80) & split
        self.present: NDArray[np.bool_] = np.bincount(data, minlength=256) > 0
        self._counts = counts[pairs].astype(np.float32)[~ascii_]
        self._first, self._second = first[~ascii_], second[~ascii_]
        # What is ASCII reads alike in all that have ASCII below 0x80.
        known = counts[pairs].astype(np.float32)[ascii_]
        self._same = _sums("cp1252", first[ascii_], second[ascii_], known)

    def sums(self, name: str) -> Costs:
        """The summed costs of the window in this encoding."""
        return self._same + _sums(name, self._first, self._second, self._counts)


def _sums(name: str, first: Places, second: Places, counts: Costs) -> Costs:
    rows = alphabet().rows[name]
    sums: Costs = counts @ pair_costs(alphabet().facts, rows[first], rows[second])
    return sums
