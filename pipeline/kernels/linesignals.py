"""What a line of a text looks like, as numbers: its length, its end, its letters and its words.

What belongs here: where lines are, and one pass over the characters of each. What does not: what
stands around a line (surroundings), what the numbers mean for it (trees).
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.codepoints import (
    COUNT,
    CodePointTable,
    every_character,
    table_of,
    value_of,
)
from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import Bytes, Offsets, Texts, code_point

# The columns of `line_signals`, in order. Shares are of letters (upper), words (stop, capital) or
# characters (digit, letter).
SIGNALS = (
    "chars",
    "words",
    "chars_a_word",
    "ends_sentence",
    "ends_colon",
    "commas",
    "sentences",
    "stop_share",
    "stops",
    "upper_share",
    "capital_share",
    "digit_share",
    "separators",
    "currency",
    "starts_digit",
    "starts_small",
    "address",
    "copyright",
    "question",
    "starts_mark",
    "letter_share",
    "lexis",
    "lexis_mean",
    "lexis_least",
    "lexis_most",
    "blank",
)
# Words weigh in lines of up to so many: longer ones speak for themselves.
MOST_WORDS = 25

# What a character is, as bits above its small letter.
POINT = np.uint32((1 << 21) - 1)
(
    LETTER,
    _UPPER,
    DIGIT,
    _BLANK,
    _END,
    _CLOSER,
    _COMMA,
    _SEPARATOR,
    _CURRENCY,
    IDEOGRAPH,
    _MARK,
) = (np.uint32(1 << bit) for bit in range(21, 32))
_ENDS = ".!?…。！？।॥؟۔።。"
_CLOSERS = "\"'”’»)]」』"
_COMMAS = ",;，、；،"
_SEPARATORS = "|·•»→›▸►/—–>"
_MARKS = "•·*-–—#▪■◦"
_COLONS = (0x3A, 0xFF1A)
_LINE_FEED, _AT, _COPYRIGHT, _QUESTION = 0x0A, 0x40, 0xA9, 0x3F
_ZERO = np.uint64(0)

# FNV-1a over code points, 64 bits, as in `words`.
START = np.uint64(0xCBF29CE484222325)
PRIME = np.uint64(0x100000001B3)
_HALF = np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Lines(NamedTuple):
    """Lines without the blanks around them: `data[starts[n] : ends[n]]`; those of text t are
    `offsets[t]` to `offsets[t + 1]`.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    offsets: NDArray[np.int64]


class Lexis(NamedTuple):
    """Words by their hash: keys has 0 where a place is free; weights; 1 for stop words."""

    keys: NDArray[np.uint64]
    weights: NDArray[np.float32]
    stops: NDArray[np.uint8]


def lines_of(texts: Texts) -> Lines:
    """The lines of each text, one more than its line feeds."""
    count = len(texts.offsets) - 1
    most = int(texts.offsets[-1] - texts.offsets[0]) + count
    starts, ends = np.empty(most, np.int64), np.empty(most, np.int64)
    offsets = np.zeros(count + 1, np.int64)
    found = _lines_of(texts.data, texts.offsets, starts, ends, offsets)
    return Lines(starts[:found].copy(), ends[:found].copy(), offsets)


def lexis(weights: Mapping[str, float], stops: frozenset[str]) -> Lexis:
    """The words, in small letters, ready to be looked up."""
    words = sorted({*weights, *stops})
    size = 1 << max(4, (2 * len(words)).bit_length())
    found = Lexis(np.zeros(size, np.uint64), np.zeros(size, np.float32), np.zeros(size, np.uint8))
    for word in words:
        place = entered(np.array([ord(letter) for letter in word], np.uint32), found.keys)
        found.weights[place] = weights.get(word, 0.0)
        found.stops[place] = word in stops
    return found


def line_signals(data: Bytes, lines: Lines, words: Lexis) -> NDArray[np.float32]:
    """A row a line, a column for each of `SIGNALS`."""
    out = np.zeros((len(lines.starts), len(SIGNALS)), np.float32)
    _line_signals(data, lines.starts, lines.ends, characters(), words, out)
    return out


@cache
def characters() -> CodePointTable:
    """What every character is, and its small letter."""
    every = every_character()
    values = np.arange(COUNT, dtype=np.uint32)
    names = np.array([unicodedata.category(point) for point in every])
    initial = names.astype("U1")
    letters = (initial == "L") | (initial == "M")
    for at in np.flatnonzero((names == "Lu") | (names == "Lt")).tolist():
        small = chr(at).lower()
        values[at] = ord(small) if len(small) == 1 else at
        values[at] |= _UPPER
    values[letters] |= LETTER
    values[names == "Nd"] |= DIGIT
    values[(initial == "Z")] |= _BLANK
    values[names == "Sc"] |= _CURRENCY
    for group, bit in (
        ("\t\r\f\v", _BLANK),
        (_ENDS, _END),
        (_CLOSERS, _CLOSER),
        (_COMMAS, _COMMA),
        (_SEPARATORS, _SEPARATOR),
        (_MARKS, _MARK),
    ):
        for letter in group:
            values[ord(letter)] |= bit
    for first, last in ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F)):
        values[first : last + 1] |= IDEOGRAPH
    return table_of(values)


