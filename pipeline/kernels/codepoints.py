"""A small value for each Unicode code point, as a table that stays in the processor's cache.

What belongs here: building such tables and looking values up. What does not: what values mean.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

COUNT = 0x110000
_PAGE = 256
_BITS, _LOW = np.uint64(8), np.uint64(0xFF)


class CodePointTable(NamedTuple):
    """`cells[pages[c >> 8] << 8 | (c & 255)]` is the value of code point c; equal pages are one."""

    pages: NDArray[np.uint16]
    cells: NDArray[Any]


def every_character() -> str:
    """All code points in order, surrogates too, made at once: 4 MB in some milliseconds."""
    return np.arange(COUNT, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")


def table_of(values: NDArray[Any]) -> CodePointTable:
    """The table of a value for each of the 0x110000 code points, of `values`' own type."""
    if values.shape != (COUNT,):
        raise ValueError(f"a value for each of {COUNT} code points is wanted, not {values.shape}")
    rows = values.reshape(-1, _PAGE)
    _, first, page = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return CodePointTable(page.reshape(-1).astype(np.uint16), rows[first].reshape(-1).copy())


@compiled
def value_of(table: CodePointTable, point: int) -> Any:
    """The value of a code point."""
    page = np.uint64(table.pages[np.uint64(point) >> _BITS])
    return table.cells[page << _BITS | (np.uint64(point) & _LOW)]
