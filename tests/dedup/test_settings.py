"""A setting does what its name says: each of [dedup] changes what is found.

Those of passages are in test_passages, `max_source_loss` in test_review_duplicates.
"""

from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline.dedup.bands import BAND_KEYS
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import banding
from pipeline.engine import local
from pipeline.engine.engine import ordered
from pipeline.engine.local import LocalEngine
from pipeline.index.making import as_it_is, partition_bytes
from pipeline.recipe import RecipeError, parse
from tests.dedup.finding import Doc, duplicates, target
from tests.dedup.twin import word

WORDS = [word(n) for n in range(80)]
BASE = " ".join(WORDS)
MEET = {"bands": 64, "rows": 1}  # whatever is alike
# Five shingles of five words are others of 36; nine of nine words, of 32.
CHANGED = " ".join([*WORDS[:20], "other", *WORDS[21:40]])
SIGNS = "".join(chr(0x4E00 + 7 * n) for n in range(60))
# Jaccard 0.79: by one band of eight minima such texts hardly ever meet.
NEARLY = " ".join(WORDS[9:])


def pair(one: str, other: str, **about: Any) -> list[Doc]:
    return [Doc("one", one), Doc("other", other, **about)]


# (settings, what they are beside, texts, what is looked at, before, after)
CHANGES: list[tuple[dict[str, Any], dict[str, Any], list[Doc], str, Any, Any]] = [
    ({"exact": False}, {"near": False}, pair(BASE, BASE.upper()), "kept_id", "other", None),
    ({"near": False}, {}, pair(BASE, NEARLY), "kept_id", "one", None),
    ({"threshold": 0.9}, {}, pair(BASE, NEARLY), "kept_id", "one", None),
    ({"threshold": 0.6}, MEET, pair(BASE, " ".join(WORDS[20:])), "kept_id", None, "one"),
    ({"shingle_words": 9}, MEET, pair(" ".join(WORDS[:40]), CHANGED), "kept_id", "other", None),
    (
        {"shingle_chars": 12},
        {},
        pair(SIGNS, f"{SIGNS[:30]}港{SIGNS[31:]}"),
        "kept_id",
        "other",
        None,
    ),
    ({"bands": 1}, {}, pair(BASE, NEARLY), "kept_id", "one", None),
    ({"rows": 60}, {}, pair(BASE, NEARLY), "kept_id", "one", None),
    ({"banding": "threshold"}, {}, pair(BASE, BASE + "!"), "bands_met", 14, 11),
    (
        {"permutations": 64},
        {"banding": "threshold"},
        pair(BASE, BASE + "!"),
        "bands_met",
        11,
        7,
    ),
    ({"keep": "longest"}, {}, pair(BASE, NEARLY, dump="2026-01-01"), "kept_id", "other", "one"),
    (
        {"prefer": ("wiki/*",)},
        {"keep": "preferred-sources", "prefer": ("a/*",)},
        pair(BASE, NEARLY, source="wiki/x"),
        "kept_id",
        "one",
        "other",
    ),
]
TOLD_ELSEWHERE = {"passages", "passage_words", "passage_documents", "max_source_loss"}


@pytest.mark.parametrize(
    ("setting", "beside", "docs", "column", "before", "after"),
    CHANGES,
    ids=[",".join(map(str, *case[0].items())) for case in CHANGES],
)
def test_each_setting_changes_what_is_found(
    setting: dict[str, Any],
    beside: dict[str, Any],
    docs: list[Doc],
    column: str,
    before: object,
    after: object,
    tmp_path: Path,
) -> None:
    without = replace(DedupSettings(), **beside)
    dumps = [docs] if docs[0].dump == docs[1].dump else [[doc] for doc in docs]
    for settings, expected in ((without, before), (replace(without, **setting), after)):
        found = duplicates(tmp_path / str(expected), dumps, settings)
        assert next((row[column] for row in found.values()), None) == expected


def test_no_setting_is_without_a_test() -> None:
    tested = {name for case in CHANGES for name in case[0]} | {"process_memory_mb"}
    assert tested | TOLD_ELSEWHERE == {field.name for field in fields(DedupSettings)}