@compiled
def _lines_of(data: Bytes, texts: Offsets, starts: Offsets, ends: Offsets, offsets: Offsets) -> int:
    count = 0
    for text in range(len(texts) - 1):
        at, end = texts[text], texts[text + 1]
        while at <= end:
            stop = at
            while stop < end and data[stop] != _LINE_FEED:
                stop += 1
            first, last = at, stop
            while first < last and (data[first] == 0x20 or data[first] == 0x09):
                first += 1
            while last > first and (data[last - 1] == 0x20 or data[last - 1] == 0x09):
                last -= 1
            starts[count], ends[count] = first, last
            count += 1
            at = stop + 1
        offsets[text + 1] = count
    return count


@compiled
def stirred(hashed: np.uint64) -> np.uint64:
    """The hash of a word as keys have it: never 0."""
    hashed = (hashed ^ (hashed >> _HALF)) * _MIX
    hashed ^= hashed >> _HALF
    return hashed | np.uint64(1)


@compiled
def entered(points: NDArray[np.uint32], keys: NDArray[np.uint64]) -> int:
    """Where among the keys the word now is."""
    hashed = START
    for point in points:
        hashed = (hashed ^ np.uint64(point)) * PRIME
    place = place_of(stirred(hashed), keys)
    keys[place] = stirred(hashed)
    return place


@compiled
def place_of(hashed: np.uint64, keys: NDArray[np.uint64]) -> int:
    """Where the hash is, or the first free place for it."""
    mask = np.uint64(len(keys) - 1)
    place = (hashed >> _HALF) & mask
    while keys[place] != _ZERO and keys[place] != hashed:
        place = (place + np.uint64(1)) & mask
    return int(place)


@compiled
def _line_signals(
    data: Bytes,
    starts: Offsets,
    ends: Offsets,
    table: CodePointTable,
    words: Lexis,
    out: NDArray[np.float32],
) -> None:
    for n in range(len(starts)):
        _one_line(data, starts[n], ends[n], table, words, out[n])


@compiled
def _one_line(
    data: Bytes,
    start: int,
    end: int,
    table: CodePointTable,
    words: Lexis,
    row: NDArray[np.float32],
) -> None:
    chars = letters = uppers = digits = commas = sentences = separators = 0
    count = stops = capitals = weighed = 0
    currency = address = copyright_sign = question = 0
    total = least = most = 0.0
    final = before = np.uint32(0)  # the last character that closes nothing; the one before
    final_point = 0
    first = np.uint32(0)
    hashed, in_word = START, False
    at = start
    while at <= end:
        if at < end:
            point, size = code_point(data, at)
            kind = value_of(table, point)
        else:
            point, size, kind = 0x20, 1, _BLANK
        inside = (kind & (LETTER | DIGIT)) != 0 and (kind & IDEOGRAPH) == 0
        if in_word and not inside:
            place = place_of(stirred(hashed), words.keys)
            if words.keys[place] != _ZERO:
                stops += words.stops[place]
                weight = words.weights[place]
                weighed += 1
                total += weight
                least, most = min(least, weight), max(most, weight)
            in_word = False
        if inside:
            if not in_word:
                count += 1
                capitals += (kind & _UPPER) != 0
                hashed, in_word = START, True
            hashed = (hashed ^ np.uint64(kind & POINT)) * PRIME
        if (before & _END) and (kind & _BLANK):
            sentences += 1
        before = kind
        if at == end:
            break
        if at == start:
            first = kind
        chars += 1
        letters += (kind & LETTER) != 0
        uppers += (kind & _UPPER) != 0
        digits += (kind & DIGIT) != 0
        commas += (kind & _COMMA) != 0
        separators += (kind & _SEPARATOR) != 0
        count += (kind & IDEOGRAPH) != 0
        currency |= (kind & _CURRENCY) != 0
        address |= point == _AT
        copyright_sign |= point == _COPYRIGHT
        question |= point == _QUESTION
        if point == 0x3A and at + 2 < end and data[at + 1] == 0x2F and data[at + 2] == 0x2F:
            address = 1
        if not kind & (_CLOSER | _BLANK):
            final, final_point = kind, point
        at += size
    if count > MOST_WORDS:
        total = least = most = 0.0
        weighed = 0
    row[0], row[1], row[2] = chars, count, chars / max(1, count)
    row[3] = (final & _END) != 0
    row[4] = final_point == _COLONS[0] or final_point == _COLONS[1]
    row[5], row[6] = commas, sentences
    row[7], row[8] = stops / max(1, count), stops
    row[9], row[10] = uppers / max(1, letters), capitals / max(1, count)
    row[11], row[12], row[13] = digits / max(1, chars), separators, currency
    row[14], row[15] = (first & DIGIT) != 0, (first & LETTER) != 0 and (first & _UPPER) == 0
    row[16], row[17], row[18] = address, copyright_sign, question
    row[19], row[20] = (first & _MARK) != 0, letters / max(1, chars)
    row[21], row[22] = total, total / max(1, weighed)
    row[23], row[24], row[25] = least, most, chars == 0
