"""MinHash signatures of shingles, by datasketch's `affine32` scheme.

What belongs here: permutations and minima. What does not: where shingles come from (shingling).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.folding import Folding
from pipeline.kernels.shingling import (
    Hashes,
    Scratch,
    Shingling,
    hash_of,
    scratch_for,
    shingles_of,
)
from pipeline.kernels.texts import Bytes, Offsets, Texts

_NONE = 0xFFFFFFFF  # datasketch's value of an empty set


class Permutations(NamedTuple):
    """h -> a * h + b modulo 2**32, one for each minimum."""

    a: NDArray[np.uint32]
    b: NDArray[np.uint32]


def signatures(
    texts: Texts, folding: Folding, shingling: Shingling, permutations: Permutations
) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """(signatures, one row a text; whether the text has a shingle at all).

    Equal to those of datasketch's `affine32` scheme, given `hash_shingle` modulo 2**32.
    """
    count = len(texts.offsets) - 1
    out = np.empty((count, len(permutations.a)), np.uint32)
    some = np.zeros(count, np.bool_)
    scratch = scratch_for(texts, folding)
    hashes = np.empty_like(scratch.hash_at_end)
    _sign_all(
        texts.data,
        texts.offsets,
        folding,
        shingling,
        permutations,
        scratch,
        hashes,
        np.empty(len(hashes), np.uint32),
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


@compiled
def _sign_all(
    data: Bytes,
    offsets: Offsets,
    folding: Folding,
    shingling: Shingling,
    permutations: Permutations,
    scratch: Scratch,
    hashes: Hashes,
    mixed: NDArray[np.uint32],
    out: NDArray[np.uint32],
    some: NDArray[np.bool_],
) -> None:
    for text in range(len(offsets) - 1):
        count = shingles_of(
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
            shingle = ends[row] + at
            mixed[at] = _low_mixed(hash_of(data, offsets[shingle], offsets[shingle + 1]))
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
