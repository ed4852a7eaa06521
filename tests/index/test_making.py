"""The index does not depend on how rows came, or on how much memory there was."""

import random
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.dedup.bands import BAND_KEYS
from pipeline.dedup.settings import DedupSettings
from pipeline.index import making
from pipeline.store.dataset import Dataset, Provenance, Target
from tests.index.corpora import doc_id

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**64 - 1)), max_size=30)


@given(pairs=PAIRS, seed=st.integers(0, 9))
def test_documents_of_a_key_are_in_order_however_they_came(
    pairs: list[tuple[int, int]], seed: int
) -> None:
    """Look-ups take the first so many of a key: which those are must not depend on shards."""
    random.Random(seed).shuffle(pairs)
    pairs.sort(key=lambda pair: pair[0])
    columns = [pa.array([pair[side] for pair in pairs], pa.uint64()) for side in (0, 1)]
    (made,) = making.by_document(pa.table(columns, schema=BAND_KEYS))
    found = list(zip(made["key"].to_pylist(), made["doc"].to_pylist(), strict=True))
    assert found == sorted(pairs)


def test_partitions_are_never_larger_than_a_page_may_be() -> None:
    sizes = [making.partition_bytes(DedupSettings(process_memory_mb=n)) for n in (64, 1024, 10**6)]
    assert sizes == sorted(sizes)
    assert 0 < sizes[0] < 64 * 1024 * 1024
    assert sizes[-1] < 2**31  # bytes of a page are counted in 32 bits


def signed(folder: Path, shards: list[list[int]]) -> Dataset:
    """Signatures of documents with so many shingles each."""
    provenance = Provenance("signatures", "d", str(shards), "{}", ())
    target = Target(folder, schema.SIGNED, provenance, layout="flat")
    made = []
    for number, counts in enumerate(shards):
        rows = [
            {"doc_id": doc_id("d", f"{number}/{at}"), "dump": "d", "source": f"{at}", "chars": at}
            | {"text_hash": doc_id("t", "t"), "shingle_count": count or None}
            | {"shingles": bytes(4 * count)}
            for at, count in enumerate(counts)
        ]
        tables = [pa.Table.from_pylist(rows, schema.SIGNED)] if rows else []
        made.append(target.write(f"part-{number:05d}.parquet", tables))
    return target.finish(made)


def test_shingles_are_placed_shard_by_shard_and_shards_may_be_empty(tmp_path: Path) -> None:
    tables = making.placed(signed(tmp_path, [[3, 0, 2], [], [4, 1]]), None)
    rows = [row for table in tables for row in table.to_pylist()]
    assert [(row["shard"], row["start"], row["shingle_count"]) for row in rows] == [
        (0, 0, 3),
        (0, 3, 0),
        (0, 3, 2),
        (2, 0, 4),
        (2, 4, 1),
    ]
