"""Which texts hold a word of a set.

What belongs here: sets of words as tables of hashes, and the pass that looks every word up.
What does not: which words are in a set.

A word is a whole run of ASCII letters, case included; what stands around it does not count.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE, Bytes, Offsets, texts_of

# FNV-1a, 64 bits: one multiplication a byte. http://www.isthe.com/chongo/tech/comp/fnv/
_START = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_ZERO = np.uint64(0)
# The sieve is what nearly every word is turned away by: one bit for each value of the hash's
# lowest bits. 2^20 bits are 128 kB, which a processor's second cache holds.
_SIEVE_BITS = 20
_SIEVE = np.uint64((1 << _SIEVE_BITS) - 1)
_THREE, _SEVEN = np.uint64(3), np.uint64(7)


class WordSet(NamedTuple):
    """shortest: letters of the shortest word. sieve: a bit for each low part of a hash.
    hashes: all of them, each at the first free place from its high bits on; 0 is a free place.
    """

    shortest: int
    sieve: NDArray[np.uint8]
    hashes: NDArray[np.uint64]


def word_set(words: Iterable[str]) -> WordSet:
    """The set of those `words` that are runs of ASCII letters; no others can be found in a text."""
    known = sorted({word for word in words if word.isascii() and word.isalpha()})
    data, offsets = texts_of(pa.array(known, pa.string()))
    places = 1 << max(4, (2 * len(known)).bit_length())
    sieve = np.zeros(1 << _SIEVE_BITS >> 3, np.uint8)
    hashes = np.zeros(places, np.uint64)
    _fill(data, offsets, sieve, hashes)
    return WordSet(min(map(len, known), default=0), sieve, hashes)


def holds_word(texts: pa.Array | pa.ChunkedArray, words: WordSet) -> pa.Array:
    """Booleans, one a text: false only where no word of the set stands in it. A null holds none.

    Words are known by 64 bits of hash, so once in an age it says yes to another word.
    """
    data, offsets = texts_of(texts)
    return pa.array(_holds_word(data, offsets, words))


@compiled
def _place(hashed: np.uint64, hashes: NDArray[np.uint64]) -> int:
    """Where a hash is, or the free place where it would go."""
    last = len(hashes) - 1
    at = int(hashed >> np.uint64(32)) & last
    while hashes[at] != hashed and hashes[at] != _ZERO:
        at = (at + 1) & last
    return at


@compiled
def _fill(
    data: Bytes, offsets: Offsets, sieve: NDArray[np.uint8], hashes: NDArray[np.uint64]
) -> None:
    for n in range(len(offsets) - 1):
        hashed = _START
        for at in range(offsets[n], offsets[n + 1]):
            hashed = (hashed ^ np.uint64(data[at])) * _PRIME
        low = hashed & _SIEVE
        sieve[low >> _THREE] |= np.uint8(1) << np.uint8(low & _SEVEN)
        hashes[_place(hashed, hashes)] = hashed


@compiled
def _holds_word(data: Bytes, offsets: Offsets, words: WordSet) -> NDArray[np.bool_]:
    found = np.zeros(len(offsets) - 1, np.bool_)
    if words.shortest == 0:
        return found
    for n in range(len(found)):
        at, end = np.uint64(offsets[n]), np.uint64(offsets[n + 1])
        while at < end:
            if np.uint8((data[at] | 0x20) - 97) >= 26:
                at += ONE
                continue
            start = at
            hashed = _START
            while at < end and np.uint8((data[at] | 0x20) - 97) < 26:
                hashed = (hashed ^ np.uint64(data[at])) * _PRIME
                at += ONE
            if int(at - start) < words.shortest:
                continue
            low = hashed & _SIEVE
            if words.sieve[low >> _THREE] >> np.uint8(low & _SEVEN) & 1 == 0:
                continue
            if words.hashes[_place(hashed, words.hashes)] == hashed:
                found[n] = True
                break
    return found
