"""Which planted pairs are how much alike: the exact Jaccard similarity of their word 5-gram sets.

What belongs here: pairs of a plan and sets of numbers. What does not: texts, and who found what
(judge, which computes the same from strings).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.neardup.planted import (
    ALIKE,
    CHAIN,
    EDITED,
    EQUAL,
    LINKS,
    TRANSLATED,
    UNLIKE,
    Kind,
    Numbers,
    Plan,
)

PAIRS = pa.schema(
    [
        ("a_id", pa.string()),
        ("b_id", pa.string()),
        ("kind", pa.string()),
        ("jaccard", pa.float64()),
    ]
)
_PAIRS = 10_000
_OF_A_TEMPLATE = 2_000  # pairs; all of them would be a thousand million
_SHINGLE = 5
_BITS = np.uint64(18)  # a word of the vocabulary of all languages
_RANK = np.uint64(36)


def truth(plan: Plan) -> Iterator[pa.Table]:
    """The planted pairs with their similarity, some thousands at a time: a copy and its original,
    a link of a chain and the next two, two members of a template, a text and its translation.
    """
    for kind in plan.kinds:
        for a, b in _pairs(kind):
            for start in range(0, len(a), _PAIRS):
                one, other = (plan.numbers(side[start : start + _PAIRS]) for side in (a, b))
                columns = {
                    "a_id": plan.ids(one),
                    "b_id": plan.ids(other),
                    "kind": pa.repeat(kind.name, len(one)),
                    "jaccard": jaccards(plan, one, other),
                }
                yield pa.table(columns, PAIRS)


def _pairs(kind: Kind) -> Iterator[tuple[Numbers, Numbers]]:
    """Places of both sides."""
    firsts = kind.first + np.arange(kind.groups) * kind.size
    if kind.name in (ALIKE, UNLIKE) and kind.groups:
        places = kind.first + np.arange(min(kind.size, _OF_A_TEMPLATE + 1))
        yield places[:-1], places[1:]
    elif kind.name in (EDITED, EQUAL):
        yield firsts, firsts + 1
    elif kind.name == CHAIN:
        for apart in (1, 2):
            for link in range(LINKS - apart):
                yield firsts + link, firsts + link + apart
    elif kind.name == TRANSLATED:
        for member in range(1, kind.size):
            yield firsts, firsts + member


def jaccards(plan: Plan, a: Numbers, b: Numbers) -> NDArray[np.float64]:
    """The similarity of each document of `a` with that of `b`; of texts without blanks by words
    too, which no reader of theirs could tell.
    """
    words = plan.words_of(np.concatenate([a, b]))
    lengths = np.diff(words.offsets)
    documents = np.repeat(np.arange(len(lengths)), lengths)
    end = np.flatnonzero(documents[_SHINGLE - 1 :] == documents[: 1 - _SHINGLE]) + _SHINGLE - 1
    flat = words.flat.astype(np.uint64)
    # Five words do not fit 64 bits: three get a number of their own first.
    first, second, third, fourth, fifth = (flat[end - back] for back in range(4, -1, -1))
    _, ranks = np.unique(first << _RANK | second << _BITS | third, return_inverse=True)
    _, shingles = np.unique(
        ranks.astype(np.uint64) << _RANK | fourth << _BITS | fifth, return_inverse=True
    )
    pair, side = documents[end] % len(a), documents[end] >= len(a)
    keys = pair.astype(np.uint64) << _RANK | shingles.astype(np.uint64)
    one, other = np.unique(keys[~side]), np.unique(keys[side])
    common = np.intersect1d(one, other, assume_unique=True)
    sizes = (
        np.bincount((each >> _RANK).astype(np.int64), minlength=len(a))
        for each in (one, other, common)
    )
    ones, others, both = sizes
    return np.asarray(both / np.maximum(1, ones + others - both))
