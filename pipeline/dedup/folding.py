"""What two texts may differ in and still be the same text: two foldings, character by character.

What belongs here: what becomes of a character, for exact and for near duplicates.
What does not: applying that to texts (kernels), comparing them.
"""

import unicodedata
from functools import cache

import numpy as np

from pipeline.kernels.codepoints import COUNT, CodePointTable, table_of
from pipeline.kernels.folding import Folding, folding_of

# What a text can do without and be the same to its readers: Unicode's blocks of combining
# diacritical marks (of letters, of symbols: keycaps), the stretching of Arabic letters, and the
# selectors that choose between shapes of one character (emoji, ideographs, Mongolian).
_LEFT_OUT = (
    (0x0300, 0x036F),
    (0x0640, 0x0640),
    (0x180B, 0x180F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
)
# Scripts of whose letters marks say the vowels, for those who need them: Hebrew, Arabic, Syriac.
_POINTED = ((0x0590, 0x074F), (0x08C0, 0x08FF))
_HANGUL = (0xAC00, 0xD7A3)  # whole syllables
# Scripts that put no space between words: Thai to Burmese, Khmer, Tai, Javanese and Balinese, kana,
# ideographs (with extensions and compatibility forms).
_UNSPACED = (
    (0x0E00, 0x0FFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x1950, 0x19FF),
    (0x1A20, 0x1AAF),
    (0x1B00, 0x1B7F),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA980, 0xA9FF),
    (0xAA60, 0xAADF),
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
    """Near FineWeb's folding for near duplicates: no case, accents and punctuation, every digit as
    0.

    Letters, digits, and marks that are part of a letter (vowels of Indic scripts, voiced kana) make
    words; accents, vowel points of Hebrew and Arabic, and characters that are not seen (joiners,
    soft hyphens, variation selectors) go; everything else is a blank. Letters and their marks come
    apart, but for Hangul, which stays in syllables.
    """
    if _in(character, (_HANGUL,)):
        return character
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_alike, apart))


def _alike(character: str) -> str:
    category = unicodedata.category(character)
    if _in(character, _LEFT_OUT) or (category == "Mn" and _in(character, _POINTED)):
        return ""
    if category == "Nd":
        return "0"
    if category == "Cf":
        return ""
    return character if category[0] in "LMN" else " "


def _in(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)


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
