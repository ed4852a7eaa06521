"""From folded texts to shingles, and from shingles to MinHash signatures.

What belongs here: cutting a folded text into shingles, hashing them, and the minima of datasketch's
`affine32` scheme. What does not: how texts are folded, what a shingle's size is (dedup).

A shingle is a stretch of the folded text: some words and the blanks between them, or some
characters. `hash_shingle` says what its hash is; hashing all of a text's takes one pass over its
bytes, since the hash of a stretch follows from those of what comes before its two ends.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.codepoints import CodePointTable, value_of
from pipeline.kernels.compiled import compiled
from pipeline.kernels.folding import SPACE, Folding, fold_into
from pipeline.kernels.texts import Bytes, Offsets, Texts, code_point

Hashes = NDArray[np.uint64]
_BASE = (
    0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd (Knuth, The Art of Computer Programming, 6.4)
)
_MASK = 2**64 - 1
_POWERS = 1024
_NONE = 0xFFFFFFFF  # datasketch's value of an empty set


class Shingling(NamedTuple):
    """How a folded text is cut.

    words, chars: words in a shingle, code points in one of a short or unspaced text.
    short: with fewer words than this a text is cut by code points.
    unspaced: a table of the code points of scripts that put no blanks between words.
    """

    words: int
    chars: int
    short: int
    unspaced: CodePointTable


class Permutations(NamedTuple):
    """h -> a * h + b modulo 2**32, one for each minimum."""

    a: NDArray[np.uint32]
    b: NDArray[np.uint32]


def hash_shingle(shingle: bytes) -> int:
    """The 64-bit hash of a shingle, given as the UTF-8 of its folded text.

    A polynomial in `_BASE` modulo 2**64, then SplitMix64's finaliser (Steele, Lea, Flood 2014).
    """
    value = 0
    for byte in shingle:
        value = (value * _BASE + byte + 1) & _MASK
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & _MASK
    return value ^ value >> 31


def shingle_hashes(texts: Texts, folding: Folding, shingling: Shingling) -> list[Hashes]:
    """For each text the hashes of its shingles, in order, repeated where shingles repeat."""
    sizes = np.diff(texts.offsets)
    room = _room(sizes, folding)
    scratch = _scratch(room)
    out = np.empty(room, np.uint64)
    found = []
    for start, end in zip(texts.offsets[:-1], texts.offsets[1:], strict=True):
        count = _shingles_of(texts.data, start, end, folding, shingling, scratch, out)
        found.append(out[:count].copy())
    return found


def signatures(
    texts: Texts, folding: Folding, shingling: Shingling, permutations: Permutations
) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """(signatures, one row a text; whether the text has a shingle at all).

    Equal to those of datasketch's `affine32` scheme, given `hash_shingle` modulo 2**32.
    """
    count = len(texts.offsets) - 1
    out = np.empty((count, len(permutations.a)), np.uint32)
    some = np.zeros(count, np.bool_)
    room = _room(np.diff(texts.offsets), folding)
    hashes = np.empty(room, np.uint64)
    _sign_all(
        texts.data,
        texts.offsets,
        folding,
        shingling,
        permutations,
        _scratch(room),
        hashes,
        np.empty(room, np.uint32),
        out,
        some,
    )
    return out, some


def signatures_of_shingles(
    shingles: Texts, ends: Offsets, permutations: Permutations
) -> NDArray[np.uint32]:
    """Signatures of sets of shingles that were made elsewhere: set n holds those from `ends[n]` to
    `ends[n + 1]`.
    """
    out = np.empty((len(ends) - 1, len(permutations.a)), np.uint32)
    mixed = np.empty(int(np.diff(ends).max(initial=0)), np.uint32)
    _sign_shingles(shingles.data, shingles.offsets, ends, permutations, mixed, out)
    return out


class _Scratch(NamedTuple):
    """Room for one text at a time: its folded bytes; where each unit (a word, a code point) begins
    and ends in them, and the hash of all bytes before. Pages that are never written take no memory.
    """

    folded: Bytes
    begins: Offsets
    ends: Offsets
    hash_at_begin: Hashes
    hash_at_end: Hashes
    powers: Hashes


def _room(sizes: NDArray[np.int64], folding: Folding) -> int:
    return int(sizes.max(initial=0)) * folding.growth + 1


def _scratch(room: int) -> _Scratch:
    powers = np.full(_POWERS, _BASE, np.uint64)
    powers[0] = 1
    return _Scratch(
        np.empty(room, np.uint8),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.uint64),
        np.empty(room, np.uint64),
        np.multiply.accumulate(powers),
    )


@compiled
def _sign_all(
    data: Bytes,
    offsets: Offsets,
    folding: Folding,
    shingling: Shingling,
    permutations: Permutations,
    scratch: _Scratch,
    hashes: Hashes,
    mixed: NDArray[np.uint32],
    out: NDArray[np.uint32],
    some: NDArray[np.bool_],
) -> None:
    for text in range(len(offsets) - 1):
        count = _shingles_of(
            data, offsets[text], offsets[text + 1], folding, shingling, scratch, hashes
        )
        some[text] = count > 0
        for at in range(count):
            mixed[at] = _low_mixed(hashes[at])
        _minima(mixed, count, permutations, out[text])


@compiled
def _sign_shingles(
    data: Bytes,
    offsets: Offsets,
    ends: Offsets,
    permutations: Permutations,
    mixed: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> None:
    for row in range(len(ends) - 1):
        count = ends[row + 1] - ends[row]
        for at in range(count):
            value = np.uint64(0)
            shingle = ends[row] + at
            for byte in range(offsets[shingle], offsets[shingle + 1]):
                value = _longer(value, data[byte])
            mixed[at] = _low_mixed(_splitmix64(value))
        _minima(mixed, count, permutations, out[row])


@compiled
def _minima(
    mixed: NDArray[np.uint32], count: int, permutations: Permutations, out: NDArray[np.uint32]
) -> None:
    for number in range(len(permutations.a)):
        out[number] = _minimum(mixed, count, permutations.a[number], permutations.b[number])


@compiled
def _minimum(hashes: NDArray[np.uint32], count: int, a: np.uint32, b: np.uint32) -> np.uint32:
    """The least of a * h + b modulo 2**32."""
    least = np.uint32(_NONE)
    for at in range(count):
        value = np.uint32(hashes[at] * a + b)
        least = value if value < least else least
    return least


@compiled
def _low_mixed(hashed: np.uint64) -> np.uint32:
    """The low 32 bits by MurmurHash3's finaliser (Appleby), which datasketch applies first."""
    value = np.uint32(hashed & np.uint64(_NONE))
    value = np.uint32(value ^ value >> np.uint32(16))
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value = np.uint32(value ^ value >> np.uint32(13))
    value = np.uint32(value * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ value >> np.uint32(16))


