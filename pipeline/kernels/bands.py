"""Keys of signature bands, and which keys any two documents share.

What belongs here: hashing the minima of a band, and a table of bits that says of a key whether it
may have been seen twice: too often, never too seldom. What does not: pairing documents (dedup).
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Keys = NDArray[np.uint64]
_PRIME = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd


def band_keys(signatures: NDArray[np.uint32], bands: int, rows: int) -> Keys:
    """One key a band for each signature (a row of minima); keys of different bands differ."""
    keys = np.empty((len(signatures), bands), np.uint64)
    _hash_bands(signatures, rows, keys)
    return keys


class SeenTwice:
    """Which keys were seen more than once, in a fixed amount of memory.

    A key that shares its place in the table with another counts as seen with it, so the answer may
    be yes too often; the fuller the table, the more often.
    """

    def __init__(self, places: int = 1 << 27) -> None:
        """`places`, a power of two, take two bits each: 32 MB."""
        self._once = np.zeros(places // 8, np.uint8)
        self._twice = np.zeros(places // 8, np.uint8)

    def see(self, keys: Keys) -> None:
        """Note each of the keys."""
        _note(keys.reshape(-1), self._once, self._twice)

    def which(self, keys: Keys) -> NDArray[np.bool_]:
        """For each key, in the keys' own shape, whether it may have been seen twice."""
        found = np.empty(keys.size, np.bool_)
        _look_up(keys.reshape(-1), self._twice, found)
        return found.reshape(keys.shape)


@compiled
def _hash_bands(signatures: NDArray[np.uint32], rows: int, keys: Keys) -> None:
    for text in range(keys.shape[0]):
        for band in range(keys.shape[1]):
            value = np.uint64(band + 1)
            for at in range(band * rows, band * rows + rows):
                value = (value ^ np.uint64(signatures[text, at])) * np.uint64(_PRIME)
                value ^= value >> np.uint64(29)
            keys[text, band] = value


@compiled
def _note(keys: Keys, once: NDArray[np.uint8], twice: NDArray[np.uint8]) -> None:
    mask = np.uint64(len(once) - 1)
    for key in keys:
        place, bit = (key >> np.uint64(3)) & mask, np.uint8(1 << (key & np.uint64(7)))
        twice[place] |= once[place] & bit
        once[place] |= bit


@compiled
def _look_up(keys: Keys, bits: NDArray[np.uint8], found: NDArray[np.bool_]) -> None:
    mask = np.uint64(len(bits) - 1)
    for at in range(len(keys)):
        key = keys[at]
        found[at] = bits[(key >> np.uint64(3)) & mask] >> np.uint8(key & np.uint64(7)) & 1
