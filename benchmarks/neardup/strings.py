"""Likeness of two texts from their strings, without a line of the pipeline's code.

What belongs here: a plain reading of what the documentation says shingles are. What does not: who
found what (judge).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

Shingles = frozenset[str]
Reading = Callable[[str], Shingles]

ROUNDING = 1e-9
"""Of a similarity, below which it is still at its threshold."""

_SHINGLE = 5
_REMEMBERED = 5_000  # sets of shingles
_SHORT = 10  # words: shorter texts are cut by characters
_ACCENTS = re.compile("[\u0300-\u036f]")
_GOLD_WORD = re.compile(r"\w+")
# Thai to Burmese, Khmer, kana, ideographs.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
)


def shingles(text: str) -> Shingles:
    """The runs of five words; of five characters where words are few or have no blanks between."""
    found = words(text)
    letters = "".join(found)
    if 2 * len(_UNSPACED.findall(letters)) > len(letters):
        return _runs(letters, "")
    if len(found) < _SHORT:
        return _runs(" ".join(found), "")
    return _runs(found, " ")


def gold_shingles(text: str) -> Shingles:
    """As the list of the gold counts them: lower case, punctuation between words dropped."""
    return _runs(_GOLD_WORD.findall(text.lower()), " ")


def words(text: str) -> list[str]:
    """Without case, accents and punctuation, each digit a 0."""
    return "".join(map(_folded, text)).split()


def jaccard(a: Shingles, b: Shingles) -> float:
    """Their exact similarity; 0 where both are empty."""
    return len(a & b) / max(1, len(a | b))


def likeness(
    texts: Mapping[str, str], threshold: float, *readings: Reading
) -> Callable[[str, str], bool]:
    """Whether two of the texts reach the threshold, from their ids, by one of the readings."""

    @lru_cache(_REMEMBERED)
    def sets(doc: str) -> list[Shingles]:
        return [reading(texts[doc]) for reading in readings]

    def alike(a: str, b: str) -> bool:
        both = zip(sets(a), sets(b), strict=True)
        return any(jaccard(one, other) >= threshold - ROUNDING for one, other in both)

    return alike


def _runs(units: list[str] | str, between: str) -> Shingles:
    return frozenset(
        between.join(units[at : at + _SHINGLE]) for at in range(len(units) - _SHINGLE + 1)
    )


@cache
def _folded(character: str) -> str:
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_kept, unicodedata.normalize("NFC", plain)))


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Nd":
        return "0"
    if kind == "Cf":
        return ""
    return character if kind[0] in "LMN" else " "
