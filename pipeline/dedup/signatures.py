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
from pipeline.kernels.texts import texts_of

_SEED = 1
_SCHEME = "affine32"

Signature = NDArray[np.uint32]


def signatures(texts: pa.Array, settings: DedupSettings) -> pa.Array:
    """For each text its minima as a list of uint32; null for a text shorter than one shingle."""
    permutations = settings.bands * settings.rows
    values, some = minhash.signatures(
        texts_of(texts), alike_folding(), shingling(settings), _permutations(permutations)
    )
    offsets = np.arange(len(values) + 1, dtype=np.int32) * permutations
    return pa.ListArray.from_arrays(offsets, values.reshape(-1), mask=pa.array(~some))


def sketch(shingles: Iterable[bytes], permutations: int) -> MinHash:
    """The same signature made by datasketch itself, from shingles as UTF-8 of the folded text.

    This is how others extend the index: words of the folded text, one blank between them.
    """
    made = MinHash(permutations, seed=_SEED, scheme=_SCHEME, hashfunc=hash32)
    made.update_batch(shingles)
    return made


def hash32(shingle: bytes) -> int:
    """The `hashfunc` for datasketch: the low 32 bits of the shingle's hash."""
    return minhash.hash_shingle(shingle) & 0xFFFFFFFF


def estimate(a: Signature, b: Signature) -> float:
    """The estimated Jaccard similarity: the share of equal minima."""
    return float(np.mean(a == b))


@cache
def _permutations(count: int) -> minhash.Permutations:
    a, b = MinHash(count, seed=_SEED, scheme=_SCHEME).permutations
    return minhash.Permutations(np.ascontiguousarray(a), np.ascontiguousarray(b))
