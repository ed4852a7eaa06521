"""MinHash signatures: datasketch's, so that any datasketch user can extend the index.

What belongs here: the only door to datasketch. What does not: what is in a signature (shingles).
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pyarrow as pa
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from pipeline.dedup.folding import alike_folding
from pipeline.dedup.settings import GIVEN, DedupSettings
from pipeline.dedup.shingles import shingling
from pipeline.kernels import minhash
from pipeline.kernels.shingling import hash_shingle
from pipeline.kernels.texts import texts_of

# What signatures and text hashes are made of. Raise it when folding, shingles or hashes change:
# those of other dumps are made anew then, since they cannot be compared.
FORMAT = 5
_SEED = 1
_SCHEME = "affine32"

Signature = NDArray[np.uint32]


def signatures(texts: pa.Array, settings: DedupSettings) -> pa.ListArray:
    """The minima of each text as a list of uint32; null for a text shorter than one shingle."""
    return as_lists(signed(texts, settings)[0])


def signed(
    texts: pa.Array, settings: DedupSettings
) -> tuple[pa.LargeBinaryArray, pa.LargeBinaryArray]:
    """(minima, shingles) of each text, as the bytes of uint32. A text shorter than one shingle has
    none of these, and null for minima.

    Shingles are told apart by 32 bits of their hashes. Of two texts that differ in 70 shingles each
    two are taken for each other once in a million times.
    """
    values, shingles, ends = minhash.signatures(
        texts_of(texts), alike_folding(), shingling(settings), _permutations(minima(settings))
    )
    some = np.diff(ends) > 0
    size = values.shape[1]
    of_minima = np.append(0, np.cumsum(some * size))
    values = values if some.all() else values[some]
    return packed(values.reshape(-1), of_minima, some), packed(shingles, ends)


def as_lists(minima_: pa.LargeBinaryArray) -> pa.ListArray:
    """Packed signatures as lists of uint32, a null where there is none."""
    values, ends = unpacked(minima_)
    offsets = pa.array(ends.astype(np.int32), mask=None)
    return pa.ListArray.from_arrays(offsets, values, mask=minima_.is_null())


def signed_sets(
    shingles: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    settings: DedupSettings,
) -> NDArray[np.uint32]:
    """The signatures of sets of shingles, `shingles[starts[n] : ends[n]]`: one row each."""
    out = np.empty((len(ends), minima(settings)), np.uint32)
    minhash.signatures_of_sets(shingles, starts, ends, _permutations(minima(settings)), out)
    return out


def packed(
    values: NDArray[np.uint32], ends: NDArray[np.int64], some: NDArray[np.bool_] | None = None
) -> pa.LargeBinaryArray:
    """Sets of numbers as bytes, set n from `ends[n]` to `ends[n + 1]`; null where there are not
    `some`.
    """
    offsets = (ends * values.itemsize).astype(np.int64)
    valid = None if some is None else pa.array(some).buffers()[1]
    buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(values)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(ends) - 1, buffers)


def spread(sets: pa.LargeBinaryArray, places: NDArray[np.bool_]) -> pa.LargeBinaryArray:
    """The sets, in order, where `places` holds; elsewhere none, null where sets may be null."""
    values, ends = unpacked(sets)
    sizes = np.zeros(len(places), np.int64)
    sizes[places] = np.diff(ends)
    some = None
    if sets.buffers()[0] is not None:
        some = places.copy()
        some[places] = sets.is_valid()
    return packed(values, np.append(0, np.cumsum(sizes)), some)


def unpacked(sets: pa.LargeBinaryArray) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(shingles, where each set's end), read only. A null is an empty set."""
    texts = texts_of(sets)
    start, end = int(texts.offsets[0]), int(texts.offsets[-1])
    return texts.data[start:end].view(np.uint32), (texts.offsets - start) // 4


def banding(settings: DedupSettings) -> tuple[int, int]:
    """(bands, rows in each) by the recipe.

    Chosen by threshold they are datasketch's: those for which the areas of false positives and
    false negatives, the integrals of the curve 1 - (1 - s**rows)**bands below the threshold and of
    what it lacks to 1 above, are least together.
    """
    if settings.banding == GIVEN:
        return settings.bands, settings.rows
    return _by_threshold(settings.threshold, settings.permutations)


def minima(settings: DedupSettings) -> int:
    """How many minima a signature has."""
    bands, rows = banding(settings)
    return bands * rows


@cache
def _by_threshold(threshold: float, permutations: int) -> tuple[int, int]:
    chosen = MinHashLSH(threshold=threshold, num_perm=permutations)
    return chosen.b, chosen.r


def signatures_of_shingles(shingles: pa.ListArray, settings: DedupSettings) -> pa.Array:
    """The same of shingles that were made elsewhere: lists of binary or string, one a text."""
    flat = shingles.flatten()
    values = flat if pa.types.is_string(flat.type) else flat.view(pa.string())
    ends = np.append(0, np.cumsum(shingles.value_lengths().fill_null(0).to_numpy()))
    signed = minhash.signatures_of_shingles(
        texts_of(values), ends.astype(np.int64), _permutations(minima(settings))
    )
    return _as_lists(signed, np.diff(ends) > 0)


def sketch(shingles: Iterable[bytes], permutations: int) -> MinHash:
    """The same signature made by datasketch itself, from shingles as UTF-8 of the folded text.

    This is how others extend the index: words of the folded text, one blank between them.
    """
    made = MinHash(permutations, seed=_SEED, scheme=_SCHEME, hashfunc=hash32)
    made.update_batch(shingles)
    return made


def hash32(shingle: bytes) -> int:
    """The `hashfunc` for datasketch: the lower 32 bits of the shingle's hash, 1 for 0."""
    return max(1, hash_shingle(shingle) & 0xFFFFFFFF)


def estimate(a: Signature, b: Signature) -> float:
    """The estimated Jaccard similarity: the share of equal minima."""
    return float(np.mean(a == b))


def _as_lists(signed: NDArray[np.uint32], some: NDArray[np.bool_]) -> pa.Array:
    """A list a row, null where there are no shingles."""
    offsets = np.append(np.int32(0), np.cumsum(some * signed.shape[1], dtype=np.int32))
    values = signed[some] if not some.all() else signed
    return pa.ListArray.from_arrays(offsets, values.reshape(-1), mask=pa.array(~some))


@cache
def _permutations(count: int) -> minhash.Permutations:
    a, b = MinHash(count, seed=_SEED, scheme=_SCHEME).permutations
    return minhash.Permutations(np.ascontiguousarray(a), np.ascontiguousarray(b))
