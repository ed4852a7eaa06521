"""Each earlier dump keeps files of its index open: a process asks for as many as it may have."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.store.dataset import write_shard

resource = pytest.importorskip("resource")

RUN = """
import resource, sys
from pathlib import Path
from pipeline.engine.local import LocalEngine
from pipeline.store.dataset import StoreError
from pipeline.store.flat import blocks

soft, hard, shard = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
with LocalEngine():
    kept = []
    try:
        for _ in range(200):
            kept.append(blocks(shard, ["n"]))
    except StoreError as error:
        print(error)
    print(len(kept))
"""


@pytest.mark.parametrize(
    ("hard", "why"), [(400, "it may have more"), (100, "it may not: it says what to do")]
)
def test_as_many_files_are_open_as_the_system_allows(tmp_path: Path, hard: int, why: str) -> None:
    fields = pa.schema([pa.field("n", pa.uint64(), nullable=False)])
    shard = tmp_path / "shard.parquet"
    table = pa.table([np.arange(3, dtype=np.uint64)], schema=fields)
    write_shard(shard, fields, [table], regroup=False, layout="flat")
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "100", str(hard), str(shard)],
        capture_output=True,
        text=True,
        check=True,
    )
    *said, opened = ran.stdout.splitlines()
    if hard == 400:
        assert (opened, said) == ("200", []), why
    else:
        assert int(opened) < 100, why
        assert "allow more (ulimit -n)" in said[0]
        assert "damaged" not in said[0]
