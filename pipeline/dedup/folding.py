"""What two texts may differ in and still be the same text: two foldings, character by character.

What belongs here: what becomes of a character, for exact and for near duplicates.
What does not: applying that to texts (kernels), comparing them.
"""

import re
import unicodedata
from functools import cache

import numpy as np

from pipeline.kernels.codepoints import COUNT, CodePointTable, table_of
from pipeline.kernels.folding import Folding, folding_of

_ACCENTS = re.compile("[\u0300-\u036f]")
# Scripts that put no space between words: Thai to Burmese, Khmer, kana, ideographs (with
# extensions and compatibility forms).
_UNSPACED = (
    (0x0E00, 0x0FFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def same(character: str) -> str:
    """Case away, letters and their accents apart, white space as a blank: texts that are equal then
    are the same. Marks stay in the order in which they come.
    """
    if character.isspace():
        return " "
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", character).casefold())


def alike(character: str) -> str:
    """FineWeb's folding for near duplicates: no case, accents and punctuation, every digit as 0.

    Letters, marks and digits make words; invisible format characters (joiners, soft hyphens) go;
    everything else is a blank.
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_alike, unicodedata.normalize("NFC", plain)))


def _alike(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return "0"
    if category == "Cf":
        return ""
    return character if category[0] in "LMN" else " "


@cache
def same_folding() -> Folding:
    """`same`, as kernels take it."""
    return folding_of(same)


@cache
def alike_folding() -> Folding:
    """`alike`, as kernels take it."""
    return folding_of(alike)


@cache
def unspaced() -> CodePointTable:
    """1 for the characters of scripts that put no space between words."""
    values = np.zeros(COUNT, np.uint8)
    for first, last in _UNSPACED:
        values[first : last + 1] = 1
    return table_of(values)
