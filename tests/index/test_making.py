"""The index does not depend on how rows came, or on how much memory there was."""

from pathlib import Path

import pyarrow as pa

from pipeline import schema
from pipeline.dedup.settings import DedupSettings
from pipeline.index import making
from pipeline.store.dataset import Dataset, Provenance, Target
from tests.index.corpora import doc_id


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
