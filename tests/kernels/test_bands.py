"""Bands have keys of their own, and a key that was seen twice is never overlooked."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.bands import SeenTwice, band_keys
from tests.kernels import twins

MINIMA = st.lists(st.integers(0, 2**32 - 1), min_size=12, max_size=12)


@given(st.lists(MINIMA, max_size=5))
def test_keys_are_those_of_their_twin(signatures: list[list[int]]) -> None:
    found = band_keys(np.array(signatures, np.uint32).reshape(-1, 12), bands=4, rows=3)
    assert found.tolist() == [
        [twins.band_key(minima[3 * band : 3 * band + 3], band) for band in range(4)]
        for minima in signatures
    ]


@given(st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 99), max_size=30), max_size=6))
def test_a_key_seen_twice_is_never_overlooked(batches: list[list[int]]) -> None:
    seen = SeenTwice(places=64)
    for batch in batches:
        seen.see(np.array(batch, np.uint64))
    keys = [key for batch in batches for key in batch]
    for key, may_be in zip(keys, seen.which(np.array(keys, np.uint64)), strict=True):
        assert may_be or keys.count(key) == 1


def test_in_a_roomy_table_hardly_any_key_is_named_wrongly() -> None:
    keys = np.random.default_rng(0).integers(0, 2**63, 100_000, dtype=np.uint64)
    seen = SeenTwice(places=1 << 24)
    seen.see(keys)
    assert seen.which(keys).mean() < 0.01
    seen.see(keys[:10])
    assert seen.which(keys[:10]).all()
