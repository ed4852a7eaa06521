"""The engine of one machine: a pool of processes, and files between them.

What belongs here: where shards are read and written. What does not: kernels (steps), retrying
killed workers (pool), parting rows by their key (shuffle).
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa

from pipeline.engine.ahead import ahead
from pipeline.engine.engine import EngineError, Kernel, Mapped
from pipeline.engine.openfiles import allow_many
from pipeline.engine.pool import Pool, cores
from pipeline.engine.shuffle import MOST_PARTITIONS, partition, split
from pipeline.store.dataset import (
    Dataset,
    Shard,
    Stack,
    Target,
    read_batches,
    read_shard,
)
from pipeline.store.layers import LayerError, difference

Progress = Callable[[str, int, int], None]
"""(dataset, shards done, shards in all)"""

Rows = Callable[[], Iterator[pa.Table]]
"""A shard's rows, a row group at a time, whenever they are wanted."""

Overlap = Callable[[Iterable[pa.Table]], Iterator[pa.Table]]
"""How tables come to where they are used: `ahead` of that, or `iter`, when they are wanted."""

# A partition of a shuffle is read whole by one worker, whose kernel may make objects of its rows.
_PARTITION_BYTES = 32 * 1024 * 1024
_PARTITION_ROWS = 50_000
# No partition is larger, whatever a kernel may take: it may become one row group, of which pyarrow
# makes two beyond 64 Mi rows, and the rows of a key would come to the next kernel apart.
MOST_PARTITION_BYTES = 256 * 1024 * 1024


def _silent(dataset: str, done: int, total: int) -> None:
    """Progress for nobody."""


