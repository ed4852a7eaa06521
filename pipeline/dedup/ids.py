"""Document ids as numbers: two of 64 bits, high and low.

What belongs here: turning one into the other, for whole arrays. What does not: making ids (ingest).

The high number names a document wherever one number must do. Of n documents n**2 / 2**65 pairs are
expected to share it: of 10 billion two or three. Where both are candidates and new, or of one dump,
neither is dropped (likeness); else the new one, or that of the earlier dump, is seen alone
(meeting).
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.texts import texts_of

Numbers = NDArray[np.uint64]
_DIGITS = 32
_VALUES = np.zeros(256, np.uint8)
_VALUES[[*b"0123456789abcdef"]] = np.arange(16)
_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), np.uint16)


def numbers_of(ids: pa.Array | pa.ChunkedArray) -> tuple[Numbers, Numbers]:
    """(high, low) of ids of 32 hex digits each; none is null."""
    texts = texts_of(ids)
    digits = texts.data[texts.offsets[0] : texts.offsets[-1]]
    halves = _VALUES[digits].reshape(-1, 2)
    whole = (halves[:, 0] << np.uint8(4) | halves[:, 1]).reshape(-1, _DIGITS // 2)
    numbers = np.ascontiguousarray(whole).view(">u8").astype(np.uint64).reshape(-1, 2)
    return np.ascontiguousarray(numbers[:, 0]), np.ascontiguousarray(numbers[:, 1])


def ids_of(high: Numbers, low: Numbers) -> pa.Array:
    """The ids of these numbers, as strings."""
    whole = np.stack([high, low], axis=1).astype(">u8").view(np.uint8)
    digits = np.ascontiguousarray(_HEX[whole])
    offsets = np.arange(len(high) + 1, dtype=np.int32) * _DIGITS
    return pa.StringArray.from_buffers(len(high), pa.py_buffer(offsets), pa.py_buffer(digits))
