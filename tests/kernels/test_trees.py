"""Trees say what a walk by hand says."""

import numpy as np

from pipeline.kernels.trees import Trees, scores


def test_sums_of_leaves() -> None:
    # feature 0 <= 1.5 ? (feature 1 <= 0 ? 1 : 2) : 4   and a tree that is a leaf of 10
    trees = Trees(
        np.array([0, 1, -1, -1, -1, -1], np.int16),
        np.array([1.5, 0, 0, 0, 0, 0], np.float32),
        np.array([1, 2, -1, -1, -1, -1], np.int32),
        np.array([4, 3, -1, -1, -1, -1], np.int32),
        np.array([0, 0, 1, 2, 4, 10], np.float32),
        np.array([0, 5], np.int32),
        0.5,
    )
    rows = np.array([[1.5, 0.0], [1.0, 0.1], [1.6, 0.0]], np.float32)
    assert scores(rows, trees).tolist() == [11.5, 12.5, 14.5]
