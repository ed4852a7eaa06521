"""Which texts Unicode normalization, or any change of single characters, would alter.

What belongs here: normal forms as tables, from Python's own `unicodedata`, and the pass over them.
What does not: making the change; which characters are suspect for other reasons (the callers').
"""

import unicodedata
from collections import defaultdict
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.codepoints import (
    COUNT,
    CodePointTable,
    every_character,
    table_of,
    value_of,
)
from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import Bytes, Offsets, code_point, texts_of

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
_BLOCK = 0x100

# What a table says of a code point, packed into 64 bits: 0 for most of them.
_ALONE = 1  # it is changed wherever it stands
_JOINS = 2  # whether it is changed depends on what stands before it
_CLASS = 8  # 8 bits: its combining class
_TAIL = 16  # 8 bits: the combining class that its decomposition ends with
_SECOND = 24  # 8 bits: its column in `pairs`, 0 where nothing composes with it
_FIRST = 32  # 16 bits: its row in `pairs`, 0 where it composes with nothing
_BYTE, _TWO_BYTES = 0xFF, 0xFFFF


class Alterations(NamedTuple):
    """points: the packed values. pairs: whether a first and a second character compose."""

    points: CodePointTable
    pairs: NDArray[np.bool_]


def alterable(texts: pa.Array | pa.ChunkedArray, alterations: Alterations) -> pa.Array:
    """Booleans, one a text: false only where the text holds no suspect and is in normal form.

    A null counts as an empty text. It says yes too often for some rare marks only: below a letter
    whose own accent stands above and cannot be moved past them, such as a line below é.
    """
    data, offsets = texts_of(texts)
    return pa.array(_alterable(data, offsets, alterations))


@cache
def alterations(form: str, suspects: frozenset[str] = frozenset()) -> Alterations:
    """The tables for a normal form, or for none (an empty text), and for suspect characters.

    Raises `ValueError` for an unknown form.
    """
    points = np.zeros(COUNT, np.int64)
    pairs = np.zeros((1, 1), np.bool_)
    if form:
        known = next((known for known in FORMS if known == form), None)
        if known is None:
            raise ValueError(f"{form!r} is none of {', '.join(FORMS)}")
        points |= _classes()
        points[_changed_alone(known)] |= _ALONE
        if known in ("NFC", "NFKC"):
            places, pairs = _compositions()
            points |= places
        points[(points >> _CLASS & _BYTE > 0) | (points >> _SECOND & _BYTE > 0)] |= _JOINS
    points[[ord(suspect) for suspect in suspects]] |= _ALONE
    return Alterations(table_of(points), pairs)


@compiled
def _alterable(data: Bytes, offsets: Offsets, rules: Alterations) -> NDArray[np.bool_]:
    """Canonical order is judged by the end of the starter's decomposition: é and a mark that
    belongs below it are out of order. A mark between two characters keeps them from being composed
    unless its class is lower.
    """
    found = np.zeros(len(offsets) - 1, np.bool_)
    for n in range(len(found)):
        at, end = offsets[n], offsets[n + 1]
        starter = 0  # what the table says of the last character of class 0
        last = -1  # combining class of the mark before; -1 where that is `starter` itself
        while at < end:
            point, size = code_point(data, at)
            at += size
            value = value_of(rules.points, point)
            if value & (_ALONE | _JOINS) == 0:
                starter, last = value, -1
                continue
            if value & _ALONE:
                found[n] = True
                break
            own = value >> _CLASS & _BYTE
            before = last if last >= 0 else starter >> _TAIL & _BYTE
            composes = rules.pairs[starter >> _FIRST & _TWO_BYTES, value >> _SECOND & _BYTE]
            if (own and before > own) or (composes and last < own):
                found[n] = True
                break
            if own:
                last = own
            else:
                starter, last = value, -1
    return found


def _changed_alone(form: Form) -> list[int]:
    """Code points that the form replaces. Whole blocks are asked first: few hold any."""
    every = every_character()
    return [
        ord(character)
        for block in (every[start : start + _BLOCK] for start in range(0, COUNT, _BLOCK))
        if not unicodedata.is_normalized(form, "\0".join(block))
        for character in block
        if unicodedata.normalize(form, character) != character
    ]


def _classes() -> NDArray[Any]:
    """Combining classes, and those at the end of canonical decompositions, in their bits."""
    every = every_character()
    own = np.fromiter(map(unicodedata.combining, every), np.int64, COUNT)
    tail = own.copy()
    for point in _changed_alone("NFD"):
        tail[point] = unicodedata.combining(unicodedata.normalize("NFD", every[point])[-1])
    return own << _CLASS | tail << _TAIL


def _compositions() -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """(rows and columns in their bits, pairs) of all canonical compositions.

    The letters of Hangul share a row or a column by their kind: any of one kind composes with any
    of another.
    """
    partners: dict[int, set[int]] = defaultdict(set)
    syllables = range(0xAC00, 0xD7A4)
    for point in _changed_alone("NFD"):
        parts = unicodedata.decomposition(chr(point)).split()
        composes = len(parts) == 2 and unicodedata.normalize("NFC", chr(point)) == chr(point)
        if composes and point not in syllables:
            first, second = (int(part, 16) for part in parts)
            partners[second].add(first)
    places = np.zeros(COUNT, np.int64)
    firsts = sorted(set().union(*partners.values()))
    leading, open_syllable = len(firsts) + 1, len(firsts) + 2
    vowel, trailing = len(partners) + 1, len(partners) + 2
    pairs = np.zeros((open_syllable + 1, trailing + 1), np.bool_)
    row = {first: at for at, first in enumerate(firsts, 1)}
    for column, (second, with_it) in enumerate(sorted(partners.items()), 1):
        places[second] |= column << _SECOND
        for first in with_it:
            places[first] |= row[first] << _FIRST if not places[first] >> _FIRST else 0
            pairs[row[first], column] = True
    places[0x1100:0x1113] |= leading << _FIRST
    places[0x1161:0x1176] |= vowel << _SECOND
    places[0xAC00:0xD7A4:28] |= open_syllable << _FIRST
    places[0x11A8:0x11C3] |= trailing << _SECOND
    pairs[leading, vowel] = pairs[open_syllable, trailing] = True
    return places, pairs
