"""What every character is to a word: a letter of some script, a digit, a link, or no part of one.

What belongs here: the table that the kernel reads, and the same boundaries as a pattern.
What does not: which words there are (lexicon).
"""

import re
import unicodedata
from functools import cache

import numpy as np

from pipeline.kernels import words as kernel
from pipeline.kernels.codepoints import COUNT, every_character, table_of
from pipeline.kernels.words import Alphabet

# Unseen between letters: soft hyphen, zero-width space, joiners, word joiner.
UNSEEN = "\xad\u200b\u200c\u200d\u2060"
# Accents that stand beside their letter instead of over it, as text taken out of a PDF has them.
LOOSE_ACCENTS = "´¨¸ˆ˜˘˙˚˝ˇ"
_LINKS = frozenset("|" + UNSEEN + LOOSE_ACCENTS)
_SHORT = 0x800
# Planes in which Unicode has letters.
_LETTERS = 0x33480
_SCRIPTS = (
    ("LATIN", kernel.LATIN),
    ("FULLWIDTH LATIN", kernel.LATIN),
    ("CYRILLIC", kernel.CYRILLIC),
    ("GREEK", kernel.GREEK),
)


@cache
def kind_of(character: str) -> int:
    """The value of a character in the table: bits of `kernels.words` and its lower-case form."""
    if ord(character) >= _LETTERS:
        return 0
    lower = character.lower()
    point = ord(lower) if len(lower) == 1 else ord(character)
    category = unicodedata.category(character)
    if category[0] == "L":
        name = unicodedata.name(character, "")
        script = next((bit for start, bit in _SCRIPTS if name.startswith(start)), kernel.OTHER)
        upper = kernel.UPPER if category in ("Lu", "Lt") else 0
        return int(script) | int(upper) | point
    if category == "Nd":
        return int(kernel.DIGIT) | point
    if category[0] == "M" or character in _LINKS:
        return int(kernel.LINK) | point
    return int(kernel.NAME) | point if character == "_" else 0


@cache
def alphabet() -> Alphabet:
    """The table for the kernel."""
    values = np.zeros(COUNT, np.uint32)
    for point in range(_LETTERS):
        if not 0xD800 <= point < 0xE000:
            values[point] = kind_of(chr(point))
    return Alphabet(values[:_SHORT].copy(), table_of(values))


@cache
def word_pattern() -> re.Pattern[str]:
    """The words of a text as the kernel finds them, and identifiers and numbers besides.

    The same table, as ranges of code points.
    """
    values = np.array([kind_of(chr(p)) for p in range(_LETTERS)], np.uint32)
    inside = _ranges(values != 0)
    letters = _ranges((values & _ANY_LETTER) != 0)
    small = _ranges(((values & _ANY_LETTER) != 0) & ((values & np.uint32(kernel.UPPER)) == 0))
    return re.compile(rf"[{inside}]+(?:(?<=[{letters}])-\n(?=[{small}])[{inside}]+)*")


_ANY_LETTER = np.uint32(kernel.LATIN | kernel.CYRILLIC | kernel.GREEK | kernel.OTHER)


def _ranges(mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> str:
    """The code points where the mask holds, as the inside of a character class."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    every = every_character()
    return "".join(f"{re.escape(every[a])}-{re.escape(every[b - 1])}" for a, b in pairs)
