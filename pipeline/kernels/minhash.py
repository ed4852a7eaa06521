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
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], Offsets]:
    """(signatures, one row a text; the texts' shingles and where each text's end).

    Signatures equal those of datasketch's `affine32` scheme, given `hash_shingle` modulo 2**32.
    Shingles are the distinct hashes of a text, in order, of which the lower 32 bits are kept: text
    n has those from `ends[n]` to `ends[n + 1]`.
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
    hashes = np.empty_like(scratch.hash_at_end)
    room = 2
    while room < 2 * len(hashes):
        room *= 2
    return _all_sets(
        texts.data,
        texts.offsets,
        folding,
        shingling,
        scratch,
        hashes,
        np.zeros(room, np.uint64),
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
    table: Hashes,
) -> tuple[NDArray[np.uint32], Offsets]:
    count = len(offsets) - 1
    ends = np.zeros(count + 1, np.int64)
    kept = np.empty(max(1024, int(offsets[count] - offsets[0]) // 4), np.uint32)
    for text in range(count):
        found = shingles_of(
            data, offsets[text], offsets[text + 1], folding, shingling, scratch, hashes
        )
        if ends[text] + found > len(kept):
            larger = np.empty(2 * (ends[text] + found), np.uint32)
            larger[: ends[text]] = kept[: ends[text]]
            kept = larger
        ends[text + 1] = ends[text] + _distinct(hashes, found, table, kept[ends[text] :])
    return kept[: ends[count]].copy(), ends


@compiled
def _distinct(hashes: Hashes, count: int, table: Hashes, kept: NDArray[np.uint32]) -> int:
    """Write the lower halves of distinct hashes to `kept`, in order; their number.

    By open addressing in the first part of `table`, where 0 is a free place.
    """
    room = 2
    while room < 2 * count:
        room *= 2
    table[:room] = 0
    mask, zero, made = np.uint64(room - 1), False, 0
    for at in range(count):
        value = hashes[at]
        if value == 0:
            new, zero = not zero, True
        else:
            place = (value >> np.uint64(32)) & mask
            while table[place] != 0 and table[place] != value:
                place = (place + np.uint64(1)) & mask
            new = table[place] == 0
            table[place] = value
        if new:
            kept[made] = np.uint32(value & np.uint64(_NONE))
            made += 1
    return made


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
            mixed[at] = _low_mixed(np.uint64(shingles[starts[text] + at]))
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
