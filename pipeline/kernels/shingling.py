"""From texts to the hashes of their shingles, one text at a time.

What belongs here: cutting a folded text into shingles and hashing them. What does not: how texts
are folded, what a shingle's size is (dedup), signatures (minhash).

A shingle is a stretch of the folded text: some words and the blanks between them, or some
characters. `hash_shingle` says what its hash is; hashing all of a text's takes one pass over its
bytes, since the hash of a stretch follows from those of what comes before its two ends.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.codepoints import CodePointTable, value_of
from pipeline.kernels.compiled import compiled
from pipeline.kernels.folding import SPACE, Folding, fold_into
from pipeline.kernels.texts import Bytes, Offsets, Texts, code_point

Hashes = NDArray[np.uint64]
_BASE = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd (Knuth 6.4)
_MASK = 2**64 - 1
_BASE_1, _BASE_2, _BASE_3, _BASE_4 = (np.uint64(pow(_BASE, n, 2**64)) for n in (1, 2, 3, 4))
_ONE, _TWO, _THREE, _FOUR = (np.uint64(n) for n in (1, 2, 3, 4))
_POWERS = 1024
_ROOMY = 1 << 23  # units for which room is made without a look


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
    scratch = scratch_for(texts, folding)
    out = np.empty_like(scratch.hash_at_end)
    found = []
    for start, end in pairwise(texts.offsets):
        count = shingles_of(texts.data, start, end, folding, shingling, scratch, out)
        found.append(out[:count].copy())
    return found


class Scratch(NamedTuple):
    """Room for one text at a time: its folded bytes; where each unit (a word, a code point) ends in
    them, and the hash of all bytes before.
    """

    folded: Bytes
    ends: Offsets
    hash_at_end: Hashes
    powers: Hashes


def scratch_for(texts: Texts, folding: Folding) -> Scratch:
    """Room for the longest of the texts."""
    longest = int(np.diff(texts.offsets).max(initial=0)) * folding.growth + 1
    folded = np.empty(longest, np.uint8)
    units = longest
    if units > _ROOMY:  # as long as they could become they never are
        units = _longest_folded(texts.data, texts.offsets, folding, folded) + 1
    powers = np.full(_POWERS, _BASE, np.uint64)
    powers[0] = 1
    return Scratch(
        folded,
        np.empty(units, np.int64),
        np.empty(units, np.uint64),
        np.multiply.accumulate(powers),
    )


@compiled
def _longest_folded(data: Bytes, offsets: Offsets, folding: Folding, folded: Bytes) -> int:
    longest = 0
    for text in range(len(offsets) - 1):
        end = fold_into(data, offsets[text], offsets[text + 1], folding, folded, 0)
        longest = max(longest, end)
    return longest


@compiled
def shingles_of(
    data: Bytes,
    start: int,
    end: int,
    folding: Folding,
    shingling: Shingling,
    scratch: Scratch,
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
    begin, before = 0, np.uint64(0)
    for first in range(count):
        last = first + size - 1
        power = _power(scratch.powers, scratch.ends[last] - begin)
        out[first] = _splitmix64(scratch.hash_at_end[last] - before * power)
        begin, before = scratch.ends[first], scratch.hash_at_end[first]
        if not by_chars:  # a blank stands between two words
            begin, before = begin + 1, _longer(before, SPACE)
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
def _words(scratch: Scratch, length: int) -> int:
    """Note where each word ends, and the hash of all bytes before; their number.

    Every byte is noted as the end of its word until a blank lets it stand: where words end no
    processor can foretell. Four bytes at a time, of whose hashes only the last waits for the last
    of the four before.
    """
    if length == 0:
        return 0
    folded, ends, hashes = scratch.folded, scratch.ends, scratch.hash_at_end
    value, word, at, stop = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(length)
    while at + _FOUR <= stop:
        one, two = folded[at], folded[at + _ONE]
        three, four = folded[at + _TWO], folded[at + _THREE]
        first = np.uint64(one) + _ONE
        second = _longer(first, two)
        third = _longer(second, three)
        ends[word], hashes[word] = at, value
        word += np.uint64(one == SPACE)
        ends[word], hashes[word] = at + _ONE, value * _BASE_1 + first
        word += np.uint64(two == SPACE)
        ends[word], hashes[word] = at + _TWO, value * _BASE_2 + second
        word += np.uint64(three == SPACE)
        ends[word], hashes[word] = at + _THREE, value * _BASE_3 + third
        word += np.uint64(four == SPACE)
        value = value * _BASE_4 + _longer(third, four)
        at += _FOUR
    while at < stop:
        ends[word], hashes[word] = at, value
        value = _longer(value, folded[at])
        word += np.uint64(folded[at] == SPACE)
        at += _ONE
    ends[word], hashes[word] = stop, value
    return int(word) + 1


@compiled
def _characters(scratch: Scratch, length: int) -> int:
    """The same for each code point."""
    folded, value, character, at = scratch.folded, np.uint64(0), 0, 0
    while at < length:
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


@compiled
def hash_of(data: Bytes, start: int, end: int) -> np.uint64:
    """`hash_shingle` of `data[start:end]`; four bytes at a time, whose products need not wait for
    each other. Places are unsigned, or each would be asked whether it counts from the end.
    """
    value, at, stop = np.uint64(0), np.uint64(start), np.uint64(end)
    while at + _FOUR <= stop:
        one, two = np.uint64(data[at]) + _ONE, np.uint64(data[at + _ONE]) + _ONE
        three, four = np.uint64(data[at + _TWO]) + _ONE, np.uint64(data[at + _THREE]) + _ONE
        block = (one * _BASE_3 + two * _BASE_2) + (three * _BASE_1 + four)
        value = value * _BASE_4 + block
        at += _FOUR
    while at < stop:
        value = value * _BASE_1 + (np.uint64(data[at]) + _ONE)
        at += _ONE
    return _splitmix64(value)
