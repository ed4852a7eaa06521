"""`python -m benchmarks.copy RAW OUT WORKERS`: what any job must do.

Read the same input, write the same output columns, do nothing: no decoding, no ledger, no hashes,
no flush to disk.
"""

import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq

from benchmarks import child
from pipeline import schema

_REPEATS = 3


def main(raw: Path, out: Path, workers: int) -> None:
    """Answer with the seconds of copying every file; some are copied before the clock starts."""
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(raw.iterdir())
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        copies = partial(copy, out=out)
        list(pool.map(copies, files[:workers]))
        seconds = []
        for _ in range(_REPEATS):
            started = time.perf_counter()
            list(map(copies, files) if workers == 1 else pool.map(copies, files))
            seconds.append(time.perf_counter() - started)
        child.answer(seconds=statistics.median(seconds))


def copy(source: Path, out: Path) -> None:
    """One file of JSON lines to one of Parquet."""
    table = pj.read_json(source, pj.ReadOptions(use_threads=False))
    columns = {
        field.name: table["text"] if field.name == "text" else pa.nulls(table.num_rows, field.type)
        for field in schema.DOCUMENTS
    }
    nullable = pa.schema([field.with_nullable(True) for field in schema.DOCUMENTS])
    target = out / f"{source.stem}.parquet"
    pq.write_table(pa.table(columns, nullable), target, compression="zstd")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
