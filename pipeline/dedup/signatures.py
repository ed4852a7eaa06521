"""MinHash signatures: datasketch's, so that any datasketch user can extend the index.

What belongs here: the only door to datasketch. What does not: what is in a signature (shingles).
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pyarrow as pa
from datasketch import MinHash
from numpy.typing import NDArray

from pipeline.dedup.folding import alike_folding
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import shingling
from pipeline.kernels import minhash
from pipeline.kernels.shingling import hash_shingle
from pipeline.kernels.texts import texts_of

# What signatures and text hashes are made of. Raise it when folding, shingles or hashes change:
# those of other dumps are made anew then, since they cannot be compared.
FORMAT = 2
_SEED = 1
_SCHEME = "affine32"

Signature = NDArray[np.uint32]


def signatures(texts: pa.Array, settings: DedupSettings) -> pa.Array:
    """For each text its minima as a list of uint32; null for a text shorter than one shingle."""
    permutations = settings.bands * settings.rows
    values, some = minhash.signatures(
        texts_of(texts), alike_folding(), shingling(settings), _permutations(permutations)
    )
    return _as_lists(values, some)


def signatures_of_shingles(shingles: pa.ListArray, settings: DedupSettings) -> pa.Array:
    """The same of shingles that were made elsewhere: lists of binary or string, one a text."""
    flat = shingles.flatten()
    values = flat if pa.types.is_string(flat.type) else flat.view(pa.string())
    ends = np.append(0, np.cumsum(shingles.value_lengths().fill_null(0).to_numpy()))
    permutations = settings.bands * settings.rows
    signed = minhash.signatures_of_shingles(
        texts_of(values), ends.astype(np.int64), _permutations(permutations)
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
    """The `hashfunc` for datasketch: the low 32 bits of the shingle's hash."""
    return hash_shingle(shingle) & 0xFFFFFFFF


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
