"""Columns of numbers that may not fit into memory: copied, gathered, ranked, in pieces.

What belongs here: operations on arrays for which there is room (room). What does not: what the
numbers are.

Everything is a sort of numbers of 64 bits, in place: by several columns, too. Of each column the
ranks of its values take 32 bits, so two make one number, and so do a rank and a row. Of more than
there are numbers of 32 bits some would be taken for others, so they are refused.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.halves import join_halves, leave_distinct, lower_halves
from pipeline.kernels.likeness import MakeArray

Numbers = NDArray[np.uint64]
Places = NDArray[np.uint32]
Kind = TypeVar("Kind", bound=np.generic)
AT_ONCE = 1 << 16
"""Rows of which there are arrays in memory at the same time."""
_MOST = 1 << 32


class TooMany(ValueError):
    """There are more rows than numbers of 32 bits tell apart; the message says what to do."""


def pieces(count: int, at_once: int = AT_ONCE) -> Iterator[slice]:
    """Slices of so many rows at most, in order."""
    for start in range(0, count, at_once):
        yield slice(start, min(start + at_once, count))


def copied(column: pa.ChunkedArray, room: MakeArray) -> NDArray[Any]:
    """The numbers of a column, none of them null."""
    made = room(len(column), column.type.to_pandas_dtype())
    start = 0
    for chunk in column.chunks:
        made[start : start + len(chunk)] = chunk.to_numpy(zero_copy_only=False)
        start += len(chunk)
    return made


def counted(count: int, room: MakeArray) -> Places:
    """0, 1, 2, … Raises `TooMany` where 32 bits do not tell so many apart."""
    _check_number(count)
    made = room(count, np.uint32)
    for rows in pieces(count):
        made[rows] = np.arange(rows.start, rows.stop)
    return made


def gathered(values: NDArray[Kind], at: Places, room: MakeArray) -> NDArray[Kind]:
    """`values[at]`"""
    made = room(len(at), values.dtype)
    for rows in pieces(len(at)):
        made[rows] = values[at[rows]]
    return made


def ranks(columns: Sequence[Numbers], room: MakeArray) -> Places:
    """The rank of each row: rows are in order of the first column, those with equal numbers in it
    in that of the second, and so on; rows that are equal have one rank. Raises `TooMany` as
    `ranked` does.
    """
    rank, distinct = ranked(columns[0], room)
    for column in columns[1:]:
        if len(distinct) == len(rank):
            break  # no two are equal
        pairs = joined(rank, ranked(column, room)[0], room)
        rank, distinct = ranked(pairs, room)
    return rank


def ranked(values: Numbers, room: MakeArray) -> tuple[Places, Numbers]:
    """(the rank of each value, the distinct values in order). Raises `TooMany` where 32 bits
    do not tell so many apart.
    """
    distinct = room(len(values), np.uint64)
    distinct[:] = values
    distinct.sort()
    distinct = distinct[: leave_distinct(distinct)]
    _check_number(len(distinct))
    rank = room(len(values), np.uint32)
    for rows in pieces(len(values)):
        rank[rows] = np.searchsorted(distinct, values[rows])
    return rank, distinct


def joined(upper: Places, lower: Places, room: MakeArray) -> Numbers:
    """Pairs, each as one number."""
    made = room(len(upper), np.uint64)
    join_halves(upper, lower, made)
    return made


def in_order(rank: Places, room: MakeArray) -> Places:
    """The rows in order of their ranks; of equal ones the earlier comes first. Raises `TooMany` as
    `counted` does.
    """
    pairs = joined(rank, counted(len(rank), room), room)
    pairs.sort()
    return lower_of(pairs, room)


def lower_of(pairs: Numbers, room: MakeArray) -> Places:
    """The second of each pair."""
    made = room(len(pairs), np.uint32)
    lower_halves(pairs, made)
    return made


def _check_number(count: int) -> None:
    if count > _MOST:
        raise TooMany(
            f"{count:,} keys or pairs of one group of linked documents cannot be compared, "
            f"{_MOST:,} can: publish the dump in several"
        )
