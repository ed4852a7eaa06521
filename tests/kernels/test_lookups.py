"""Sorted numbers are found among sorted numbers, wherever they lie."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.lookups import runs_of

NUMBERS = st.lists(st.integers(0, 40) | st.integers(2**64 - 3, 2**64 - 1), max_size=60)


@given(wanted=st.sets(st.integers(0, 40) | st.just(2**64 - 1), max_size=20), among=NUMBERS)
def test_runs_are_those_that_counting_finds(wanted: set[int], among: list[int]) -> None:
    asked, there = sorted(wanted), sorted(among)
    first, end = runs_of(np.array(asked, np.uint64), np.array(there, np.uint64))
    for number, start, stop in zip(asked, first.tolist(), end.tolist(), strict=True):
        assert there[start:stop] == [number] * there.count(number)
        assert all(each < number for each in there[:start])
