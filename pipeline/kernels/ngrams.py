"""How well texts fit each language: langdetect's sum, over all n-grams instead of a sample.

What belongs here: taking texts apart into n-grams as langdetect does, and summing their weights.
What does not: where the weights come from, what the sums mean.

Weights are whole numbers, so that a sum does not depend on the order in which it is made. That
allows a cache of words: the n-grams of a word are the same wherever it stands, and words repeat. A
word is known in the cache by 64 bits of hash alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.codepoints import CodePointTable, value_of
from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE, Bytes, Texts, code_point
from pipeline.kernels.webwords import WebTables, without_web_words

LANES = 56  # a weight for each of at most 55 languages, and last the number of n-grams
COUNT_LANE = LANES - 1
BLANK = 1  # the symbol of all that separates words; 0 is no symbol
SYMBOL_BITS, START_BITS, SIZE_BITS = 12, 20, 6
WHOLE_ROW = (1 << SIZE_BITS) - 1
LETTER = 1 << 15  # beside a symbol: the character is a letter
UPPER = 1 << 14  # beside a symbol: it is upper case
PARAGRAPH, LONG_PARAGRAPH = 200, 1000
MIX, MIX_SHIFT = 0x9E3779B97F4A7C15, 40  # the search for a key starts at key * MIX >> MIX_SHIFT

_SYMBOL = (1 << SYMBOL_BITS) - 1
_START = (1 << START_BITS) - 1
_CASED = _SYMBOL | UPPER
_LONGEST_WORD = 30  # longer ones, as where no blanks are written, are summed without the cache
_CACHE_BITS = 15  # for 32,768 words; 7 MB
_CACHE_SHIFT = np.uint64(64 - _CACHE_BITS)
_MIX, _MIX_SHIFT = np.uint64(MIX), np.uint64(MIX_SHIFT)


class NgramTables(NamedTuple):
    """symbols: for each code point its symbol, with LETTER and UPPER. ascii: the same for 128.

    ngrams: a hash table with open addressing. An entry is 0, or the three symbols (the first ones
    0 in shorter n-grams), the start of its weights and their number, in SYMBOL_BITS each,
    START_BITS and SIZE_BITS. languages, weights: the weights of n-grams, one after the other. rows:
    for an n-gram of many languages, whose number of weights is given as WHOLE_ROW, a weight for
    each lane; its start is the number of the row.
    scripts: for each symbol the number of the script that gives its language away, or -1; symbols
    below `first_script` have none.
    """

    symbols: CodePointTable
    ascii: NDArray[np.uint16]
    ngrams: NDArray[np.int64]
    languages: NDArray[np.uint8]
    weights: NDArray[np.int32]
    rows: NDArray[np.int32]
    scripts: NDArray[np.int8]
    first_script: int
    language_count: int


class Found(NamedTuple):
    """What is found in each text, all zero at first.

    sums: weights by language, [texts, LANES]. scripts: symbols by script, [texts, scripts].
    symbols: all of them, blanks aside, [texts]. letters: whether any is a letter, [texts].
    shares: symbols in paragraphs by the language or (behind the languages) script that fits each
    best, and last those without any, [texts, languages + scripts + 1]. paragraphs: [texts].
    """

    sums: NDArray[np.int64]
    scripts: NDArray[np.int64]
    symbols: NDArray[np.int64]
    letters: NDArray[np.bool_]
    shares: NDArray[np.int64]
    paragraphs: NDArray[np.int64]


@compiled
def _add_word(
    word: NDArray[np.int32],
    size: int,
    tables: NgramTables,
    sums: NDArray[np.int32],
    to: int,
    few: NDArray[np.int32],
) -> None:
    """Add to `sums[to]` the n-grams that end in `word[2:size]`, after two symbols, 0 for none.

    After a capital another is not counted: so langdetect passes over words in capitals. Weights of
    n-grams that few languages have are added up apart, in `few`, which is all zero before and
    after: a processor waits when it reads as a vector what was just written lane by lane.
    """
    ngrams, languages, weights, rows = tables.ngrams, tables.languages, tables.weights, tables.rows
    mask = np.uint64(len(ngrams) - 1)
    for n in range(2, size):
        if word[n] & UPPER and word[n - 1] & UPPER:
            continue
        key = 0
        for back in range(3):
            symbol = int(word[np.uint64(n - back)] & _SYMBOL)
            if symbol == 0:
                break
            key |= symbol << (back * SYMBOL_BITS)
            at = (np.uint64(key) * _MIX >> _MIX_SHIFT) & mask
            while ngrams[at] and ngrams[at] >> (START_BITS + SIZE_BITS) != key:
                at = (at + ONE) & mask
            entry = ngrams[at]
            if entry == 0:
                continue
            start, count = (entry >> SIZE_BITS) & _START, entry & WHOLE_ROW
            if count == WHOLE_ROW:
                for lane in range(LANES):
                    sums[to, lane] += rows[np.uint64(start), lane]
                continue
            for k in range(start, start + count):
                few[languages[k]] += weights[k]
            few[COUNT_LANE] += 1
    for lane in range(LANES):
        sums[to, lane] += few[lane]
        few[lane] = 0


@compiled
def _look_over(text: Bytes, end: int) -> tuple[int, int, bool]:
    """(characters from A to z, characters from U+0300 on, whether there may be web words) in
    `text[:end]`, which a byte must follow.

    langdetect means to leave Latin Extended Additional out of the second, but compares a number
    with a name, so it counts; so do we.
    """
    latin, high, web = 0, 0, 0
    for n in range(end):
        byte, after = text[n], text[n + 1]
        latin += (byte >= 0x41) & (byte <= 0x7A)
        high += byte >= 0xCC
        web += (byte == 0x40) | (byte == 0xCC) | ((byte == 0x3A) & (after == 0x2F))
    return latin, high, web > 0


@compiled
def _end_paragraph(
    n: int,
    size: int,
    before: int,
    sums: NDArray[np.int32],
    scripts: NDArray[np.int64],
    tables: NgramTables,
    found: Found,
) -> int:
    """Enter a paragraph of so many symbols in what is found; the language that it counts for.

    A short rest at the end counts as the paragraph before it does, if there is one.
    """
    languages = tables.language_count
    best = -1 if sums[0, COUNT_LANE] == 0 else 0
    for lane in range(languages):
        if best >= 0 and sums[0, lane] > sums[0, best]:
            best = lane
    for lane in range(LANES):
        found.sums[n, lane] += sums[0, lane]
        sums[0, lane] = 0
    for script in range(len(scripts)):
        if 2 * scripts[script] > size:
            best = languages + script
        found.scripts[n, script] += scripts[script]
        scripts[script] = 0
    if found.paragraphs[n] and size < PARAGRAPH:
        best = before
    else:
        found.paragraphs[n] += 1
    found.shares[n, best] += size  # -1 is the last column
    found.symbols[n] += size
    return best


@compiled
def _load(texts: Texts, n: int, text: Bytes, web: WebTables) -> tuple[int, bool]:
    """Copy a text, without web words, to the start of `text`; (its end, whether langdetect would
    strip it of Latin letters, as it does where most is in another script).
    """
    start = texts.offsets[n]
    end = int(texts.offsets[n + 1] - start)
    for at in range(end):
        text[at] = texts.data[start + at]
    text[end] = 0
    latin, high, has_web = _look_over(text, end)
    if has_web:
        end = without_web_words(text, end, web)
        text[end] = 0
        latin, high, _ = _look_over(text, end)
    return end, 2 * latin < high


@compiled
def sum_ngrams(texts: Texts, tables: NgramTables, web: WebTables, found: Found) -> None:
    """Fill `found`.

    A paragraph ends with the line in which it comes to PARAGRAPH symbols, or at the first blank
    after LONG_PARAGRAPH; within a longer word, every _LONGEST_WORD symbols are such a place too.

    The cached words are added up here and not in a function of their own: tried so, their lanes
    were no longer added as vectors, at a quarter of the speed.
    """
    longest = 0
    for n in range(len(texts.offsets) - 1):
        longest = max(longest, texts.offsets[n + 1] - texts.offsets[n])
    text = np.empty(longest + 8, np.uint8)
    known = np.zeros(1 << _CACHE_BITS, np.uint64)  # the hashes of cached words, 0 for none
    cached = np.empty((1 << _CACHE_BITS, LANES), np.int32)
    sums = np.zeros((1, LANES), np.int32)  # of the paragraph
    few = np.zeros(LANES, np.int32)
    scripts = np.zeros(found.scripts.shape[1], np.int64)
    word = np.zeros(_LONGEST_WORD + 3, np.int32)  # two symbols before it, and a blank after it
    for n in range(len(texts.offsets) - 1):
        end, strip = _load(texts, n, text, web)
        at, symbols, letters, language = 0, 0, 0, -1
        word[0], word[1], size, broken, digest = 0, BLANK, 2, False, np.uint64(0)
        while at < end:
            byte = text[np.uint64(at)]
            if byte < 0x80:
                at += 1
                if strip and byte >= 0x41 and byte <= 0x7A:
                    continue
                value = int(tables.ascii[byte])
            else:
                point, length = code_point(text, at)
                at += length
                value = int(value_of(tables.symbols, point))
            letters |= value
            value &= _CASED
            if value != BLANK:
                if size == _LONGEST_WORD + 2:
                    _add_word(word, size, tables, sums, 0, few)
                    word[0], word[1], size, broken = word[size - 2], word[size - 1], 2, True
                    if symbols >= LONG_PARAGRAPH:
                        language = _end_paragraph(
                            n, symbols, language, sums, scripts, tables, found
                        )
                        symbols = 0
                word[np.uint64(size)] = value
                size, symbols = size + 1, symbols + 1
                digest = (digest ^ np.uint64(value)) * _MIX
                if value & _SYMBOL >= tables.first_script:
                    scripts[tables.scripts[value & _SYMBOL]] += 1
                continue
            if size > 2:
                word[size] = BLANK
                if broken:
                    _add_word(word, size + 1, tables, sums, 0, few)
                else:
                    digest |= np.uint64(1)  # 0 stands for no word
                    slot = digest >> _CACHE_SHIFT
                    if known[slot] != digest:
                        known[slot] = digest
                        for lane in range(LANES):
                            cached[slot, lane] = 0
                        _add_word(word, size + 1, tables, cached, int(slot), few)
                    for lane in range(LANES):
                        sums[0, lane] += cached[slot, lane]
                word[0], word[1], size, broken, digest = 0, BLANK, 2, False, np.uint64(0)
            if symbols >= LONG_PARAGRAPH or (symbols >= PARAGRAPH and byte == 0x0A):
                language = _end_paragraph(n, symbols, language, sums, scripts, tables, found)
                symbols = 0
        if size > 2:  # langdetect sees no blank behind the last word
            _add_word(word, size, tables, sums, 0, few)
        if symbols:
            _end_paragraph(n, symbols, language, sums, scripts, tables, found)
        found.letters[n] = letters & LETTER != 0
