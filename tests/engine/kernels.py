"""Kernels that workers import by name."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc


def double(table: pa.Table) -> Iterator[pa.Table]:
    yield pa.table({"n": pc.multiply(table["n"], 2)})


def first_row(table: pa.Table) -> Iterator[pa.Table]:
    yield table.slice(0, 1)


def same(table: pa.Table) -> Iterator[pa.Table]:
    yield table


def groups(table: pa.Table) -> Iterator[pa.Table]:
    """One row a key: the numbers of the rows that met."""
    for key in sorted(set(table["key"].to_pylist())):
        members = sorted(
            table.filter(pc.equal(table["key"], pa.scalar(key, pa.uint64())))["n"].to_pylist()
        )
        yield pa.table({"key": pa.array([key], pa.uint64()), "n": [members]})


def chosen(table: pa.Table, *, names: list[str]) -> Iterator[pa.Table]:
    """The columns in this order."""
    yield table.select(names)


def even_keyed(table: pa.Table) -> Iterator[pa.Table]:
    """Of even numbers below 128 two tables: they, and the numbers after them; with keys."""
    even = table.filter(pc.equal(pc.bit_wise_and(table["n"], 1), 0))
    for more in (0, 1):
        n = pc.add(even["n"], more)
        yield pa.table({"key": pc.shift_left(n, 56).cast(pa.uint64()), "n": n})


def killed_once(table: pa.Table, *, mark: Path) -> Iterator[pa.Table]:
    """The first worker to come here is killed."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        yield from double(table)
        return
    os.kill(os.getpid(), signal.SIGKILL)


def killer(table: pa.Table, *, number: int) -> Iterator[pa.Table]:
    """Whoever takes the shard with this number is killed."""
    if number in table["n"].to_pylist():
        os.kill(os.getpid(), signal.SIGKILL)
    yield from double(table)


def slow(table: pa.Table, *, folder: Path) -> Iterator[pa.Table]:
    """Says which process it is, then takes long."""
    (folder / str(os.getpid())).touch()
    time.sleep(60)
    yield from double(table)


def failing(table: pa.Table) -> Iterator[pa.Table]:
    raise ValueError(f"cannot take {table['n'][0].as_py()}")
    yield table
