"""Where the rows of a table in text form end, and how many fields they have.

What belongs here: line ends outside quotes (RFC 4180 and its dialects) over bytes that come piece
by piece. What does not: what a field says (sources.dialect), what becomes of damage
(sources.rowstream).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE, Bytes

MORE, FULL, WRONG = 0, 1, 2
"""The bytes end within a row; there may be more rows; something follows a closing quote."""

ROW, UNQUOTED, QUOTED = 0, 1, 2
"""Where reading begins: at a row, within a field without quotes, within one that has them."""

NONE = 0
"""In place of a quote or an escape: there is none."""

_AT_ONCE = 8192
_BLANK, _RETURN = np.uint8(0x20), np.uint8(0x0D)


class Marks(NamedTuple):
    """The bytes that part fields and rows. escape: before a quote that ends no field; a doubled
    quote ends none in any case.
    """

    delimiter: int
    quote: int
    escape: int
    feed: int


class Rows(NamedTuple):
    """Rows that are whole. ends: after the line feed of each. fields: of each; 0 for a blank row.

    result: why there are no more of them. place: where to go on, for `MORE` within the last row;
    the byte that is wrong, for `WRONG`. inside: where that is.
    """

    ends: NDArray[np.int64]
    fields: NDArray[np.int64]
    result: int
    place: int
    inside: int


def rows_of(data: Bytes, start: int, marks: Marks, inside: int = ROW, most: int = _AT_ONCE) -> Rows:
    """The rows from `start` on, up to `most`."""
    ends, fields = np.empty(most, np.int64), np.empty(most, np.int64)
    said = np.zeros(3, np.int64)
    bytes_ = np.array(marks, np.uint8)
    count = _rows_of(data, start, bytes_, inside, ends, fields, said)
    result, place, inside = said.tolist()
    return Rows(ends[:count], fields[:count], result, place, inside)


@compiled
def _rows_of(
    data: Bytes,
    start: int,
    marks: Bytes,
    inside: int,
    ends: NDArray[np.int64],
    fields: NDArray[np.int64],
    said: NDArray[np.int64],
) -> int:
    delimiter, quote, escape, feed = marks[0], marks[1], marks[2], marks[3]
    at, end = np.uint64(start), np.uint64(len(data))
    count = 0
    while count < len(ends):
        first, number = at, 1
        begins = inside == ROW  # a field
        quoted = inside == QUOTED
        inside = ROW
        whole = False
        while at < end or quoted:
            if quoted:
                while at < end and data[at] != quote and (data[at] != escape or not escape):
                    at += ONE
                if at + ONE >= end:
                    said[0], said[1], said[2] = MORE, at, QUOTED
                    return count
                if data[at] != quote or data[at + ONE] == quote:
                    at += ONE + ONE
                    continue
                after = data[at + ONE]
                if after == _RETURN and feed != _RETURN:
                    if at + ONE + ONE >= end:
                        said[0], said[1], said[2] = MORE, at, QUOTED
                        return count
                    after = data[at + ONE + ONE]
                    if after == delimiter:
                        after = _RETURN
                if after not in (delimiter, feed):
                    said[0], said[1], said[2] = WRONG, at + ONE, QUOTED
                    return count
                quoted = begins = False
                at += ONE
                continue
            byte = data[at]
            if byte == feed:
                whole = True
                break
            if byte == delimiter:
                number += 1
                begins = True
            elif begins and quote and byte == quote:
                quoted = True
            elif byte != _BLANK:
                begins = False
            at += ONE
        if not whole:
            said[0], said[1], said[2] = MORE, at, ROW if begins else UNQUOTED
            return count
        empty = at == first or (at == first + ONE and data[first] == _RETURN)
        at += ONE
        ends[count] = at
        fields[count] = 0 if empty else number
        count += 1
    said[0], said[1], said[2] = FULL, at, ROW
    return count
