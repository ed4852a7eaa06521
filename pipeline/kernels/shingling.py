"""From texts to the hashes of their shingles, one text at a time.

What belongs here: cutting a folded text into shingles and hashing them. What does not: how texts
are folded, what a shingle's size is (dedup), signatures (minhash).

A shingle is a stretch of the folded text: some words and the blanks between them, or some
characters. `hash_shingle` says what its hash is. Each word is hashed once, eight bytes at a time;
the hash of a run of words follows from that of the run before.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.codepoints import CodePointTable, value_of
from pipeline.kernels.compiled import compiled
from pipeline.kernels.folding import SPACE, Folding, fold_into
from pipeline.kernels.texts import ONE, Bytes, Offsets, Texts, code_point
from pipeline.kernels.wide import EIGHT, SLACK, bits_of, blanks_in, first_bytes, load, lowest_bit

Hashes = NDArray[np.uint64]
_MASK = 2**64 - 1
# Odd numbers whose bits look random: 2**64 / golden ratio (Knuth 6.4), a constant of PCG (O'Neill
# 2014), the fraction of the square root of 3 (as SHA-2 takes it).
_CHUNK, _SEED, _WORD = 0x9E3779B97F4A7C15, 0x5851F42D4C957F2D, 0xBB67AE8584CAA73B
_HALF = np.uint64(32)
_STRETCH = np.uint64(64)
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

    Each word (what stands between blanks) is taken eight bytes at a time, as numbers whose lowest
    byte comes first, the last filled up with zeros. The words' hashes are the digits of a number in
    the base `_WORD` modulo 2**64, which is mixed by SplitMix64's finaliser (Steele, Lea, Flood
    2014).
    """
    value = 0
    for word in shingle.split(b" "):
        digit = _SEED
        for at in range(0, len(word), 8):
            digit = (digit ^ int.from_bytes(word[at : at + 8], "little")) * _CHUNK & _MASK
            digit ^= digit >> 32
        value = (value * _WORD + digit) & _MASK
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & _MASK
    return value ^ value >> 31


def shingle_hashes(texts: Texts, folding: Folding, shingling: Shingling) -> list[Hashes]:
    """For each text the hashes of its shingles, in order, repeated where shingles repeat."""
    scratch = scratch_for(texts, folding)
    out = np.empty_like(scratch.words)
    found = []
    for start, end in pairwise(texts.offsets):
        count = shingles_of(texts.data, start, end, folding, shingling, scratch, out)
        found.append(out[:count].copy())
    return found


class Scratch(NamedTuple):
    """Room for one text at a time: its folded bytes and `SLACK` more, where each unit (a word, a
    code point) ends in them, the hash of each word.
    """

    folded: Bytes
    ends: Offsets
    words: Hashes


def scratch_for(texts: Texts, folding: Folding) -> Scratch:
    """Room for the longest of the texts."""
    longest = int(np.diff(texts.offsets).max(initial=0)) * folding.growth + 1
    folded = np.empty(longest + SLACK, np.uint8)
    units = longest
    if units > _ROOMY:  # as long as they could become they never are
        units = _longest_folded(texts.data, texts.offsets, folding, folded) + 1
    return Scratch(folded, np.empty(units, np.int64), np.empty(units, np.uint64))


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
    if by_chars:
        begin = 0
        for first in range(count):
            out[first] = hash_of(scratch.folded, begin, scratch.ends[first + size - 1])
            begin = scratch.ends[first]
    elif count:
        _runs(scratch, units, size, out)
    return count


@compiled
def _runs(scratch: Scratch, words: int, size: int, out: Hashes) -> None:
    """Write the hashes of all runs of `size` words."""
    folded, ends, digits = scratch.folded, scratch.ends, scratch.words
    at = np.uint64(0)
    for word in range(np.uint64(words)):
        end, digit = np.uint64(ends[word]), np.uint64(_SEED)
        while at + EIGHT < end:
            digit = mixed(digit, load(folded, at))
            at += EIGHT
        if at < end:
            digit = mixed(digit, first_bytes(load(folded, at), end - at))
        digits[word] = digit
        at = end + ONE  # a blank stands between two words
    value, highest = np.uint64(0), ONE  # of the digits, and what the first of them counts
    for word in range(np.uint64(size - 1)):
        value = value * np.uint64(_WORD) + digits[word]
        highest *= np.uint64(_WORD)
    last = np.uint64(size - 1)
    for first in range(np.uint64(words - size + 1)):
        value = value * np.uint64(_WORD) + digits[first + last]
        out[first] = _splitmix64(value)
        value -= digits[first] * highest


@compiled
def mixed(digit: np.uint64, chunk: np.uint64) -> np.uint64:
    """The hash of a word that has eight bytes more, or its last ones."""
    digit = (digit ^ chunk) * np.uint64(_CHUNK)
    return np.uint64(digit ^ digit >> _HALF)


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
    """Note where each word ends; their number. Blanks are looked for in 64 bytes at a time."""
    if length == 0:
        return 0
    folded, ends = scratch.folded, scratch.ends
    word, start, stop = np.uint64(0), np.uint64(0), np.uint64(length)
    while start < stop:
        blanks = np.uint64(0)
        for nth in range(8):
            place = np.uint64(8 * nth)
            blanks |= bits_of(blanks_in(load(folded, start + place))) << place
        if start + _STRETCH > stop:
            blanks &= (ONE << (stop - start)) - ONE
        while blanks:
            ends[word] = start + lowest_bit(blanks)
            word += ONE
            blanks &= blanks - ONE
        start += _STRETCH
    ends[word] = stop
    return int(word) + 1


@compiled
def _characters(scratch: Scratch, length: int) -> int:
    """The same for each code point."""
    character, at = 0, 0
    while at < length:
        at += 1
        while at < length and scratch.folded[at] & 0xC0 == 0x80:
            at += 1
        scratch.ends[character] = at
        character += 1
    return character


@compiled
def _splitmix64(value: np.uint64) -> np.uint64:
    value = (value ^ value >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ value >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return np.uint64(value ^ value >> np.uint64(31))


@compiled
def hash_of(data: Bytes, start: int, end: int) -> np.uint64:
    """`hash_shingle` of `data[start:end]`, which need not stand in scratch."""
    value, digit, chunk = np.uint64(0), np.uint64(_SEED), np.uint64(0)
    size = np.uint64(0)  # of the chunk
    for at in range(np.uint64(start), np.uint64(end)):
        byte = np.uint64(data[at])
        if byte != SPACE:
            chunk |= byte << size * EIGHT
            size += ONE
        if size and (byte == SPACE or size == EIGHT):
            digit = mixed(digit, chunk)
            size, chunk = np.uint64(0), np.uint64(0)
        if byte == SPACE:
            value = value * np.uint64(_WORD) + digit
            digit = np.uint64(_SEED)
    if size:
        digit = mixed(digit, chunk)
    return _splitmix64(value * np.uint64(_WORD) + digit)
