"""The long paragraphs of texts by their hashes.

What belongs here: where a paragraph begins and ends, how many words it has, its hash. What does
not: what is folded before hashing (dedup.folding), which documents share a paragraph (steps).

A paragraph is what stands between blank lines, and a long line is one by itself: a line of 50 words
is not wrapped (120 columns of English hold 20 words), so a text of one paragraph a line has its
paragraphs found though no line between them is blank. Shorter lines without a blank one between
them are one paragraph together.

Words are those of `counts`, an ideograph or kana one each. Thai, Lao, Khmer and Burmese put no
space between words: there every five characters on end count as one more, marks included.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.kernels.counts import counts
from pipeline.kernels.folding import Folding, fold
from pipeline.kernels.lines import Hashes, salted
from pipeline.kernels.texts import Bytes, Offsets, Texts, texts_of
from pipeline.kernels.words import exact_hashes, gather

_NOT_WRAPPED = 50
_LINE_FEED = 0x0A
_FIVE_UNSPACED = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{5}"

Places = NDArray[np.int64]


class Paragraphs(NamedTuple):
    """Paragraphs in the order in which they stand.

    texts: the text of each. firsts, lasts: its lines, numbered from 0 within the text. hashes: of
    the folded paragraph, never 0.
    """

    texts: Places
    firsts: Places
    lasts: Places
    hashes: Hashes


class _Lines(NamedTuple):
    """Lines with something on them: whose, which, from where to where in the bytes, how long."""

    texts: Places
    numbers: Places
    starts: Places
    ends: Places
    words: Places


def paragraphs_of(texts: Texts, least_words: int, folding: Folding) -> Paragraphs:
    """The paragraphs of at least so many words.

    folding: what two paragraphs may differ in and still have one hash; line feeds are blanks to it.
    """
    lines = _written(*texts)
    if not len(lines.texts):
        none = np.empty(0, np.int64)
        return Paragraphs(none, none, none, none.astype(np.uint64))
    alone = lines.words >= min(least_words, _NOT_WRAPPED)
    begins = np.ones(len(alone), np.bool_)
    begins[1:] = (np.diff(lines.texts) != 0) | (np.diff(lines.numbers) != 1) | alone[1:]
    begins[1:] |= alone[:-1]
    heads = np.flatnonzero(begins)
    tails = np.append(heads[1:], len(begins)) - 1
    enough = np.add.reduceat(lines.words, heads) >= least_words
    heads, tails = heads[enough], tails[enough]
    folded = fold(texts_of(gather(texts.data, lines.starts[heads], lines.ends[tails])), folding)
    hashes = exact_hashes(folded.data, folded.offsets[:-1], folded.offsets[1:])
    return Paragraphs(
        lines.texts[heads],
        lines.numbers[heads],
        lines.numbers[tails],
        salted(hashes, np.zeros_like(hashes)),  # FNV's own low bits are not stirred
    )


def _written(data: Bytes, offsets: Offsets) -> _Lines:
    """The lines of all texts that are not blank."""
    feeds = np.flatnonzero(data[offsets[0] : offsets[-1]] == _LINE_FEED) + offsets[0]
    starts = np.unique(np.concatenate([offsets[:-1], feeds + 1]))
    starts = starts[starts < offsets[-1]]
    ends = np.append(starts[1:], offsets[-1])[: len(starts)]
    array = pa.StringArray.from_buffers(
        len(starts),
        pa.py_buffer(np.append(starts, offsets[-1]).astype(np.int32)),
        pa.py_buffer(data),
    )
    found = counts(array)
    unspaced = pc.count_substring_regex(array, _FIVE_UNSPACED).to_numpy()
    texts = np.searchsorted(offsets, starts, "right") - 1
    numbers = np.searchsorted(feeds, starts) - np.searchsorted(feeds, offsets[texts])
    rows = np.flatnonzero(found["lines"].to_numpy())
    words = found["words"].to_numpy() + unspaced
    return _Lines(*(column[rows] for column in (texts, numbers, starts, ends, words)))
