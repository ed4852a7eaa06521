"""Arrow texts as the two arrays that kernels read, and UTF-8 taken apart inside kernels.

What belongs here: the bytes and offsets of a text array, a code point's bytes.
What does not: what code points mean (codepoints).
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]
ONE, _TWO, _THREE = (np.uint64(n) for n in (1, 2, 3))


class Texts(NamedTuple):
    """Text `n` is `data[offsets[n] : offsets[n + 1]]`, valid UTF-8. `offsets` need not start at 0.

    data: uint8, a view of Arrow's own buffer, read only, or what a kernel has written.
    offsets: int64, one more than texts.
    """

    data: Bytes
    offsets: Offsets


def texts_of(array: pa.Array | pa.ChunkedArray) -> Texts:
    """The bytes and offsets of an Arrow string array or a slice of one, not copied.

    A null counts as an empty text.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if array.null_count:
        array = pc.fill_null(array, "")
    wide = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    _, places, values = array.buffers()
    data = np.frombuffer(values or b"", np.uint8)
    if not len(array):
        return Texts(data, np.zeros(1, np.int64))
    offsets = np.frombuffer(places, np.int64 if wide else np.int32)
    return Texts(data, offsets[array.offset : array.offset + len(array) + 1].astype(np.int64))


@compiled
def code_point(data: Bytes, at: int) -> tuple[int, int]:
    """(code point, its length in bytes) of the character that starts at `at`.

    Places are unsigned, here and in every loop over bytes: of a signed one numba asks each time
    whether it counts from the end, which takes as long as the rest.
    """
    place = np.uint64(at)
    first = int(data[place])
    if first < 0x80:
        return first, 1
    second = int(data[place + ONE]) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second, 2
    third = int(data[place + _TWO]) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third, 3
    fourth = int(data[place + _THREE]) & 0x3F
    return (first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4
