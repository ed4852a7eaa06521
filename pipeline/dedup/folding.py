"""What two texts may differ in and still be the same text: two foldings, character by character.

What belongs here: what becomes of a character, for exact and for near duplicates.
What does not: applying that to texts (kernels), comparing them.
"""

import unicodedata
from functools import cache

import numpy as np

from pipeline.kernels.codepoints import COUNT, CodePointTable, table_of
from pipeline.kernels.folding import Folding, folding_of

_TATWEEL = "\u0640"  # stretches an Arabic letter
# Marks that a text can do without and be the same to its readers: Unicode's blocks of combining
# diacritical marks (of letters, of symbols: keycaps), the vowels of Hebrew, Arabic and Syriac,
# which only some texts write, and the selectors that choose between shapes of one character (emoji,
# ideographs, Mongolian).
_LEFT_OUT = (
    ("\u0300", "\u036f"),
    ("\u0590", "\u074f"),
    ("\u08c0", "\u08ff"),
    ("\u180b", "\u180f"),
    ("\u1ab0", "\u1aff"),
    ("\u1dc0", "\u1dff"),
    ("\u20d0", "\u20ff"),
    ("\ufe00", "\ufe0f"),
    ("\ufe20", "\ufe2f"),
    ("\U000e0100", "\U000e01ef"),
)
_HANGUL = "\uac00", "\ud7a3"  # whole syllables
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
    if _HANGUL[0] <= character <= _HANGUL[1]:
        return character
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_alike, apart))


def _alike(character: str) -> str:
    category = unicodedata.category(character)
    if character == _TATWEEL or (
        category[0] == "M" and any(first <= character <= last for first, last in _LEFT_OUT)
    ):
        return ""
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
