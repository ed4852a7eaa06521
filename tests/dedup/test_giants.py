"""A group that is larger than the memory of a process is compared by way of files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.dedup import likeness
from pipeline.dedup.settings import DedupSettings
from pipeline.kernels.likeness import Sets
from tests.dedup.finding import Doc, duplicates
from tests.dedup.twin import word

Rows = tuple[pa.Table, pa.Table, Sets]


def group(documents: int) -> Rows:
    """Members of one group that all share a key: pairs of alike texts, none like another pair."""
    sets = [
        np.arange(40, dtype=np.uint32) + np.uint32(1000 * (number // 2) + number % 2 + 1)
        for number in range(documents)
    ]
    numbers = np.arange(documents, dtype=np.uint64)
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
    keys = pa.table({"key": np.full(documents, 257, np.uint64), "doc": numbers})
    starts = np.arange(documents) * 40
    return members, keys, Sets(np.concatenate(sets), starts, np.full(documents, 40))


def test_large_arrays_are_made_where_they_are_told_to_be(tmp_path: Path) -> None:
    """In files the answer is the same; small arrays of a document or pair are no matter."""
    made = []

    def in_files(count: int, kind: type[np.generic]) -> np.ndarray:
        made.append(count)
        return np.memmap(tmp_path / str(len(made)), kind, "w+", shape=count)

    members, keys, sets = group(20)
    expected = pa.concat_tables(likeness.compare(members, keys, sets, DedupSettings()))
    found = pa.concat_tables(likeness.compare(members, keys, sets, DedupSettings(), room=in_files))
    assert found.equals(expected)
    assert found.num_rows == 10
    assert made.count(20) >= 4, "keys, and who has them"


def forms(count: int) -> Iterator[Doc]:
    """One form, filled in: words of a text of its own before and after it."""
    form = [word(n) for n in range(40)]
    for number in range(count):
        yield Doc(str(number), " ".join([word(1000 + number), *form, word(5000 + number)]))


def test_a_giant_group_is_fetched_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = list(forms(60))
    expected = duplicates(tmp_path / "memory", docs)
    monkeypatch.setattr("pipeline.steps.members._MEGABYTE", 1)  # so that 256 bytes are allowed
    files = []
    mapped = np.memmap

    def noted(*words: object, **named: object) -> object:
        files.append(named["shape"])
        return mapped(*words, **named)

    monkeypatch.setattr("pipeline.steps.members.np.memmap", noted)
    assert duplicates(tmp_path / "files", docs) == expected
    assert len(expected) == 59
    assert max(files) >= 60 * 38
