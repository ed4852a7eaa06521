"""A group that is larger than the memory of a process is compared by way of a file."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.dedup.likeness import compare
from pipeline.dedup.settings import DedupSettings
from pipeline.steps.members import MEMBERS


def group(documents: int) -> pa.Table:
    """Members of one group that all share a key: pairs of alike texts, none like another pair."""
    sets = [
        np.arange(40, dtype=np.uint32) + np.uint32(1000 * (number // 2) + number % 2)
        for number in range(documents)
    ]
    numbers = np.arange(documents, dtype=np.uint64)
    columns = {
        "group": np.zeros(documents, np.uint64),
        "doc": numbers,
        "low": numbers,
        "order": numbers | np.uint64(1 << 63),
        "text_high": numbers,
        "text_low": numbers,
        "shingles": pa.array([one.tobytes() for one in sets], pa.large_binary()),
    }
    members = pa.table(columns).cast(MEMBERS)
    keys = pa.table(
        {
            "group": np.zeros(documents, np.uint64),
            "key": np.full(documents, 257, np.uint64),
            "doc": numbers,
        }
    )
    return pa.concat_tables([members, keys], promote_options="default")


def test_what_is_found_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = group(20)
    expected = pa.concat_tables(compare(table, settings=DedupSettings()))
    files = []
    mapped = np.memmap

    def noted(*words: object, **named: object) -> object:
        files.append(named["shape"])
        return mapped(*words, **named)

    monkeypatch.setattr(np, "memmap", noted)
    monkeypatch.setattr("pipeline.dedup.likeness._MEGABYTE", 1)
    found = pa.concat_tables(compare(table, settings=DedupSettings()))
    assert files == [20 * 40]
    assert found.equals(expected)
    assert found.num_rows == 10
