"""Flat shards: plain Parquet, of which columns of numbers can be looked into where they lie.

What belongs here: how such a shard is written, and the view of its columns. What does not: what is
looked up in them (dedup).

A column of numbers without nulls, neither compressed nor encoded, in one page a row group, ends its
chunk as the array it was. So does one of packed numbers (binary), each value after its length. Any
reader of Parquet reads such a file; we map it into memory and touch only what is asked for, so that
a look-up costs the same however large the file is.
"""

import errno
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.store.dataset import Dataset, StoreError

Column = NDArray[Any]
# What Parquet may put before the numbers of a page: its header, and that none is null.
_MOST_HEADER = 4096
_WORD = 4
_WIDTHS = {"INT32": 4, "INT64": 8, "FLOAT": 4, "DOUBLE": 8}
# How a column that lies there as it was in memory may be encoded: it, and that none of it is null.
_PLAIN = {"PLAIN", "RLE", "BIT_PACKED"}
# Thrift's compact protocol: the next field, a number of 32 bits; the kind of a field that is one.
_I32_FIELD, _STRUCTURE = 0x15, 0x0C


@dataclass(frozen=True)
class Block:
    """One row group of a flat shard.

    columns: views into the file, read only. least, most: of the first column, which is sorted
    where the dataset is.
    """

    columns: dict[str, Column]
    rows: int
    least: int
    most: int


def blocks(path: Path, names: list[str]) -> list[Block]:
    """The row groups of a flat shard, in order, with these columns.

    Raises `StoreError` where the file is damaged, or was not written flat.
    """
    about, bytes_of = _opened(path)
    kinds = {field.name: field.type for field in about.schema.to_arrow_schema()}
    found = []
    for number in range(about.num_row_groups):
        group = about.row_group(number)
        chunks = {
            chunk.path_in_schema: chunk for chunk in map(group.column, range(about.num_columns))
        }
        try:
            views = {
                name: _view(bytes_of, chunks[name], kinds[name].to_pandas_dtype()) for name in names
            }
        except (KeyError, ValueError) as error:
            raise StoreError(f"{path} is not flat, or damaged: {error}") from error
        told = chunks[names[0]].statistics
        if told is None or not told.has_min_max:
            raise StoreError(f"{path} is not flat: it does not say in what range its rows are")
        found.append(Block(views, group.num_rows, told.min, told.max))
    return found


def _opened(path: Path) -> tuple[pq.FileMetaData, NDArray[np.uint8]]:
    """(what the file says of itself, its bytes where they lie)."""
    about, file = _mapped(path)
    return about, np.frombuffer(file, np.uint8)


def _mapped(path: Path) -> tuple[pq.FileMetaData, mmap.mmap]:
    try:
        about = pq.read_metadata(path)
        with path.open("rb") as file:
            return about, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError as error:
        raise StoreError(f"{path} is named by its manifest, but it is gone") from error
    except OSError as error:
        if error.errno == errno.EMFILE:
            raise StoreError(
                f"{path} cannot be opened: this process has as many files open as the system lets "
                "it. The index needs some for each earlier dump: allow more (ulimit -n)"
            ) from error
        raise StoreError(f"{path} is damaged: {str(error).splitlines()[0]}") from error
    except (pa.ArrowException, ValueError) as error:
        raise StoreError(f"{path} is damaged: {str(error).splitlines()[0]}") from error


def _view(bytes_of: NDArray[np.uint8], chunk: Any, kind: Any) -> Column:
    """The numbers of a column chunk. Raises `ValueError` where they do not lie there plainly."""
    start, size = _page(bytes_of, chunk, np.dtype(kind).itemsize)
    numbers: Column = np.asarray(bytes_of[start : start + size]).view(kind)
    told = chunk.statistics
    if size and told.has_min_max and (numbers[0] < told.min or numbers[0] > told.max):
        raise ValueError(f"column {chunk.path_in_schema} is not what the file says of it")
    return numbers


def _page(bytes_of: NDArray[np.uint8], chunk: Any, width: int) -> tuple[int, int]:
    """(where the numbers of a chunk begin, how many bytes they are). Raises `ValueError`."""
    if width != _WIDTHS.get(chunk.physical_type):
        raise ValueError(f"column {chunk.path_in_schema} is kept in another width")
    size = chunk.num_values * width
    header = chunk.total_compressed_size - size
    _check_plain(chunk, header)
    told = chunk.statistics
    if told is None or told.null_count:
        raise ValueError(f"column {chunk.path_in_schema} may hold nulls")
    start = chunk.data_page_offset + header
    if start + size > len(bytes_of):
        raise ValueError(f"column {chunk.path_in_schema} is cut off")
    page, values = _told_of_page(bytes_of[chunk.data_page_offset : start].tobytes())
    if page < size or values != chunk.num_values:
        raise ValueError(f"column {chunk.path_in_schema} has several pages")
    return start, size