def test_memory_changes_the_partitions_and_not_the_rows(tmp_path: Path) -> None:
    """That the answer is the same for partitions of a few rows is in test_decisions."""
    chance = np.random.default_rng(1)
    keys = chance.integers(0, 2**64, 500_000, np.uint64)
    table = pa.table({"key": keys, "doc": keys}, BAND_KEYS)
    made = target(tmp_path, "keys", BAND_KEYS, "flat")
    source = made.finish([made.write("part-0.parquet", [table])])
    with LocalEngine() as engine:
        shuffle = partial(engine.shuffle_map, ordered(as_it_is, "key"), [source], "key")
        for megabytes, shards in ((64, 2), (1024, 1)):
            size = partition_bytes(DedupSettings(process_memory_mb=megabytes))
            place = target(tmp_path, str(megabytes), BAND_KEYS, "flat")
            found = shuffle(place, partition_bytes=size)
            assert len(found.paths) == shards
            column = pa.concat_tables(found.batches(["key"]))["key"]
            assert np.array_equal(column.to_numpy(), np.sort(keys))


def test_no_partition_has_more_rows_than_a_row_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the rows of a key would be cut where pyarrow ends a row group, and hardly meet."""
    assert local.MOST_PARTITION_BYTES / 8 < 64 << 20, "a row has more than 8 bytes on disk"
    monkeypatch.setattr(local, "MOST_PARTITION_BYTES", 200)
    table = pa.table({"key": [n << 60 for n in range(16)], "doc": range(16)}, BAND_KEYS)
    made = target(tmp_path, "keys", BAND_KEYS, "flat")
    source = made.finish([made.write("part-0.parquet", [table])])
    with LocalEngine() as engine:
        place = target(tmp_path, "parted", BAND_KEYS, "flat")
        found = engine.shuffle_map(
            ordered(as_it_is, "key"), [source], "key", place, partition_bytes=1 << 40
        )
    assert len(found.paths) > 1
    assert found.table(["key"])["key"].to_pylist() == [n << 60 for n in range(16)]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"threshold": 0}, "threshold must be above 0 and at most 1"),
    ({"rows": 0}, "rows must be at least 1"),
    ({"bands": 256}, "bands must be at most 255"),
    ({"banding": "best"}, "banding must be one of given, threshold"),
    ({"keep": "first"}, "keep must be one of earliest, longest, best-quality, preferred-sources"),
    ({"banding": "threshold", "threshold": 0.95}, "takes a threshold of 0.1 to 0.9"),
    ({"banding": "threshold", "permutations": 600}, "and 32 to 512 permutations"),
    ({"prefer": ["a/*"]}, 'prefer needs keep = "preferred-sources"'),
    ({"keep": "preferred-sources"}, "needs sources to prefer"),
    ({"process_memory_mb": 63}, "process_memory_mb must be at least 64"),
    ({"process_memory_mb": 10**23}, "process_memory_mb must be at most 1,000,000"),
    ({"passage_words": 10**20}, "passage_words must be at most 1,000,000"),
    ({"shingle_words": 10**20}, "shingle_words must be at most 10,000"),
    ({"rows": 10**9}, "rows must be at most 10,000"),
]


@pytest.mark.parametrize(("table", "says"), BAD, ids=[says for _, says in BAD])
def test_what_makes_no_sense_is_named(table: dict[str, Any], says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        parse({"dedup": table})


@pytest.mark.parametrize("threshold", [0.1, 0.11, 0.15, 0.3, 0.75, 0.9])
@pytest.mark.parametrize("permutations", [32, 128, 512])
def test_bands_by_threshold_are_datasketchs_and_have_numbers(
    threshold: float, permutations: int
) -> None:
    settings = DedupSettings(threshold=threshold, banding="threshold", permutations=permutations)
    bands, rows = banding(settings)
    assert bands * rows <= permutations
    assert bands <= 255, "a band's number is a byte"
