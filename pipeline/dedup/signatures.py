"""MinHash signatures: datasketch's, so that any datasketch user can extend the index."""

from functools import cache

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from pipeline.dedup.shingles import Hashes

_SEED = 1
_SCHEME = "affine32"

Signature = NDArray[np.uint32]


def sign(shingles: Hashes, permutations: int) -> Signature | None:
    """The signature of a shingle set, one minimum a permutation; None for an empty set.

    Equal to `datasketch.MinHash(permutations, seed=1, scheme="affine32")` updated with the low 32
    bits of each shingle's hash.
    """
    if not len(shingles):
        return None
    sketch = _empty(permutations).copy()
    sketch.update_batch((shingles & np.uint64(0xFFFFFFFF)).tolist())
    signature: Signature = sketch.hashvalues.astype(np.uint32)
    return signature


def estimate(a: Signature, b: Signature) -> float:
    """The estimated Jaccard similarity: the share of equal minima."""
    return float(np.mean(a == b))


@cache
def _empty(permutations: int) -> MinHash:
    return MinHash(permutations, seed=_SEED, scheme=_SCHEME, hashfunc=_identity)


def _identity(value: int) -> int:
    return value
