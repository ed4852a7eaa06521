"""A text as a set of hashed shingles, and as one hash where only equality counts.

What belongs here: what two texts must share to be alike. What does not: signatures, comparison of
documents.

Normalisation is FineWeb's: lower case, no punctuation, no accents, digits as 0, white space folded.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.settings import DedupSettings

Hashes = NDArray[np.uint64]

_ACCENTS = re.compile("[\u0300-\u036f]")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")
# Scripts that put no space between words: Thai to Burmese, Khmer, kana, ideographs (with
# extensions and compatibility forms).
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
# With fewer words than this many shingles' worth, one changed word would change half the set.
_SHORT = 2
_WORD_PRIME = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd (Knuth 6.4)
_CHAR_SEED = 0x5BD1E995


def text_hash(text: str) -> str:
    """32 hex digits that are equal for texts equal but for case and white space."""
    folded = _SPACE.sub(" ", unicodedata.normalize("NFC", text.casefold())).strip()
    return hashlib.blake2b(folded.encode(), digest_size=16).hexdigest()


def fold(text: str) -> list[str]:
    """The words of the normalised text."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).lower())
    return _WORD.findall(_DIGIT.sub("0", unicodedata.normalize("NFC", plain)))


def shingles(text: str, settings: DedupSettings) -> Hashes:
    """The sorted distinct 64-bit hashes of the text's shingles.

    Shingles are runs of words; of code points where the text is short or its script is written
    without spaces. Empty where the text is shorter than one shingle: such texts are compared by
    `text_hash` only.
    """
    words = fold(text)
    joined = "".join(words)
    unspaced = 2 * len(_UNSPACED.findall(joined)) > len(joined)
    if unspaced or len(words) < _SHORT * settings.shingle_words:
        units = joined if unspaced else " ".join(words)
        codes = np.frombuffer(units.encode("utf-32-le"), np.uint32).astype(np.uint64)
        return _windows(_mix(codes + np.uint64(_CHAR_SEED)), settings.shingle_chars)
    hashed = np.fromiter(map(_word_hash, words), np.uint64, len(words))
    return _windows(hashed, settings.shingle_words)


def jaccard(a: Hashes, b: Hashes) -> float:
    """Exact Jaccard similarity of two shingle sets; 0 where either is empty."""
    if not len(a) or not len(b):
        return 0.0
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / (len(a) + len(b) - common)


@lru_cache(maxsize=200_000)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _windows(units: Hashes, size: int) -> Hashes:
    """Hashes of all runs of `size` units: a polynomial in an odd constant, mixed, mod 2**64."""
    count = len(units) - size + 1
    if count < 1:
        return np.empty(0, np.uint64)
    total = np.zeros(count, np.uint64)
    for at in range(size):
        total = total * _WORD_PRIME + units[at : at + count]
    return np.unique(_mix(total))


def _mix(values: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input counts."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
