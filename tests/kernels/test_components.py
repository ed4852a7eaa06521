"""Union-find says what belongs together, and names it by its least number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.components import count_members, settle, unite

COUNT = 12
PAIRS = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=15)


@given(PAIRS)
def test_components_are_those_of_spreading_labels(pairs: list[tuple[int, int]]) -> None:
    roots = np.arange(COUNT)
    unite(
        roots,
        np.array([one for one, _ in pairs], np.int64),
        np.array([other for _, other in pairs], np.int64),
    )
    settle(roots)
    labels = list(range(COUNT))
    for _ in range(COUNT):
        for one, other in pairs:
            labels[one] = labels[other] = min(labels[one], labels[other])
    assert roots.tolist() == labels
    counts = np.full(COUNT, 7)
    count_members(roots, counts)
    assert counts.tolist() == [labels.count(number) for number in range(COUNT)]
