"""A dataset: a folder of Parquet shards and the manifest that names them.

What belongs here: writing a shard whole or not at all, reading it batch by batch, the manifest.
What does not: what is in a dataset (schema), in which order datasets are made (run).

A shard is written beside its place and moved there. The manifest is written last; a dataset
without one is unfinished. Manifests hold no times, so equal input and recipe give equal bytes.

A dataset may lie over another (layers): it is read as a whole, but holds only what differs.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.store.layers import laid_over, layer_schema, stored_names, visible_names

MANIFEST = "_manifest.json"
_MANIFEST_KEYS = {"dataset", "dump", "fingerprint", "rows", "files", "recipe"}
# Rows are grouped until their texts reach this size or number, whichever comes first: large
# enough for readers to skip by, small enough for a worker's memory.
_GROUP_BYTES = 16 * 1024 * 1024
_GROUP_ROWS = 20_000
_ONE_PAGE = {"data_page_size": 1 << 30, "max_rows_per_page": 1 << 30}


Compression = Literal["zstd", "none"]
"""zstd for what is read by others, or kept; none for what is soon gone and read several times."""

Layout = Literal["grouped", "flat"]
"""grouped: tables are put together and cut into row groups of one size. flat: each table is a row
group, and its numbers lie in the file as in memory (`flat`)."""

Stack = tuple[Path, ...]
"""The files of one shard: what lies at the bottom, and each layer over it."""


class StoreError(RuntimeError):
    """A dataset is missing, unfinished or not what it should be."""


@dataclass(frozen=True)
class Provenance:
    """What a dataset was made from: equal provenance, equal bytes.

    maker: the same but for the input; equal makers make equal shards from equal shards.
    """

    dataset: str
    dump: str
    fingerprint: str
    recipe: str
    versions: tuple[tuple[str, str], ...]
    maker: str = ""


@dataclass(frozen=True)
class Shard:
    """One Parquet file of a dataset, as the manifest names it."""

    name: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Target:
    """A dataset to be made: where, with which columns, from what.

    over: the dataset that it will lie over, row for row; None where it stands by itself.
    compression: of its files. counted: the column whose values the manifest counts, and the one
    that says how often each row counts (None: once). made_from: SHA-256 of the shards that its own
    are each made from, in order, where each is made from one alone. layout: of its files.
    """

    folder: Path
    schema: pa.Schema
    provenance: Provenance
    over: "Dataset | None" = None
    compression: Compression = "zstd"
    counted: tuple[str, str | None] | None = None
    made_from: tuple[str, ...] = ()
    layout: Layout = "grouped"

    @property
    def stored(self) -> pa.Schema:
        """The columns as they are in the files."""
        return layer_schema(self.schema) if self.over else self.schema

    def finished(self) -> "Dataset | None":
        """The dataset, where it has been made already from the same provenance."""
        dataset = Dataset(self.folder)
        if not (self.folder / MANIFEST).is_file():
            return None
        return dataset if dataset.fingerprint == self.provenance.fingerprint else None

    def write(self, name: str, tables: Iterable[pa.Table]) -> Shard:
        """Write one of the dataset's shards; a layer's tables are its row groups."""
        return write_shard(
            self.folder / name,
            self.stored,
            tables,
            regroup=self.over is None and self.layout == "grouped",
            compression=self.compression,
            layout=self.layout,
        )

    def finish(self, shards: Iterable[Shard]) -> "Dataset":
        """Write the manifest: from now on the dataset exists."""
        files = sorted(shards, key=lambda shard: shard.name)
        for leftover in self.folder.glob(".*.tmp"):  # of writers that were killed
            leftover.unlink(missing_ok=True)
        manifest = {
            "dataset": self.provenance.dataset,
            "dump": self.provenance.dump,
            "fingerprint": self.provenance.fingerprint,
            "rows": sum(shard.rows for shard in files),
            "bytes": sum(shard.bytes for shard in files),
            "files": [vars(shard) for shard in files],
            "recipe": json.loads(self.provenance.recipe),
            "versions": dict(self.provenance.versions),
        }
        if self.counted:
            manifest["counts"] = _counts([self.folder / file.name for file in files], *self.counted)
        if self.made_from:
            manifest |= {"maker": self.provenance.maker, "made_from": self.made_from}
        if self.over:
            manifest["over"] = os.path.relpath(self.over.folder, self.folder)
        write_whole(self.folder / MANIFEST, json.dumps(manifest, indent=1).encode() + b"\n")
        return Dataset(self.folder)


def _counts(paths: Iterable[Path], column: str, times: str | None) -> dict[str, int]:
    """How often each value stands in a column, the values in order."""
    counts: Counter[str] = Counter()
    for path in paths:
        for batch in read_batches((path,), [column, *([times] if times else [])]):
            weights = batch[times] if times else pa.repeat(1, batch.num_rows)
            table = pa.table({"value": batch[column], "times": weights})
            for row in table.group_by("value").aggregate([("times", "sum")]).to_pylist():
                counts[str(row["value"])] += row["times_sum"]
    return dict(sorted(counts.items()))


@dataclass(frozen=True)
class Dataset:
    """A finished dataset."""

    folder: Path

    def manifest(self) -> dict[str, Any]:
        """Raises `StoreError` where the dataset is unfinished or missing."""
        try:
            loaded: dict[str, Any] = dict(json.loads((self.folder / MANIFEST).read_bytes()))
        except FileNotFoundError as error:
            raise StoreError(f"{self.folder} has no {MANIFEST}: it was never finished") from error
        except (ValueError, TypeError) as error:
            raise StoreError(f"{self.folder / MANIFEST} is damaged: {error}") from error
        if missing := sorted(_MANIFEST_KEYS - set(loaded)):
            raise StoreError(f"{self.folder / MANIFEST} is damaged: {', '.join(missing)} missing")
        return loaded

    @property
    def dump(self) -> str:
        """The dump that it is of. Raises `StoreError` as `manifest` does."""
        return str(self.manifest()["dump"])

    @property
    def fingerprint(self) -> str:
        """Of what the dataset was made from."""
        return str(self.manifest()["fingerprint"])

    @property
    def rows(self) -> int:
        """Rows in all shards."""
        return int(self.manifest()["rows"])

    @property
    def paths(self) -> list[Path]:
        """The dataset's own files, in order; nothing else in the folder counts."""
        return [self.folder / file["name"] for file in self.manifest()["files"]]

    @property
    def shards(self) -> list[Stack]:
        """The shards, in order, each with the files that it lies over.

        Raises `StoreError` where what a layer lies over is gone.
        """
        below = self.manifest().get("over")
        if below is None:
            return [(path,) for path in self.paths]
        under = Dataset((self.folder / below).resolve())
        try:
            stacks = under.shards
        except StoreError as error:
            raise StoreError(
                f"{self.folder} lies over {under.folder}, which is gone: run its step again"
            ) from error
        return [(*stack, path) for stack, path in zip(stacks, self.paths, strict=True)]

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        with _opened(self.paths[0]) as file:
            return visible_names(file.schema_arrow.names)

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """All rows, a row group at a time."""
        for shard in self.shards:
            yield from read_batches(shard, columns)

    def rows_where(
        self, column: str, matches: Callable[[pa.ChunkedArray], pa.ChunkedArray]
    ) -> Iterator[dict[str, Any]]:
        """Whole rows whose `column` matches; only row groups with such a row are read whole.

        For a dataset that stands by itself.
        """
        for table in self.tables_where(column, matches):
            yield from table.to_pylist()

    def tables_where(
        self, column: str, matches: Callable[[pa.ChunkedArray], pa.ChunkedArray]
    ) -> Iterator[pa.Table]:
        """The same rows as tables."""
        for path in self.paths:
            with _opened(path) as file:
                for group in range(file.num_row_groups):
                    mask = matches(file.read_row_group(group, columns=[column])[column])
                    if pc.any(mask).as_py():
                        yield file.read_row_group(group).filter(mask)

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Some columns of all rows at once: for narrow columns only."""
        parts = list(self.batches(columns))
        schema = pq.read_schema(self.paths[0])
        fields = pa.schema([schema.field(name) for name in columns])
        return pa.concat_tables(parts) if parts else fields.empty_table()


def read_batches(shard: Path | Stack, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The row groups of one shard as tables, layers laid over what they lie on."""
    stack = (shard,) if isinstance(shard, Path) else shard
    with ExitStack() as opened:
        files = [opened.enter_context(_opened(path)) for path in stack]
        groups = {file.num_row_groups for file in files}
        if len(groups) != 1:
            raise StoreError(f"{stack[-1]} has other row groups than {stack[0]}")
        for group in range(files[0].num_row_groups):
            yield _read(files, group, columns)


