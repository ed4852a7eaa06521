"""Bands have keys of their own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.bands import band_keys
from tests.kernels import twins

MINIMA = st.lists(st.integers(0, 2**32 - 1), min_size=12, max_size=12)


@given(st.lists(MINIMA, max_size=5))
def test_keys_are_those_of_their_twin(signatures: list[list[int]]) -> None:
    found = band_keys(np.array(signatures, np.uint32).reshape(-1, 12), bands=4, rows=3)
    assert found.tolist() == [
        [twins.band_key(minima[3 * band : 3 * band + 3], band) for band in range(4)]
        for minima in signatures
    ]
