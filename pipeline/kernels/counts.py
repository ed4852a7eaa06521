"""How many code points, words, lines, and code points that no clean text has, in one pass.

What belongs here: the counting, and the kinds of code points that are told apart for it. What does
not: the columns' names and the verdicts on them.

Kinds are those of Python's own `unicodedata`; scripts, which it does not know, are RE2's.
"""

import unicodedata
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.kernels.codepoints import (
    COUNT,
    CodePointTable,
    every_character,
    table_of,
    value_of,
)
from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE, Bytes, Offsets, code_point, texts_of

NAMES = ("chars", "words", "lines", "replacement", "control", "private_use", "unassigned")

# Bits of a code point's kind. The lowest three are a number: the place of a rare kind in NAMES.
_RARE = 0b111
_IN_WORD = 3  # a letter, mark or digit
_WORD = 4  # an ideograph or kana: a word by itself, unless a word has begun before it
_SEEN = 5  # not blank: its line counts; the highest bit
_CATEGORIES = (
    "Cc Cf Cn Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs"
)
_WORD_CATEGORIES = "LMN"
_RARE_CATEGORIES = {
    "Cc": NAMES.index("control"),
    "Co": NAMES.index("private_use"),
    "Cn": NAMES.index("unassigned"),
}
_BLANK_CATEGORIES = ("Zs", "Zl", "Zp")
_BLANK_CONTROLS = "\t\n\f\r"
_NO_CONTROLS = "\t\n"
_LINE_FEED = 0x0A
_BLOCK = 0x100
_ONE_WORD_EACH = r"[\p{Han}\p{Hiragana}\p{Katakana}]"


def counts(texts: pa.Array | pa.ChunkedArray) -> dict[str, pa.Array]:
    """For each of NAMES an int64 a text. A null counts as an empty text.

    words: runs of letters, marks and digits, an ideograph or kana at their start being one by
    itself. lines: those that hold more than blanks. control: but tab and line feed.
    """
    data, offsets = texts_of(texts)
    found = _counts(data, offsets, kinds())
    return {name: pa.array(found[at]) for at, name in enumerate(NAMES)}


@cache
def kinds() -> CodePointTable:
    """The kind of every code point."""
    every = every_character()
    known = {category: _kind(category) for category in _CATEGORIES.split()}
    names = map(unicodedata.category, every)
    values = np.fromiter(map(known.__getitem__, names), np.uint8, COUNT)
    values[0xFFFD] |= NAMES.index("replacement")
    for blank in _BLANK_CONTROLS:
        values[ord(blank)] &= ~(1 << _SEEN) & 0xFF
    for kept in _NO_CONTROLS:
        values[ord(kept)] &= ~_RARE & 0xFF
    values[_of_scripts(every, _ONE_WORD_EACH)] |= 1 << _WORD
    return table_of(values)


def _kind(category: str) -> int:
    letter = category[0] in _WORD_CATEGORIES
    seen = category not in _BLANK_CATEGORIES
    return letter << _IN_WORD | seen << _SEEN | _RARE_CATEGORIES.get(category, 0)


def _of_scripts(every: str, pattern: str) -> list[int]:
    """Code points that an RE2 class holds. Whole blocks are asked first: few hold any."""
    # Surrogates, which no Arrow text can hold, fill whole blocks.
    starts = [at for at in range(0, COUNT, _BLOCK) if not 0xD800 <= at < 0xE000]
    blocks = pa.array([every[at : at + _BLOCK] for at in starts])
    held = pc.indices_nonzero(pc.match_substring_regex(blocks, pattern)).to_pylist()
    near = [point for n in held for point in range(starts[n], starts[n] + _BLOCK)]
    hits = pc.match_substring_regex(pa.array([every[point] for point in near]), pattern)
    return [near[n] for n in pc.indices_nonzero(hits).to_pylist()]


@compiled
def _counts(data: Bytes, offsets: Offsets, table: CodePointTable) -> NDArray[np.int64]:
    """One row for each of NAMES."""
    texts = len(offsets) - 1
    first = np.uint64(int(table.pages[0]) << 8)
    found = np.zeros((7, texts), np.int64)
    for n in range(texts):
        at, end = np.uint64(offsets[n]), np.uint64(offsets[n + 1])
        chars = words = lines = in_word = seen = 0
        # Sums instead of branches: where words end no processor can foretell.
        while at < end:
            point = int(data[at])
            if point < 0x80:
                at += ONE
                kind = int(table.cells[first + np.uint64(point)])
            else:
                point, size = code_point(data, int(at))
                at += np.uint64(size)
                kind = int(value_of(table, point))
            chars += 1
            if kind & _RARE:
                found[kind & _RARE, n] += 1
            letter = kind >> _IN_WORD & 1
            alone = kind >> _WORD & 1
            words += (letter | alone) & ~(letter & in_word)
            in_word = letter & (in_word | ~alone)
            seen |= kind >> _SEEN
            ends = int(point == _LINE_FEED)
            lines += seen & ends
            seen &= ~ends
        found[0, n] = chars
        found[1, n] = words
        found[2, n] = lines + seen
    return found
