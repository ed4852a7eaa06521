"""Eight bytes at a time: a word of 64 bits read from bytes, its bits looked at.

What belongs here: what numba has no words for, and sums over the bytes of a word. What does not:
what the bytes mean. The lowest byte of a word is the first of the eight, on any machine that numba
knows.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.core.extending import intrinsic

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import Bytes

EIGHT = np.uint64(8)
SLACK = 64
"""Bytes that must follow in an array beyond those that are meant, for reading whole words."""

_LOWER_BITS = 0x7F7F7F7F7F7F7F7F
_UPPER_BITS = 0x8080808080808080
_ONES = 0x0101010101010101
_BLANKS = 0x2020202020202020
# Brings the lowest bits of eight bytes together in the uppermost byte, the first byte's lowest.
_TOGETHER = 0x0102040810204080

_POINTER: Any = types.CPointer(types.uint64)  # type: ignore[no-untyped-call]


def _load(_context: Any, data: Any, _at: Any) -> Any:
    def made(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_place(context, builder, signature, arguments), align=1)

    return types.uint64(data, types.uint64), made


def _store(_context: Any, data: Any, _at: Any, _word: Any) -> Any:
    def made(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[2], _place(context, builder, signature, arguments), align=1)
        return context.get_dummy_value()

    return types.void(data, types.uint64, types.uint64), made


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    place = builder.gep(array.data, [arguments[1]])
    return builder.bitcast(place, context.get_value_type(_POINTER))


def _lowest_bit(_context: Any, _word: Any) -> Any:
    def made(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, True))

    return types.uint64(types.uint64), made


def _as_numba_sees_it(made: Callable[..., Any]) -> Any:
    """What kernels call; its arguments are not those of the function that makes its code."""
    return intrinsic(made)


load: Callable[[Bytes, np.uint64], np.uint64] = _as_numba_sees_it(_load)
"""`load(data, at)`: the eight bytes from `data[at]` on; nobody looks whether they are there."""

store: Callable[[Bytes, np.uint64, np.uint64], None] = _as_numba_sees_it(_store)
"""`store(data, at, word)`: write a word to eight bytes, in the same way."""

lowest_bit: Callable[[np.uint64], np.uint64] = _as_numba_sees_it(_lowest_bit)
"""`lowest_bit(word)`: the number of the lowest bit that is set; one must be."""


@compiled
def blanks_in(word: np.uint64) -> np.uint64:
    """The uppermost bit of each byte that is a blank (0x20)."""
    other = word ^ np.uint64(_BLANKS)
    low = (other & np.uint64(_LOWER_BITS)) + np.uint64(_LOWER_BITS)
    return np.uint64(~(low | other | np.uint64(_LOWER_BITS)))


@compiled
def zeros_in(word: np.uint64) -> np.uint64:
    """Not 0 where a byte is 0, if no byte is above 0x80."""
    return np.uint64((word - np.uint64(_ONES)) & ~word & np.uint64(_UPPER_BITS))


@compiled
def bits_of(marks: np.uint64) -> np.uint64:
    """The uppermost bits of eight bytes as the lowest eight bits, the first byte's lowest."""
    return np.uint64(((marks >> np.uint64(7)) * np.uint64(_TOGETHER)) >> np.uint64(56))


@compiled
def first_bytes(word: np.uint64, count: np.uint64) -> np.uint64:
    """The word with all but its first bytes 0; count: from 1 to 8."""
    return np.uint64(word & ~np.uint64(0) >> (np.uint64(64) - count * EIGHT))
