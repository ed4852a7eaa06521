"""A group that is larger than the memory of a process is compared by way of files."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pytest

from pipeline.dedup import keepers, likeness
from pipeline.dedup.room import Room
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.sorting import AT_ONCE
from pipeline.kernels.sets import Sets
from pipeline.store.dataset import Dataset
from pipeline.store.flat import FlatColumns
from tests.dedup.finding import Doc, duplicates
from tests.dedup.twin import word

Rows = tuple[pa.Table, pa.Table, Sets]


def group(documents: int) -> Rows:
    """Members of one group that all share a key, and each two of them another: pairs of alike
    texts, none like another pair.
    """
    numbers = np.arange(documents, dtype=np.uint32)
    sets = np.arange(40, dtype=np.uint32) + (1000 * (numbers // 2) + numbers % 2 + 1)[:, None]
    numbers = numbers.astype(np.uint64)
    members = pa.table(
        {
            "group": np.zeros(documents, np.uint64),
            "doc": numbers,
            "low": numbers,
            "order": numbers | np.uint64(1 << 63),
            "text_high": numbers,
            "text_low": numbers,
        }
    )
    of_two = numbers // np.uint64(2) * np.uint64(256) + np.uint64(514)
    key = np.concatenate([np.full(documents, 257, np.uint64), of_two])
    keys = pa.table({"key": key, "doc": np.tile(numbers, 2)})
    return members, keys, Sets(sets.reshape(-1), np.arange(documents) * 40, np.full(documents, 40))


def test_where_arrays_lie_changes_nothing(tmp_path: Path) -> None:
    members, keys, sets = group(20)
    expected = pa.concat_tables(likeness.compare(members, keys, sets, DedupSettings()))
    room = Room(tmp_path, 0)
    found = pa.concat_tables(likeness.compare(members, keys, sets, DedupSettings(), room=room))
    assert found.equals(expected)
    assert found.num_rows == 10


def forms(count: int) -> Iterator[Doc]:
    """One form, filled in: words of a text of its own before and after it."""
    form = [word(n) for n in range(40)]
    for number in range(count):
        yield Doc(str(number), " ".join([word(1000 + number), *form, word(5000 + number)]))


def test_a_giant_group_is_compared_in_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = list(forms(60))
    expected = duplicates(tmp_path / "memory", docs)
    monkeypatch.setattr("pipeline.index.making._ROOM_SHARE", 1 << 40)
    monkeypatch.setattr("pipeline.index.making._PARTITION_SHARE", 1 << 19)  # of some 32 keys
    made: list[int] = []
    mapped = np.memmap

    def noted(*words: object, **named: Any) -> object:
        made.append(named["shape"])
        return mapped(*words, **named)

    monkeypatch.setattr("pipeline.dedup.room.np.memmap", noted)
    assert duplicates(tmp_path / "files", docs) == expected
    assert len(expected) == 59
    assert 60 in made, "its members"
    assert max(made) >= 60 * 38, "their shingles"


def test_published_members_of_a_giant_key_are_met_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whatever pieces its keys lie, in the new dump and in the index: the same are met, so the
    same is said.
    """
    every = list(forms(120))
    published = [replace(doc, dump="2026-01-01") for doc in every[:60]]
    expected = duplicates(tmp_path / "whole", every[60:], None, published)
    monkeypatch.setattr("pipeline.index.making._PARTITION_SHARE", 1 << 19)  # of some 32 keys
    assert duplicates(tmp_path / "pieces", every[60:], None, published) == expected
    assert len(expected) == 60
    pieces = FlatColumns(Dataset(tmp_path / "pieces/index/2026-01-01/band_index"), ["key"])
    keys = [set(block.columns["key"].tolist()) for block in pieces.all_blocks()]
    assert any(one & other for one, other in pairwise(keys)), "a key lies in several"


def test_memory_does_not_grow_with_a_group(tmp_path: Path) -> None:
    """All that is as long as its members, keys, shingles or pairs lies in files: twice as many take
    no byte more for each, in what numpy holds.
    """
    room = Room(tmp_path, 0)

    def peak(documents: int) -> int:
        members, keys, sets = group(documents)
        tracemalloc.start()
        written = pa.BufferOutputStream()
        with pa.ipc.new_file(written, likeness.VERIFIED) as file:
            for pairs in likeness.compare(members, keys, sets, DedupSettings(), room=room):
                file.write_table(pairs)
        alike = pa.ipc.open_file(written.getvalue()).read_all()
        assert sum(kept.num_rows for kept in keepers.keep(alike, room=room)) == documents // 2
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    once, twice = peak(AT_ONCE * 3), peak(AT_ONCE * 6)
    assert twice - once < AT_ONCE * 3
