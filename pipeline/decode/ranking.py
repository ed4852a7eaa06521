"""Which encodings bytes are likeliest in.

What belongs here: the cost of each encoding on a window. What does not: the decision (detect), what
is looked at (window), what a text costs (likelihood), which encodings there are (candidates).
"""

from collections.abc import Collection, Iterator, Sequence
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
from pipeline.decode.characters import CJK, REPLACEMENT, character
from pipeline.decode.likelihood import Costs, Places, cost_of, pair_costs, total
from pipeline.decode.window import GLANCE, Window

# An encoding for a script, in a text without a letter of it, is so much rarer still. Nats: what chardet is surest of.
_NOT_ITS_SCRIPT = 3.0
_CHARDET = 8.0
# Of bytes read in an encoding, more than this share do not fit: it is not worth a closer look.
_TOO_MANY_MISFITS = 0.1
# Nats by which what is dearer at a glance is out of the question.
_OUT_OF_QUESTION = 80.0
_EBCDIC_BLANK, _BLANK = 0x40, 0x20


class Ranked(NamedTuple):
    """cost: nats. language: the one whose letters weigh most. chars: of the window."""

    cost: float
    name: str
    language: str
    chars: int


def rank(window: Window, families: Collection[str] = ()) -> list[Ranked]:
    """The encodings, the likeliest first; those that are out of the question are left out.

    families: only those of these families; all where empty.
    """
    name, confidence = opinion(window.joined)
    wanted = [one for one in candidates() if not families or one.family in families]
    if len(window.beginning) > 2 * GLANCE:
        first = list(_costs(window.glance(), wanted))
        least = min((one.cost for one in first), default=0.0)
        left = {one.name for one in first if one.cost <= least + _OUT_OF_QUESTION}
        wanted = [one for one in wanted if one.name in left]
    found = [
        one._replace(cost=one.cost - confidence * _CHARDET) if one.name == name else one
        for one in _costs(window, wanted)
    ]
    return sorted(found, key=lambda each: (each.cost, each.name))


def _costs(window: Window, wanted: Sequence[Candidate]) -> Iterator[Ranked]:
    plain = window.without_markup()
    joined = plain.joined
    in_bytes = _Pairs(joined)
    ebcdic = joined.count(_EBCDIC_BLANK) > joined.count(_BLANK)
    in_ebcdic = _Pairs(window.joined, split=False) if ebcdic else in_bytes
    for one in wanted:
        if one.family == BYTES or (one.family == EBCDIC and ebcdic):
            pairs = in_bytes if one.family == BYTES else in_ebcdic
            cost, language = total(pairs.sums(one.name))
            strange = not (alphabet().own[one.name] & pairs.present).any()
            chars = len(joined)
        elif one.family in (SEVERAL, WIDE):
            wide = one.family == WIDE
            text = window.read_beginning(one.name) if wide else plain.read(one.name)
            if text.count(chr(REPLACEMENT)) > _TOO_MANY_MISFITS * len(text):
                continue
            cost, language = cost_of(text)
            strange = not _has_ideographs(text)
            chars = len(text)
        else:
            continue
        if one.letters and strange:
            cost += _NOT_ITS_SCRIPT * max(1.0, one.rarity)
        yield Ranked(cost + one.rarity, one.name, language, chars)


def _has_ideographs(text: str) -> bool:
    return any(character(ord(char)).script == CJK and char.isalpha() for char in set(text))


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