def _read(files: Sequence[pq.ParquetFile], group: int, columns: Sequence[str] | None) -> pa.Table:
    bottom, *layers = files
    table = _columns(bottom, group, _wanted(bottom, columns))
    for layer in layers:
        names = _wanted(layer, columns)
        table = laid_over(table, _columns(layer, group, stored_names(names)))
    return table


def _wanted(file: pq.ParquetFile, columns: Sequence[str] | None) -> list[str]:
    """Those of the columns that the file has, in its own order."""
    return [name for name in file.schema_arrow.names if columns is None or name in columns]


def _columns(file: pq.ParquetFile, group: int, names: Sequence[str]) -> pa.Table:
    return file.read_row_group(group, columns=list(dict.fromkeys(names)), use_threads=False)


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """A shard to read. Raises `StoreError` where it is damaged."""
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise StoreError(f"{path} is named by its manifest, but it is gone") from error
        raise StoreError(f"{path} is damaged: {str(error).splitlines()[0]}") from error


def write_shard(
    path: Path,
    schema: pa.Schema,
    tables: Iterable[pa.Table],
    *,
    regroup: bool = True,
    compression: Compression = "zstd",
    layout: Layout = "grouped",
) -> Shard:
    """Write a shard whole: beside its place first, flushed to disk, then moved there.

    regroup: small tables are put together and large ones cut, so that row groups do not depend on
    how the rows arrived in tables; without, each table is a row group, as a layer's must be.
    layout: flat shards are never compressed.
    Raises `StoreError` where a table has other columns.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path)
    rows = 0
    try:
        words = [path for field in schema for path in _words(field, field.name)]
        how: dict[str, Any] = {"compression": compression, "use_dictionary": words}
        if layout == "flat":
            # A range of packed numbers says nothing, and would stand before them.
            told = [each.name for each in schema if not pa.types.is_large_binary(each.type)]
            how = {"compression": "none", "use_dictionary": False, "write_statistics": told}
            how |= _ONE_PAGE
        with pq.ParquetWriter(beside, schema, **how) as writer:
            fitting = (_fitting(table, schema) for table in tables)
            for group in _groups(fitting) if regroup else fitting:
                if layout == "flat" and not group.num_rows:
                    continue  # there is no page to look into
                writer.write_table(group, row_group_size=max(1, group.num_rows))
                rows += group.num_rows
        _sync(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return Shard(path.name, rows, path.stat().st_size, _sha256(path))


def _words(field: pa.Field, path: str) -> Iterator[str]:
    """Parquet's paths to the words in a column, which may repeat; hashes and counts hardly do."""
    if pa.types.is_string(field.type):
        yield path
    elif pa.types.is_list(field.type):
        yield from _words(field.type.value_field, f"{path}.list.element")
    elif pa.types.is_struct(field.type):
        for inner in field.type:
            yield from _words(inner, f"{path}.{inner.name}")


def read_shard(path: Path) -> Shard:
    """The description of a shard that is there already. Raises `StoreError` for a damaged one."""
    with _opened(path) as file:
        rows = file.metadata.num_rows
    return Shard(path.name, rows, path.stat().st_size, _sha256(path))


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path)
    try:
        beside.write_bytes(content)
        _sync(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _fitting(table: pa.Table, schema: pa.Schema) -> pa.Table:
    if table.column_names != schema.names:
        raise StoreError(f"expected columns {schema.names}, got {table.column_names}")
    return table.cast(schema)


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in groups of about `_GROUP_BYTES`, at most `_GROUP_ROWS`."""
    waiting: list[pa.Table] = []
    size = rows = 0
    for table in tables:
        for start in range(0, table.num_rows, _GROUP_ROWS):
            part = table.slice(start, _GROUP_ROWS)
            waiting.append(part)
            rows += part.num_rows
            size += part.nbytes
            if size >= _GROUP_BYTES or rows >= _GROUP_ROWS:
                yield pa.concat_tables(waiting).combine_chunks()
                waiting, size, rows = [], 0, 0
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def _beside(path: Path) -> Path:
    """A name that no reader takes for data and no other process writes to."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
