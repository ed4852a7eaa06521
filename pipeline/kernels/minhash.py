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
from pipeline.kernels.texts import ONE, Bytes, Offsets, Texts

_NONE = 0xFFFFFFFF  # datasketch's value of an empty set
_ALL = np.uint32(_NONE)


class Permutations(NamedTuple):
    """h -> a * h + b modulo 2**32, one for each minimum."""

    a: NDArray[np.uint32]
    b: NDArray[np.uint32]


def signatures(
    texts: Texts, folding: Folding, shingling: Shingling, permutations: Permutations
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], Offsets]:
    """(signatures, one row a text; the texts' shingles and where each text's end).

    Signatures equal those of datasketch's `affine32` scheme, given the lower half of
    `hash_shingle`, of which 0 counts as 1. Those are the shingles, each once, in order: text n has
    those from `ends[n]` to `ends[n + 1]`.
    """
    out = np.empty((len(texts.offsets) - 1, len(permutations.a)), np.uint32)
    shingles, ends = shingle_sets(texts, folding, shingling)
    signatures_of_sets(shingles, ends[:-1], ends[1:], permutations, out)
    return out, shingles, ends


def shingle_sets(
    texts: Texts, folding: Folding, shingling: Shingling
) -> tuple[NDArray[np.uint32], Offsets]:
    """(the texts' shingles, where each text's end), as `signatures` gives them."""
    scratch = scratch_for(texts, folding)
    hashes = np.empty_like(scratch.words)
    return _all_sets(
        texts.data,
        texts.offsets,
        folding,
        shingling,
        scratch,
        hashes,
        np.empty(table_room(len(hashes)), np.uint32),
        np.empty(max(1024, int(texts.offsets[-1] - texts.offsets[0]) // 4), np.uint32),
    )


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
def _all_sets(
    data: Bytes,
    offsets: Offsets,
    folding: Folding,
    shingling: Shingling,
    scratch: Scratch,
    hashes: Hashes,
    table: NDArray[np.uint32],
    kept: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], Offsets]:
    count = len(offsets) - 1
    ends = np.zeros(count + 1, np.int64)
    for text in range(count):
        found = shingles_of(
            data, offsets[text], offsets[text + 1], folding, shingling, scratch, hashes
        )
        if ends[text] + found > len(kept):
            larger = np.empty(2 * (ends[text] + found), np.uint32)
            larger[: ends[text]] = kept[: ends[text]]
            kept = larger
        ends[text + 1] = ends[text] + _distinct(hashes, found, table, kept[ends[text] :])
    return kept[: ends[count]], ends


@compiled
def _distinct(
    hashes: Hashes, count: int, table: NDArray[np.uint32], kept: NDArray[np.uint32]
) -> int:
    """Write the distinct lower halves of hashes to `kept`, in order; their number.

    By open addressing in the first part of `table`, where 0 is a free place.
    """
    room = table_room(count)
    table[:room] = 0
    mask, made = np.uint64(room - 1), np.uint64(0)
    for at in range(np.uint64(count)):
        value = lower_half(hashes[at])
        place = np.uint64(value) & mask
        while table[place] != 0 and table[place] != value:
            place = (place + ONE) & mask
        kept[made] = value
        made += np.uint64(table[place] == 0)
        table[place] = value
    return int(made)


@compiled
def lower_half(hashed: np.uint64) -> np.uint32:
    """The lower 32 bits of a hash, 1 for 0: so 0 says that there is none."""
    value = np.uint32(hashed & np.uint64(_NONE))
    return np.uint32(value + np.uint32(value == 0))


@compiled
def table_room(size: int) -> int:
    """Of a table that holds so many values: a power of 2, most of it free."""
    room = 4
    while room < 4 * size:
        room *= 2
    return room


@compiled
def signatures_of_sets(
    shingles: NDArray[np.uint32],
    starts: Offsets,
    ends: Offsets,
    permutations: Permutations,
    out: NDArray[np.uint32],
) -> None:
    """Sign sets of the lower halves of hashes: one row of `out` each. Set n is
    `shingles[starts[n] : ends[n]]`.
    """
    mixed = np.empty((ends - starts).max() if len(ends) else 0, np.uint32)
    for text in range(len(ends)):
        count = ends[text] - starts[text]
        for at in range(count):
            mixed[at] = _mixed(shingles[starts[text] + at])
        _minima(mixed, count, permutations, out[text])


@compiled
def equal_minima(
    signed: NDArray[np.uint32], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """How many minima are equal in the rows `first[n]` and `second[n]`, for each n."""
    equal = np.zeros(len(first), np.int64)
    for pair in range(len(first)):
        one, other = signed[first[pair]], signed[second[pair]]
        for at in range(len(one)):
            equal[pair] += one[at] == other[at]
    return equal


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
            mixed[at] = _mixed(lower_half(hash_of(data, offsets[shingle], offsets[shingle + 1])))
        _minima(mixed, count, permutations, out[row])


@compiled
def _minima(
    mixed: NDArray[np.uint32], count: int, permutations: Permutations, out: NDArray[np.uint32]
) -> None:
    """The least of a * h + b modulo 2**32 of each permutation, of four at a time."""
    a, b = permutations
    whole = len(a) // 4 * 4
    for number in range(0, whole, 4):
        least, second, third, fourth = _ALL, _ALL, _ALL, _ALL
        for at in range(count):
            h = mixed[at]
            least = min(least, np.uint32(h * a[number] + b[number]))
            second = min(second, np.uint32(h * a[number + 1] + b[number + 1]))
            third = min(third, np.uint32(h * a[number + 2] + b[number + 2]))
            fourth = min(fourth, np.uint32(h * a[number + 3] + b[number + 3]))
        out[number], out[number + 1] = least, second
        out[number + 2], out[number + 3] = third, fourth
    for number in range(whole, len(a)):
        least = _ALL
        for at in range(count):
            least = min(least, np.uint32(mixed[at] * a[number] + b[number]))
        out[number] = least


@compiled
def _mixed(value: np.uint32) -> np.uint32:
    """MurmurHash3's finaliser (Appleby), which datasketch applies first."""
    value = np.uint32(value ^ value >> np.uint32(16))
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value = np.uint32(value ^ value >> np.uint32(13))
    value = np.uint32(value * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ value >> np.uint32(16))
