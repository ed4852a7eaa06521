"""The words of texts, and which of them a list does not hold.

What belongs here: where a word begins and ends, its hash, sets of such hashes, and the pass that
looks every word up. What does not: which words a list holds, what an unknown word means.

A word is a run of letters, marks, digits and what `kinds.LINK` names, and may go on over a hyphen
at a line's end. Upper and lower case are one; two words are one where their 64-bit hashes are.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.codepoints import CodePointTable, value_of
from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE, Bytes, Offsets, Texts, code_point, texts_of

# What a character is to a word, as bits above its lower-case form.
LATIN, CYRILLIC, GREEK, OTHER = (np.uint64(1 << bit) for bit in (21, 22, 23, 24))
# LINK stands in a word, but no word of a list has it. NAME makes an identifier of the word.
DIGIT, LINK, UPPER, NAME = (np.uint64(1 << bit) for bit in (25, 26, 27, 28))
_POINT = np.uint64((1 << 21) - 1)
_SCRIPTS = LATIN | CYRILLIC | GREEK | OTHER
_STRANGE = DIGIT | LINK | NAME

_ZERO, _TWO, _SIX, _HALF = (np.uint64(number) for number in (0, 2, 6, 32))
_HYPHEN, _LINE_FEED = np.uint8(0x2D), np.uint8(0x0A)
# First bytes of characters of two bytes, and of more; what those of two give to a code point.
_TWO_BYTES, _MORE_BYTES, _LEAD, _TRAIL = (np.uint64(number) for number in (0x80, 0xE0, 0x1F, 0x3F))

# FNV-1a over code points, 64 bits. http://www.isthe.com/chongo/tech/comp/fnv/
_START = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Alphabet(NamedTuple):
    """What every character is: `short` for the first 0x800, `table` for all. A value holds the bits
    above and the lower-case code point; 0 stands in no word.
    """

    short: NDArray[np.uint32]
    table: CodePointTable


class Unknown(NamedTuple):
    """Words that a list does not hold.

    texts: the text of each, in order. starts, ends: in the bytes of all texts.
    words: for each text, how many words it has in all.
    """

    texts: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    words: NDArray[np.int64]


def hashes_of(words: pa.Array | pa.ChunkedArray, alphabet: Alphabet) -> NDArray[np.uint64]:
    """The hash of each string, taken whole."""
    return _hashes_of(*texts_of(words), alphabet)


def hash_set(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The hashes as a table: each at the first free place from its high bits on; 0 is free."""
    places = np.zeros(1 << max(4, int(2 * len(hashes)).bit_length()), np.uint64)
    _fill(hashes, places)
    return places


def unknown_words(
    texts: Texts, rows: NDArray[np.int64], alphabet: Alphabet, known: NDArray[np.uint64]
) -> Unknown:
    """The words in those texts that a list does not hold, in order, each as often as it stands.

    known: a `hash_set`. Where it holds nothing there is no list: then only words in which letters
    of two scripts meet, or with something in them that is not seen.
    A word of a list has letters of one script only. Left out are words of fewer than two letters
    that the list does not lack, identifiers (`NAME`), and words with more digits than letters.
    """
    most = int(texts.offsets[-1] - texts.offsets[0]) // 2 + len(texts.offsets)
    # Pages that are never written take no memory.
    found = Unknown(
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.zeros(len(texts.offsets) - 1, np.int64),
    )
    count = _unknown_words(texts.data, texts.offsets, rows, alphabet, known, found)
    return Unknown(found.texts[:count], found.starts[:count], found.ends[:count], found.words)


def gather(data: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.StringArray:
    """The strings that lie between those places."""
    offsets = np.zeros(len(starts) + 1, np.int32)
    np.cumsum(ends - starts, out=offsets[1:])
    out = np.empty(int(offsets[-1]), np.uint8)
    _gather(data, starts, ends, out)
    return pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(out))