def _binary_page(bytes_of: NDArray[np.uint8], chunk: Any, column: Any) -> tuple[int, int]:
    """The same of packed numbers without nulls, each value after its length."""
    if column.max_definition_level:  # which are null is said in the page, before the values
        raise ValueError(f"column {chunk.path_in_schema} may hold nulls")
    start = chunk.data_page_offset
    size, values = _told_of_page(bytes_of[start : start + _MOST_HEADER].tobytes())
    header = chunk.total_compressed_size - size
    _check_plain(chunk, header)
    if values != chunk.num_values:
        raise ValueError(f"column {chunk.path_in_schema} has several pages")
    start += header
    if start + size > len(bytes_of) or size % _WORD:
        raise ValueError(f"column {chunk.path_in_schema} is cut off, or not of whole words")
    return start, size


@dataclass(frozen=True)
class Words:
    """A column of one row group as 32-bit words, read only, where they lie in the file."""

    values: NDArray[np.uint32]
    file: mmap.mmap
    offset: int

    def release(self) -> None:
        """Let go of the memory through which they are seen; they can be looked at again."""
        if hasattr(self.file, "madvise"):
            start = self.offset - self.offset % mmap.PAGESIZE
            size = self.offset + self.values.nbytes - start
            self.file.madvise(mmap.MADV_DONTNEED, start, size)


def words(path: Path, name: str) -> list[Words]:
    """A column of uint32, or of binary values that are packed with them, of each row group. In the
    latter each value comes after its length in bytes, a word by itself; that each is of whole words
    is for the writer to see to.

    Raises `StoreError` as `blocks` does.
    """
    about, file = _mapped(path)
    bytes_of = np.frombuffer(file, np.uint8)
    columns = [about.schema.column(number) for number in range(about.num_columns)]
    names = [column.path for column in columns]
    if name not in names:
        raise StoreError(f"{path} is not flat, or damaged: it has no column {name}")
    at = names.index(name)
    packed = pa.types.is_large_binary(about.schema.to_arrow_schema().field(name).type)
    found = []
    for number in range(about.num_row_groups):
        try:
            chunk = about.row_group(number).column(at)
            if packed:
                start, size = _binary_page(bytes_of, chunk, columns[at])
            else:
                start, size = _page(bytes_of, chunk, _WORD)
        except ValueError as error:
            raise StoreError(f"{path} is not flat, or damaged: {error}") from error
        values = np.asarray(bytes_of[start : start + size]).view(np.uint32)
        found.append(Words(values, file, start))
    return found


def _check_plain(chunk: Any, header: int) -> None:
    """Raises `ValueError` where a chunk is not one plain page after a header of so many bytes."""
    plain = chunk.compression == "UNCOMPRESSED" and not chunk.has_dictionary_page
    if not plain or not set(chunk.encodings) <= _PLAIN or not 0 < header <= _MOST_HEADER:
        raise ValueError(f"column {chunk.path_in_schema} is no single plain page")


def _told_of_page(header: bytes) -> tuple[int, int]:
    """(how large the page is that begins like this, how many values it has); zeros where no page
    does.

    A page's header is a Thrift structure. Its fields are the kind of page, its size, that when
    compressed, perhaps a checksum, and a structure that begins with the number of values
    (parquet.thrift, `PageHeader`).
    """
    rest = iter(header)
    numbers = []
    while (field := next(rest, 0)) == _I32_FIELD:
        numbers.append(_number(rest))
    is_page = len(numbers) > 2 and field & 0x0F == _STRUCTURE and next(rest, 0) == _I32_FIELD
    return (numbers[1], _number(rest)) if is_page else (0, 0)


def _number(rest: Iterator[int]) -> int:
    """Seven bits a byte, the lowest first; the uppermost bit: more follow. 0 where they end."""
    value = shift = 0
    for byte in rest:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value >> 1  # zigzag: the lowest bit is the sign
    return 0


class FlatColumns:
    """A dataset of flat shards, opened shard by shard as it is asked for.

    names: the columns that will be looked at; the first of them is the sorted one, if any is.
    """

    def __init__(self, dataset: Dataset, names: list[str]) -> None:
        self._folder, self._paths, self._names = dataset.folder, dataset.paths, names
        self._opened: dict[int, list[Block]] = {}

    def shard(self, number: int) -> list[Block]:
        """The blocks of one shard. Raises `StoreError`."""
        if number >= len(self._paths):
            raise StoreError(f"{self._folder} has no shard {number}")
        if number not in self._opened:
            self._opened[number] = blocks(self._paths[number], self._names)
        return self._opened[number]

    def all_blocks(self) -> list[Block]:
        """Every block of the dataset, in order. Raises `StoreError`."""
        return [block for number in range(len(self._paths)) for block in self.shard(number)]

    def within(self, wanted: NDArray[np.uint64]) -> Iterator[tuple[Block, int, int]]:
        """(block, first, end) for each block in whose range some of the wanted numbers lie, and
        which: `wanted[first:end]`. These are sorted, as the first column is. Raises `StoreError`.
        """
        for block in self.all_blocks():
            first = int(np.searchsorted(wanted, np.uint64(block.least), "left"))
            end = int(np.searchsorted(wanted, np.uint64(block.most), "right"))
            if end > first:
                yield block, first, end
