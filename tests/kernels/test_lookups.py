"""Sorted numbers are found among sorted numbers, wherever they lie; runs are copied whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.lookups import copy_runs, runs_of

NUMBERS = st.lists(st.integers(0, 40) | st.integers(2**64 - 3, 2**64 - 1), max_size=60)


@given(wanted=st.sets(st.integers(0, 40) | st.just(2**64 - 1), max_size=20), among=NUMBERS)
def test_runs_are_those_that_counting_finds(wanted: set[int], among: list[int]) -> None:
    asked, there = sorted(wanted), sorted(among)
    first, end = runs_of(np.array(asked, np.uint64), np.array(there, np.uint64))
    for number, start, stop in zip(asked, first.tolist(), end.tolist(), strict=True):
        assert there[start:stop] == [number] * there.count(number)
        assert all(each < number for each in there[:start])


@given(st.lists(st.integers(1, 2**32 - 1), max_size=30), st.data())
def test_runs_are_copied_to_their_places_and_nothing_between_them_is_touched(
    words: list[int], data: st.DataObject
) -> None:
    """Runs may be empty, lie in any order and over each other; where they go they do not."""
    place = st.integers(0, len(words))
    spans = data.draw(st.lists(st.tuples(place, place).map(sorted), max_size=6))
    gaps = data.draw(st.lists(st.integers(0, 3), min_size=len(spans), max_size=len(spans)))
    expected, to = [], []
    for (start, end), gap in zip(spans, gaps, strict=True):
        expected += [0] * gap
        to.append(len(expected))
        expected += words[start:end]
    expected.append(0)
    order = data.draw(st.permutations(range(len(spans))))
    first, sizes, places = (
        np.array([values[n] for n in order], np.int64)
        for values in ([a for a, _ in spans], [b - a for a, b in spans], to)
    )
    lie = np.array(words, np.uint32)
    lie.flags.writeable = False  # as in a file that is mapped into memory
    out = np.zeros(len(expected), np.uint32)
    copy_runs(lie, first, sizes, places, out)
    assert out.tolist() == expected
