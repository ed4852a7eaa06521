"""Room: arrays in memory as long as there is some, then in files, and the same to who uses them."""

import gc
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from pipeline.dedup.room import Room


def in_file(array: np.ndarray) -> bool:
    return isinstance(array.base, np.memmap)


@pytest.mark.parametrize(
    ("most", "count", "expected"),
    [(64, 16, False), (64, 17, True), (0, 1, True), (0, 0, False)],
)
def test_an_array_that_finds_no_place_lies_in_a_file(
    most: int, count: int, expected: bool, tmp_path: Path
) -> None:
    """By its bytes. An empty one takes none."""
    made = Room(tmp_path, most)(count, np.uint32)
    assert in_file(made) == expected
    assert type(made) is np.ndarray, "so that kernels are compiled for one kind alone"
    assert (made.dtype, made.shape) == (np.uint32, (count,))
    made[:] = np.arange(count)
    assert made.tolist() == [*range(count)]
    assert not [*tmp_path.iterdir()], "nothing is left behind, whatever happens"


def test_arrays_share_the_memory_and_give_it_back(tmp_path: Path) -> None:
    """A part of an array that is still in use keeps all of it."""
    room = Room(tmp_path, 100)
    one, part = room(10, np.uint32), room(10, np.uint32)[2:4]
    assert not in_file(one)
    assert in_file(room(10, np.uint32)), "of the hundred bytes eighty are taken"
    del one
    gc.collect()
    assert not in_file(room(15, np.uint32))
    assert in_file(room(16, np.uint32)), "the part's whole is still there"
    del part
    gc.collect()
    assert not in_file(room(25, np.uint32))


def test_each_process_has_its_own(tmp_path: Path) -> None:
    room = pickle.loads(pickle.dumps(Room(tmp_path, 8)))
    assert not in_file(room(2, np.uint32))


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system cannot reserve it")
def test_a_full_disk_is_an_error_and_not_a_killed_process(tmp_path: Path) -> None:
    """A mapped file without blocks would fail when it is written to, by a signal."""
    with pytest.raises(OSError, match=r"No space left|too large") as caught:
        Room(tmp_path, 0)(1 << 58, np.uint8)
    assert f"{1 << 58:,} bytes" in str(caught.value)
    assert str(tmp_path) in str(caught.value), "where space must be made"
