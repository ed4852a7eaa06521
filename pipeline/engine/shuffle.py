"""Rows parted by ranges of a key, by way of files, so that no process ever holds all of them.

What belongs here: splitting rows into the parts of all partitions, reading a partition's parts
back. What does not: who does it when (local).
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc

MOST_PARTITIONS = 1 << 16  # their numbers are sorted as uint16
# Rows are collected until they are so large, then written as one file with a part a partition.
_SPILL_BYTES = 32 * 1024 * 1024


def split(rows: Iterable[pa.Table], key: str, partitions: int, beside: Path) -> list[Path]:
    """Write rows to files with one batch for each partition; the files, in order.

    beside: what their names begin with.
    """
    made: list[Path] = []
    waiting: list[pa.Table] = []
    size = 0
    for batch in rows:
        waiting.append(batch)
        size += batch.nbytes
        if size >= _SPILL_BYTES:
            made.append(_spilled(waiting, key, partitions, Path(f"{beside}-{len(made)}.arrow")))
            waiting, size = [], 0
    if waiting:
        made.append(_spilled(waiting, key, partitions, Path(f"{beside}-{len(made)}.arrow")))
    return made


def partition(parts: Sequence[Path], number: int) -> Iterator[pa.Table]:
    """The rows of one partition, as they lie in the files."""
    for part in parts:
        with pa.memory_map(str(part)) as mapped:
            batch = pa.ipc.open_file(mapped).get_batch(number)
            if batch.num_rows:
                yield pa.Table.from_batches([batch])


def _spilled(tables: list[pa.Table], key: str, partitions: int, path: Path) -> Path:
    table = pa.concat_tables(tables)
    keys = table[key].to_numpy()
    # Ranges of equal width: the key's upper half, scaled to the number of partitions.
    numbers = (((keys >> np.uint64(32)) * np.uint64(partitions)) >> np.uint64(32)).astype(np.uint16)
    table = table.take(pa.array(np.argsort(numbers, kind="stable")))
    ends = np.append(0, np.cumsum(np.bincount(numbers, minlength=partitions)))
    with pa.ipc.new_file(str(path), table.schema) as file:
        for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            (batch,) = table.slice(start, end - start).combine_chunks().to_batches() or (
                pa.RecordBatch.from_pylist([], table.schema),
            )
            file.write_batch(batch)
    return path