@compiled
def _shingles_of(
    data: Bytes,
    start: int,
    end: int,
    folding: Folding,
    shingling: Shingling,
    scratch: _Scratch,
    out: Hashes,
) -> int:
    """Write the hashes of the shingles of `data[start:end]` to `out`; their number."""
    length = fold_into(data, start, end, folding, scratch.folded, 0)
    words, chars, unspaced = _counts(scratch.folded, length, shingling.unspaced)
    by_chars = 2 * unspaced > chars
    if by_chars:
        length = _without_blanks(scratch.folded, length)
    by_chars |= words < shingling.short
    units = _characters(scratch, length) if by_chars else _words(scratch, length)
    size = shingling.chars if by_chars else shingling.words
    count = max(0, units - size + 1)
    for first in range(count):
        last = first + size - 1
        before = scratch.hash_at_begin[first] * _power(
            scratch.powers, scratch.ends[last] - scratch.begins[first]
        )
        out[first] = _splitmix64(scratch.hash_at_end[last] - before)
    return count


@compiled
def _counts(folded: Bytes, length: int, table: CodePointTable) -> tuple[int, int, int]:
    """(words, characters that are no blanks, those of them that `table` names)."""
    blanks = chars = long = 0
    for at in range(length):
        blanks += folded[at] == SPACE
        chars += (folded[at] & 0xC0) != 0x80
        long += folded[at] >= 0xE0  # no script without blanks has shorter characters
    named = at = 0
    while at < length and long:
        point, size = code_point(folded, at)
        named += value_of(table, point)
        at += size
    return blanks + (length > 0), chars - blanks, named


@compiled
def _without_blanks(folded: Bytes, length: int) -> int:
    to = 0
    for at in range(length):
        folded[to] = folded[at]
        to += folded[at] != SPACE
    return to


@compiled
def _words(scratch: _Scratch, length: int) -> int:
    """Note where each word begins and ends, and the hash of all bytes before; their number.

    Every byte is noted as the end of its word and the next one as the beginning of another, until a
    blank lets it stand: where words end no processor can foretell.
    """
    if length == 0:
        return 0
    folded, value, word = scratch.folded, np.uint64(0), 0
    scratch.begins[0] = 0
    scratch.hash_at_begin[0] = value
    for at in range(length):
        scratch.ends[word] = at
        scratch.hash_at_end[word] = value
        value = _longer(value, folded[at])
        scratch.begins[word + 1] = at + 1
        scratch.hash_at_begin[word + 1] = value
        word += folded[at] == SPACE
    scratch.ends[word] = length
    scratch.hash_at_end[word] = value
    return word + 1


@compiled
def _characters(scratch: _Scratch, length: int) -> int:
    """The same for each code point."""
    folded, value, character, at = scratch.folded, np.uint64(0), 0, 0
    while at < length:
        scratch.begins[character] = at
        scratch.hash_at_begin[character] = value
        value = _longer(value, folded[at])
        at += 1
        while at < length and folded[at] & 0xC0 == 0x80:
            value = _longer(value, folded[at])
            at += 1
        scratch.ends[character] = at
        scratch.hash_at_end[character] = value
        character += 1
    return character


@compiled
def _longer(value: np.uint64, byte: int) -> np.uint64:
    """The polynomial of a stretch that is one byte longer."""
    return value * np.uint64(_BASE) + np.uint64(byte + 1)


@compiled
def _power(powers: Hashes, exponent: int) -> np.uint64:
    """`_BASE` to the power of a shingle's length, modulo 2**64."""
    if exponent < len(powers):
        return np.uint64(powers[exponent])
    value, square = np.uint64(1), np.uint64(_BASE)
    while exponent:
        if exponent & 1:
            value *= square
        square *= square
        exponent >>= 1
    return value


@compiled
def _splitmix64(value: np.uint64) -> np.uint64:
    value = (value ^ value >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ value >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return np.uint64(value ^ value >> np.uint64(31))
