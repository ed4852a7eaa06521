"""The two verbs that every step is written against."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import pyarrow as pa

from pipeline.store.dataset import Dataset, Target

Kernel = Callable[[pa.Table], Iterator[pa.Table]]
"""A pure function, importable by name (or a `functools.partial` of one): some rows in, tables out.
`map` gives it a row group at a time, `shuffle_map` whole groups; it yields as it goes, so that a
kernel that reads more than it was given stays within memory."""


class EngineError(RuntimeError):
    """A step could not be finished; the message names the shard."""


@dataclass(frozen=True)
class Mapped:
    """A dataset as a kernel changes it: made while it is read, and not written.

    bytes: about how much the rows that are made would take on disk. columns: see `Engine.map`.
    """

    source: Dataset
    kernel: Kernel
    bytes: int
    columns: Sequence[str] | None = None


class Engine(Protocol):
    """Moves rows between datasets. Text never passes through the caller's process."""

    def map(
        self,
        kernel: Kernel,
        source: Dataset,
        target: Target,
        *,
        columns: Sequence[str] | None = None,
        beside: Dataset | None = None,
    ) -> Dataset:
        """Apply the kernel to each row group of each shard; one target shard for each source shard.

        columns: read only these of the source.
        beside: a dataset with the same shards, row for row; its columns are appended.
        Shards and datasets that are there already are not made again. For a target that lies over
        the source the kernel gives as many rows as it was given; only what differs is stored.
        Raises `EngineError`.
        """
        ...

    def shuffle_map(
        self,
        kernel: Kernel,
        sources: Sequence[Dataset | Mapped],
        key: str,
        target: Target,
        *,
        partition_bytes: int | None = None,
    ) -> Dataset:
        """Bring rows with equal `key` together; the kernel gets whole groups. In which order their
        rows come is not said: see `ordered`, and a kernel that cares for more sorts them.

        key: a column of uint64 that are spread evenly (hashes). The target's shards hold ranges of
        it, in order. The sources have the same columns; where a source lacks one, its rows have
        null there. partition_bytes: about how much a kernel gets at once, as it lies on disk;
        None for kernels that make objects of their rows. The more, the more memory and the fewer
        shards; all rows of a key come at once in any case.
        """
        ...


def ordered(kernel: Kernel, key: str) -> Kernel:
    """The kernel, given its rows sorted by a column of numbers; those with equal ones stay in the
    order in which they came.
    """
    return partial(_ordered, kernel, key)


def _ordered(kernel: Kernel, key: str, table: pa.Table) -> Iterator[pa.Table]:
    keys = table[key].to_numpy()
    order = np.argsort(keys)  # not stable, but much faster: rows with equal keys are few
    in_order = keys[order]
    same = np.append(False, in_order[1:] == in_order[:-1])
    equal = np.flatnonzero(same | np.append(same[1:], False))
    order[equal] = order[equal][np.lexsort((order[equal], in_order[equal]))]
    return kernel(table.take(pa.array(order)))
