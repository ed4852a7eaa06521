"""Sets of numbers: what two of them share, counted or bounded.

What belongs here: tables in which a set is looked up, sketches. What does not: which sets are
compared (likeness).

A sketch has a bit for each value, by its lowest bits. The bits that two sketches share bound what
the sets share from above, at a hundredth of the cost of counting it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.minhash import table_room
from pipeline.kernels.texts import ONE

Numbers = NDArray[np.int64]
Values = NDArray[np.uint32]
Sketch = NDArray[np.uint64]
SKETCH_WORDS = 128
"""Of 64 bits each: of 500 values one in 17 meets another by chance."""
_STRIDE = np.uint64(16)  # values between two looks whether enough can still be shared
_SIX, _BIT_MASK, _WORD_MASK = np.uint64(6), np.uint64(63), np.uint64(SKETCH_WORDS - 1)
_PAIRS = 0x3333333333333333


class Sets(NamedTuple):
    """Set n is `values[starts[n] : starts[n] + sizes[n]]`: distinct values other than 0, in any
    order.
    """

    values: Values
    starts: Numbers
    sizes: Numbers


@compiled
def fill(table: Values, sets: Sets, number: int) -> int:
    """Put a set into a table, by open addressing; the mask of its places. 0 is a free place."""
    room = table_room(sets.sizes[number])
    table[:room] = 0
    mask, start = np.uint64(room - 1), np.uint64(sets.starts[number])
    for at in range(start, start + np.uint64(sets.sizes[number])):
        value = sets.values[at]
        place = np.uint64(value) & mask
        while table[place] != 0:
            place = (place + ONE) & mask
        table[place] = value
    return room - 1


@compiled
def shared_values(table: Values, places: int, sets: Sets, number: int, least: int) -> int:
    """How many values a set shares with that of the table; where that is fewer than `least`, some
    such number.

    Now and then it looks whether `least` can still be reached; most that are unlike show it soon.
    """
    mask, shared = np.uint64(places), 0
    at = np.uint64(sets.starts[number])
    stop = at + np.uint64(sets.sizes[number])
    while at < stop:
        pause = min(at + _STRIDE, stop)
        while at < pause:
            value = sets.values[at]
            place = np.uint64(value) & mask
            while table[place] != 0 and table[place] != value:
                place = (place + ONE) & mask
            shared += table[place] == value
            at += ONE
        if shared + np.int64(stop - at) < least:
            break
    return shared


@compiled
def make_sketch(sets: Sets, number: int, sketch: Sketch) -> int:
    """Write the sketch of a set; how many bits are set in it."""
    sketch[:] = 0
    start = np.uint64(sets.starts[number])
    for at in range(start, start + np.uint64(sets.sizes[number])):
        value = np.uint64(sets.values[at])
        sketch[(value >> _SIX) & _WORD_MASK] |= ONE << (value & _BIT_MASK)
    return shared_bits(sketch, sketch)


@compiled
def shared_bits(one: Sketch, other: Sketch) -> int:
    """How many bits are set in both sketches, sixteen words' bits at a time added up (Warren,
    Hacker's Delight, 5-1): a loop that becomes one instruction a word.
    """
    shared = np.uint64(0)
    for at in range(SKETCH_WORDS):
        bits = one[at] & other[at]
        bits -= (bits >> ONE) & np.uint64(0x5555555555555555)
        bits = (bits & np.uint64(_PAIRS)) + ((bits >> np.uint64(2)) & np.uint64(_PAIRS))
        bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        shared += (bits * np.uint64(0x0101010101010101)) >> np.uint64(56)
    return int(shared)
