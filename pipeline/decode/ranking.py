"""Which encodings bytes are likeliest in.

What belongs here: the cost of each encoding on a window. What does not: the decision (detect), what
is looked at (window), what a text costs (likelihood), which encodings there are (candidates).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

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
from pipeline.decode.likelihood import Costs, Places, cost_of, pair_costs, total, witnesses
from pipeline.decode.window import GLANCE, Window

# An encoding for a script, in a text without a letter of it, is so much rarer still. Nats: what
# chardet is surest of.
_NOT_ITS_SCRIPT = 3.0
_CHARDET = 8.0
# Of bytes read in an encoding, more than this share do not fit: it is not worth a closer look.
_TOO_MANY_MISFITS = 0.1
# Nats by which what is dearer at a glance is out of the question.
_OUT_OF_QUESTION = 80.0
_EBCDIC_BLANK, _BLANK = 0x40, 0x20
_ROWS = 8192  # of costs at a time


class Ranked(NamedTuple):
    """cost: nats. language: the one whose letters weigh most."""

    cost: float
    name: str
    language: str


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
    yield from _in_bytes(joined, [one for one in wanted if one.family == BYTES], split=True)
    if joined.count(_EBCDIC_BLANK) > joined.count(_BLANK):
        ebcdic = [one for one in wanted if one.family == EBCDIC]
        yield from _in_bytes(window.joined, ebcdic, split=False)
    for one in wanted:
        if one.family in (SEVERAL, WIDE):
            wide = one.family == WIDE
            text = window.read_beginning(one.name) if wide else plain.read(one.name)
            if text.count(chr(REPLACEMENT)) <= _TOO_MANY_MISFITS * len(text):
                cost, language = cost_of(text)
                rarity = _rarity(one, own=_has_ideographs(text))
                yield Ranked(cost + rarity, one.name, language)


def _rarity(one: Candidate, *, own: bool) -> float:
    """own: whether the text has letters of the script that the encoding is for."""
    strange = 0.0 if own or not one.letters else _NOT_ITS_SCRIPT * max(1.0, one.rarity)
    return one.rarity + strange


def _has_ideographs(text: str) -> bool:
    return any(character(ord(char)).script == CJK and char.isalpha() for char in set(text))


def _in_bytes(window: bytes, wanted: Sequence[Candidate], *, split: bool) -> Iterator[Ranked]:
    """By the pairs of bytes, counted once for all encodings.

    split: they have ASCII below 0x80, so that its pairs are read once for all.
    """
    data = np.frombuffer(window, np.uint8).astype(np.int64)
    before = np.concatenate([[_BLANK], data[:-1]]) if len(data) else data
    counts = np.bincount(before * 256 + data, minlength=1 << 16)
    present = np.bincount(data, minlength=256) > 0
    pairs = np.flatnonzero(counts)
    same = ((pairs >> 8) < 0x80) & ((pairs & 0xFF) < 0x80) & split
    in_all = _sums(["cp1252"], pairs[same], counts[pairs[same]])[0]
    sums = _sums([one.name for one in wanted], pairs[~same], counts[pairs[~same]])
    for one, its in zip(wanted, sums, strict=True):
        cost, language = total(its + in_all)
        own = bool((alphabet().own[one.name] & present).any())
        yield Ranked(cost + _rarity(one, own=own), one.name, language)


def _sums(names: Sequence[str], pairs: Places, counts: Places) -> list[Costs]:
    """The summed costs of these pairs in each encoding; many encodings at a time."""
    weights = witnesses(counts)
    at_once = max(1, _ROWS // max(1, len(pairs)))
    sums: list[Costs] = []
    for start in range(0, len(names), at_once):
        tables = np.array([alphabet().rows[name] for name in names[start : start + at_once]])
        first, second = tables[:, pairs >> 8].ravel(), tables[:, pairs & 0xFF].ravel()
        costs = pair_costs(alphabet().facts, first, second)
        sums.extend(weights @ costs.reshape(len(tables), len(pairs), costs.shape[1]))
    return sums