def exact_hashes(
    data: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """A hash of the bytes between those places, case included."""
    return _exact_hashes(data, starts, ends)


@compiled
def _gather(data: Bytes, starts: Offsets, ends: Offsets, out: Bytes) -> None:
    at = 0
    for n in range(len(starts)):
        for place in range(starts[n], ends[n]):
            out[at] = data[place]
            at += 1


@compiled
def _exact_hashes(data: Bytes, starts: Offsets, ends: Offsets) -> NDArray[np.uint64]:
    hashes = np.empty(len(starts), np.uint64)
    for n in range(len(starts)):
        hashed = _START
        for place in range(starts[n], ends[n]):
            hashed = (hashed ^ np.uint64(data[place])) * _PRIME
        hashes[n] = hashed
    return hashes


@compiled
def _mixed(hashed: np.uint64) -> np.uint64:
    """The hash with all its bits stirred, never 0."""
    hashed = (hashed ^ (hashed >> _HALF)) * _MIX
    hashed ^= hashed >> _HALF
    return hashed if hashed != _ZERO else ONE


@compiled
def _hashes_of(data: Bytes, offsets: Offsets, alphabet: Alphabet) -> NDArray[np.uint64]:
    hashes = np.empty(len(offsets) - 1, np.uint64)
    for n in range(len(hashes)):
        hashed = _START
        at = offsets[n]
        while at < offsets[n + 1]:
            point, size = code_point(data, at)
            kind = np.uint64(value_of(alphabet.table, point))
            low = kind & _POINT if kind else np.uint64(point)
            hashed = (hashed ^ low) * _PRIME
            at += size
        hashes[n] = _mixed(hashed)
    return hashes


@compiled
def place_of(hashed: np.uint64, places: NDArray[np.uint64]) -> np.uint64:
    """Where a hash is, or the free place where it would go."""
    last = np.uint64(len(places) - 1)
    at = (hashed >> _HALF) & last
    while places[at] != hashed and places[at] != _ZERO:
        at = (at + ONE) & last
    return at


@compiled
def _fill(hashes: NDArray[np.uint64], places: NDArray[np.uint64]) -> None:
    for hashed in hashes:
        places[place_of(hashed, places)] = hashed


@compiled
def _unknown_words(
    data: Bytes,
    offsets: Offsets,
    rows: NDArray[np.int64],
    alphabet: Alphabet,
    known: NDArray[np.uint64],
    found: Unknown,
) -> int:
    listed = bool(np.any(known != _ZERO))
    count = 0
    for row in rows:
        at, end = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        words = 0
        while at < end:
            start, hashed, seen, byte = at, _START, _ZERO, _ZERO
            # Nearly all words have one or two bytes a letter, and are known.
            while at < end:
                byte = np.uint64(data[at])
                step = ONE
                place = byte
                if byte >= _TWO_BYTES:
                    if byte >= _MORE_BYTES:
                        break
                    place = (byte & _LEAD) << _SIX | np.uint64(data[at + ONE]) & _TRAIL
                    step = _TWO
                kind = np.uint64(alphabet.short[place])
                if kind == _ZERO:
                    break
                seen |= kind
                hashed = (hashed ^ (kind & _POINT)) * _PRIME
                at += step
            beyond = bool(at < end and byte >= _MORE_BYTES)
            if at == start and not beyond:
                at += step
                continue
            if at < end and byte == _HYPHEN:
                beyond = _is_break(data, at, end, alphabet)
            scripts = seen & _SCRIPTS
            if beyond or seen & _STRANGE or scripts & (scripts - ONE):
                at, is_word, reported = _word(data, start, end, alphabet, known, listed)
                words += is_word
                if not reported:
                    continue
            else:
                words += 1
                if not listed:
                    continue
                if not seen & UPPER or not _camel(data, start, at, alphabet):
                    hashed = _mixed(hashed)
                    if known[place_of(hashed, known)] == hashed:
                        continue
            found.texts[count] = row
            found.starts[count] = np.int64(start)
            found.ends[count] = np.int64(at)
            count += 1
        found.words[row] = words
    return count


@compiled
def _word(
    data: Bytes,
    at: np.uint64,
    end: np.uint64,
    alphabet: Alphabet,
    known: NDArray[np.uint64],
    listed: bool,
) -> tuple[np.uint64, bool, bool]:
    """(where the word that starts at `at` ends, whether it is one, whether it is reported)."""
    seen, before, hashed = _ZERO, _ZERO, _START
    letters, digits = 0, 0
    start = at
    camel = False
    while at < end:
        point, size = code_point(data, int(at))
        kind = np.uint64(value_of(alphabet.table, point))
        if kind == _ZERO:
            if before & _SCRIPTS == _ZERO or not _is_break(data, at, end, alphabet):
                break
            seen |= LINK
            before = LINK
            at += _TWO
            continue
        camel |= bool(kind & UPPER and before & _SCRIPTS and not before & UPPER)
        seen |= kind
        before = kind
        letters += kind & _SCRIPTS != _ZERO
        digits += kind & DIGIT != _ZERO
        hashed = (hashed ^ (kind & _POINT)) * _PRIME
        at += np.uint64(size)
    if at == start:
        point, size = code_point(data, int(at))
        return at + np.uint64(size), False, False
    if letters == 0 or seen & NAME != _ZERO:
        return at, False, False
    scripts = seen & _SCRIPTS
    mixed = scripts & (scripts - ONE) != _ZERO
    if not listed:
        return at, True, scripts & OTHER == _ZERO and (mixed or seen & LINK != _ZERO)
    if seen & _STRANGE != _ZERO or mixed or camel:
        return at, True, digits <= letters
    hashed = _mixed(hashed)
    return at, True, known[place_of(hashed, known)] != hashed


@compiled
def _camel(data: Bytes, at: np.uint64, end: np.uint64, alphabet: Alphabet) -> bool:
    """Whether a capital comes after a small letter."""
    small = False
    while at < end:
        point, size = code_point(data, int(at))
        upper = np.uint64(value_of(alphabet.table, point)) & UPPER != _ZERO
        if upper and small:
            return True
        small = not upper
        at += np.uint64(size)
    return False


@compiled
def _is_break(data: Bytes, at: np.uint64, end: np.uint64, alphabet: Alphabet) -> bool:
    """Whether a hyphen, a line feed and a small letter stand there."""
    if at + _TWO >= end or data[at] != _HYPHEN or data[at + ONE] != _LINE_FEED:
        return False
    point, _ = code_point(data, int(at + _TWO))
    kind = np.uint64(value_of(alphabet.table, point))
    return bool(kind & _SCRIPTS != _ZERO and kind & UPPER == _ZERO)
