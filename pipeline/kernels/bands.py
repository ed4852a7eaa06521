"""Keys of signature bands.

What belongs here: hashing the minima of a band. What does not: what meets by them (dedup).
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Keys = NDArray[np.uint64]
BAND_BITS = 8  # the lowest of a key: the band's number, from 1; 0 is of whole texts
MOST_BANDS = (1 << BAND_BITS) - 1
_PRIME = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd


def band_keys(signatures: NDArray[np.uint32], bands: int, rows: int) -> Keys:
    """One key a band for each signature (a row of minima); keys of different bands differ."""
    keys = np.empty((len(signatures), bands), np.uint64)
    _hash_bands(signatures, rows, keys)
    return keys


@compiled
def _hash_bands(signatures: NDArray[np.uint32], rows: int, keys: Keys) -> None:
    for text in range(keys.shape[0]):
        for band in range(keys.shape[1]):
            value = np.uint64(band + 1)
            for at in range(band * rows, band * rows + rows):
                value = (value ^ np.uint64(signatures[text, at])) * np.uint64(_PRIME)
                value ^= value >> np.uint64(29)
            value = value * np.uint64(_PRIME)  # the upper bits, by which rows are parted, as well
            keys[text, band] = value & np.uint64(~MOST_BANDS & 2**64 - 1) | np.uint64(band + 1)