@dataclass
class LocalEngine:
    """`map` and `shuffle_map` on this machine. Use it as a context manager: it owns processes."""

    workers: int = 1
    progress: Progress = _silent

    def __post_init__(self) -> None:
        self._pool = Pool(self.workers)

    def __enter__(self) -> "LocalEngine":
        allow_many()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.__exit__(kind, error, trace)

    def map(
        self,
        kernel: Kernel,
        source: Dataset,
        target: Target,
        *,
        columns: Sequence[str] | None = None,
        beside: Dataset | None = None,
    ) -> Dataset:
        """See `Engine.map`."""
        if finished := target.finished():
            return finished
        shards = source.shards
        sides = beside.shards if beside else [None] * len(shards)
        make = _map_layer if target.over else _map_shard
        # Where every core has a worker already, threads would only be in each other's way.
        overlap = ahead if self.workers < cores() else iter
        tasks = []
        for shard, side in zip(shards, sides, strict=True):
            rows = partial(_zipped, shard, side, columns)
            name = shard[-1].name
            tasks.append((name, partial(make, kernel, rows, target, name, overlap)))
        return target.finish(self._make(tasks, target))

    def shuffle_map(
        self,
        kernel: Kernel,
        sources: Sequence[Dataset | Mapped],
        key: str,
        target: Target,
        *,
        partition_bytes: int | None = None,
    ) -> Dataset:
        """See `Engine.shuffle_map`."""
        if finished := target.finished():
            return finished
        scratch = target.folder / ".shuffle"
        tasks = []
        for number, rows in enumerate(self._shuffled(sources, key, scratch, partition_bytes)):
            name = f"part-{number:05d}.parquet"
            tasks.append((name, partial(_map_group, kernel, rows, target, name)))
        dataset = target.finish(self._make(tasks, target))
        shutil.rmtree(scratch, ignore_errors=True)
        return dataset

    def _shuffled(
        self,
        sources: Sequence[Dataset | Mapped],
        key: str,
        scratch: Path,
        partition_bytes: int | None,
    ) -> list[Rows]:
        """The rows of each partition, whenever they are wanted.

        The number of partitions follows from the size of the sources alone, never from the
        workers. What fits into one is read from where it is.
        """
        shards = [shard for source in sources for shard in _shards(source)]
        size = sum(map(_bytes, sources))
        if partition_bytes is None:
            rows = sum(each.rows for each in sources if isinstance(each, Dataset))
            count = 1 + max(size // _PARTITION_BYTES, rows // _PARTITION_ROWS)
        else:
            count = 1 + size // min(partition_bytes, MOST_PARTITION_BYTES)
        if count == 1:
            return [partial(_rows_of, shards)]
        count = min(count, MOST_PARTITIONS)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        tasks = []
        for number, shard in enumerate(shards):
            name = f"rows-{number:05d}"
            tasks.append((name, partial(_split, shard, key, count, scratch / name)))
        parts = [part for _, made in sorted(self._pool.run(tasks)) for part in made]
        return [partial(partition, parts, number) for number in range(count)]

    def _make(
        self, tasks: Sequence[tuple[str, Callable[[], Shard]]], target: Target
    ) -> Iterator[Shard]:
        """The target's shards: those that are there already, and the others made now."""
        there = [name for name, _ in tasks if (target.folder / name).is_file()]
        yield from (read_shard(target.folder / name) for name in there)
        name_of = target.provenance.dataset
        done = len(there)
        self.progress(name_of, done, len(tasks))
        missing = [task for task in tasks if task[0] not in there]
        for _, shard in self._pool.run(missing):
            done += 1
            self.progress(name_of, done, len(tasks))
            yield shard


def _shards(source: Dataset | Mapped) -> list[Rows]:
    """The rows of each shard, whenever they are wanted; of a dataset, those in its own files."""
    if isinstance(source, Dataset):
        return [partial(read_batches, path) for path in source.paths]
    return [partial(_mapped, source, shard) for shard in source.source.shards]


def _bytes(source: Dataset | Mapped) -> int:
    if isinstance(source, Mapped):
        return source.bytes
    return sum(path.stat().st_size for path in source.paths)


def _mapped(source: Mapped, shard: Stack) -> Iterator[pa.Table]:
    batches = read_batches(shard, source.columns)
    return (made for batch in batches for made in source.kernel(batch))


def _split(rows: Rows, key: str, partitions: int, beside: Path) -> list[Path]:
    return split(rows(), key, partitions, beside)


def _rows_of(shards: Sequence[Rows]) -> Iterator[pa.Table]:
    return (batch for rows in shards for batch in rows())


def _map_shard(kernel: Kernel, rows: Rows, target: Target, name: str, overlap: Overlap) -> Shard:
    tables = (made for batch in overlap(rows()) for made in kernel(batch))
    return target.write(name, overlap(tables))


def _map_layer(kernel: Kernel, rows: Rows, target: Target, name: str, overlap: Overlap) -> Shard:
    """The same where the target lies over the source: row group for row group."""

    def layers() -> Iterator[pa.Table]:
        for batch in overlap(rows()):
            try:
                layer = difference(batch, pa.concat_tables(kernel(batch)))
            except LayerError as error:
                raise EngineError(f"{target.folder / name}: {error}") from error
            yield layer.select(target.stored.names)

    return target.write(name, overlap(layers()))


def _zipped(
    source: Stack, beside: Stack | None, columns: Sequence[str] | None
) -> Iterator[pa.Table]:
    """Row groups of the source; with the columns of the shard beside it where there is one."""
    if beside is None:
        yield from read_batches(source, columns)
        return
    parts = list(read_batches(beside))
    side = pa.concat_tables(parts) if parts else pa.table({})  # a shard without rows has no group
    at = 0
    for batch in read_batches(source, columns):
        rows = side.slice(at, batch.num_rows)
        at += batch.num_rows
        if rows.num_rows != batch.num_rows:
            raise EngineError(f"{beside[-1]} has fewer rows than {source[-1]}")
        for field in rows.schema:
            if field.name not in batch.column_names:
                batch = batch.append_column(field, rows[field.name])
            elif field.name == "doc_id" and not batch["doc_id"].equals(rows["doc_id"]):
                raise EngineError(f"{beside[-1]} does not go with {source[-1]}: other documents")
        yield batch
    if at != side.num_rows:
        raise EngineError(f"{beside[-1]} has more rows than {source[-1]}")


def _map_group(kernel: Kernel, rows: Rows, target: Target, name: str) -> Shard:
    batches = list(rows())
    if not batches:
        return target.write(name, [])
    return target.write(name, kernel(_joined(batches)))


def _joined(batches: Sequence[pa.Table]) -> pa.Table:
    """The batches as one table, nulls where one lacks a column.

    Nulls of numbers are one piece of memory, which nobody touches.
    """
    fields = {field.name: field for batch in batches for field in batch.schema}
    if all(len(batch.schema) == len(fields) for batch in batches):
        return pa.concat_tables(batches, promote_options="default")
    nothing = pa.py_buffer(np.zeros(max(batch.num_rows for batch in batches), np.uint64))
    wide = []
    for batch in batches:
        rows = batch.num_rows
        columns = {
            name: batch[name]
            if name in batch.column_names
            else pa.Array.from_buffers(field.type, rows, [nothing, nothing], rows)
            if pa.types.is_primitive(field.type)
            else pa.nulls(rows, field.type)
            for name, field in fields.items()
        }
        wide.append(pa.table(columns))
    return pa.concat_tables(wide, promote_options="default")
