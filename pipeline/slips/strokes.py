"""Words as the strokes that they are written with: what looks alike has the same strokes.

What belongs here: the strokes of a character, and keys of words. What does not: which of two words
that look alike is a slip for the other (explain).

A rule can turn one word into another only if both have the same strokes; so words that share a key
are all that need comparing. Strokes are coarse, and many words that share them are no slips.
"""

import unicodedata
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import rules
from pipeline.kernels.folding import Folding, fold, folding_of
from pipeline.kernels.texts import texts_of
from pipeline.kernels.words import exact_hashes
from pipeline.slips.alphabet import LOOSE_ACCENTS, UNSEEN

# From here to there no character looks like a letter that a rule knows.
_UNLIKE = ("\u2c00", "\ufb00")
_NOTHING = frozenset(UNSEEN + LOOSE_ACCENTS + "-\n")


@cache
def strokes_of(character: str) -> str:
    """The strokes of a character: those that `rules/strokes.toml` gives to it or its parts."""
    if _UNLIKE[0] <= character < _UNLIKE[1]:
        return character
    table = rules.strokes()
    lower = character.lower()
    if lower in table:
        return table[lower]
    if lower in _NOTHING:
        return ""
    parts = unicodedata.normalize("NFKD", lower)
    return "".join(table.get(part, part) for part in parts if not unicodedata.combining(part))


def skeleton(word: str) -> str:
    """The strokes of a word."""
    return "".join(map(strokes_of, word))


def keys_of(words: pa.Array | pa.ChunkedArray) -> NDArray[np.uint64]:
    """A 64-bit hash of each word's strokes."""
    data, offsets = fold(texts_of(words), _folding())
    return exact_hashes(data, offsets[:-1], offsets[1:])


@cache
def _folding() -> Folding:
    return folding_of(strokes_of)
