"""The two verbs give the same datasets for any number of workers, whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.engine import EngineError, Kernel, Mapped, ordered
from pipeline.engine.local import LocalEngine
from pipeline.store.dataset import Dataset, Provenance, Target, write_shard
from tests.conftest import tree
from tests.engine import kernels

NUMBERS = pa.schema([("n", pa.int64())])
KEYED = pa.schema([("key", pa.uint64()), ("n", pa.int64())])
A, B, C = 2**61, 2**62, 2**63  # hashes, spread over all there are
GROUPS = pa.schema([("key", pa.uint64()), ("n", pa.list_(pa.int64()))])


def target(folder: Path, schema: pa.Schema = NUMBERS) -> Target:
    return Target(folder, schema, Provenance(folder.name, "d", "f", "{}", ()))


def source(folder: Path, shards: int = 4) -> Dataset:
    made = target(folder)
    return made.finish(
        write_shard(folder / f"part-{n:05d}.parquet", NUMBERS, [pa.table({"n": [n, n + 100]})])
        for n in range(shards)
    )


def keyed(folder: Path, rows: list[tuple[int, int]]) -> Dataset:
    table = pa.table({"key": [k for k, _ in rows], "n": [n for _, n in rows]}, KEYED)
    return target(folder, KEYED).finish([write_shard(folder / "part-0.parquet", KEYED, [table])])


def mapped(tmp_path: Path, kernel: Kernel, workers: int, name: str = "out") -> Dataset:
    with LocalEngine(workers) as engine:
        return engine.map(kernel, source(tmp_path / "in"), target(tmp_path / name))


def test_map_is_the_same_for_any_number_of_workers(tmp_path: Path) -> None:
    trees = [
        tree(mapped(tmp_path, kernels.double, workers, f"{workers}/out").folder)
        for workers in (1, 2, 3)
    ]
    assert trees[0] == trees[1] == trees[2]
    assert Dataset(tmp_path / "1" / "out").table(["n"])["n"].to_pylist() == [
        0, 200, 2, 202, 4, 204, 6, 206,
    ]  # fmt: skip


def test_shuffle_map_brings_equal_keys_of_all_sources_together(tmp_path: Path) -> None:
    one = keyed(tmp_path / "one", [(B, 3), (A, 2), (B, 1)])
    two = keyed(tmp_path / "two", [(A, 5), (C, 4), (B, 2)])
    for workers in (1, 2):
        with LocalEngine(workers) as engine:
            out = target(tmp_path / f"{workers}/out", GROUPS)
            found = engine.shuffle_map(kernels.groups, [one, two], "key", out)
        assert found.table(["key", "n"]).to_pylist() == [
            {"key": A, "n": [2, 5]},
            {"key": B, "n": [1, 2, 3]},
            {"key": C, "n": [4]},
        ]
    assert tree(tmp_path / "1" / "out") == tree(tmp_path / "2" / "out")


def test_shuffling_nothing_gives_an_empty_dataset(tmp_path: Path) -> None:
    empty = keyed(tmp_path / "none", [])
    with LocalEngine() as engine:
        out = engine.shuffle_map(kernels.groups, [empty], "key", target(tmp_path / "out", GROUPS))
    assert out.rows == 0
    assert out.table(["key"]).num_rows == 0


def test_many_partitions_keep_keys_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.engine.local._PARTITION_BYTES", 100)
    keys = np.random.default_rng(0).integers(0, 2**64, 37, np.uint64, endpoint=False).tolist()
    rows = [(keys[n % 37], n) for n in range(500)]
    with LocalEngine() as engine:
        out = engine.shuffle_map(
            kernels.groups, [keyed(tmp_path / "in", rows)], "key", target(tmp_path / "out", GROUPS)
        )
    assert len(out.paths) > 3
    assert out.table(["key"])["key"].to_pylist() == sorted(keys)  # ranges of keys, in order
    found = {row["key"]: row["n"] for row in out.table(["key", "n"]).to_pylist()}
    assert found == {key: list(range(k, 500, 37)) for k, key in enumerate(keys)}


@given(st.lists(st.tuples(st.integers(0, 3) | st.just(2**64 - 1), st.integers(0, 9)), max_size=40))
def test_ordered_rows_are_sorted_and_equal_keys_stay_as_they_came(
    rows: list[tuple[int, int]],
) -> None:
    """In whichever tables they come; more rows than a sort takes for few, and none."""
    rows = rows + rows[::-1]
    tables = [
        pa.table({"key": [k for k, _ in some], "n": [n for _, n in some]}, KEYED)
        for some in (rows[:7], rows[7:])
    ]
    (found,) = ordered(kernels.same, "key")(pa.concat_tables(tables))
    assert [(row["key"], row["n"]) for row in found.to_pylist()] == sorted(
        rows, key=lambda row: row[0]
    )


@pytest.mark.parametrize("partition_bytes", [None, 100])
def test_what_is_mapped_on_its_way_is_as_if_it_were_written(
    partition_bytes: int | None, tmp_path: Path
) -> None:
    """Whether it is read where it is or split; beside another source, and with any workers."""
    numbers, beside = source(tmp_path / "in"), keyed(tmp_path / "beside", [(A, 7), (0, 8)])
    trees = []
    for workers in (1, 2):
        with LocalEngine(workers) as engine:
            there = target(tmp_path / f"{workers}/written", KEYED)
            written = engine.map(kernels.even_keyed, numbers, there)
            assert written.rows == 8
            size = sum(path.stat().st_size for path in written.paths)
            one = Mapped(numbers, kernels.even_keyed, size, ["n"])
            for name, first in (("mapped", one), ("read", written)):
                out = engine.shuffle_map(
                    ordered(kernels.same, "key"),
                    [first, beside],
                    "key",
                    target(tmp_path / f"{workers}/{name}", KEYED),
                    partition_bytes=partition_bytes,
                )
                assert out.rows == 10
                assert (len(out.paths) > 1) == bool(partition_bytes)
                trees.append(tree(out.folder) | {"_manifest.json": b""})  # the name is in it
    assert trees[0] == trees[1] == trees[2] == trees[3]


def test_only_the_columns_that_are_asked_for_come_to_what_is_mapped(tmp_path: Path) -> None:
    both = keyed(tmp_path / "in", [(A, 1), (B, 2)])
    with LocalEngine() as engine:
        one = Mapped(both, kernels.same, 0, ["key"])
        keys = target(tmp_path / "out", pa.schema([KEYED.field("key")]))
        out = engine.shuffle_map(ordered(kernels.same, "key"), [one], "key", keys)
    assert out.table(["key"])["key"].to_pylist() == [A, B]


MORE = [
    pytest.param("number", pa.int32(), [5, None], id="numbers"),
    pytest.param("share", pa.float64(), [0.5, 2.0], id="floats"),
    pytest.param("is", pa.bool_(), [True, False], id="truths"),
    pytest.param("day", pa.timestamp("us"), [0, 1], id="times"),
    pytest.param("word", pa.string(), ["x", ""], id="strings"),
    pytest.param("bytes", pa.large_binary(), [b"x", None], id="bytes"),
    pytest.param("list", pa.list_(pa.uint32()), [[1], []], id="lists"),
]


@pytest.mark.parametrize("partition_bytes", [None, 10])
@pytest.mark.parametrize(("name", "kind", "values"), MORE)
def test_a_source_that_lacks_a_column_has_nulls_there(
    name: str, kind: pa.DataType, values: list[object], partition_bytes: int | None, tmp_path: Path
) -> None:
    """However many rows each has, and whichever comes first."""
    wide = pa.schema([KEYED.field("key"), pa.field(name, kind)])
    every = pa.schema([*KEYED, pa.field(name, kind)])
    column = pa.array(values, pa.int64() if kind == pa.timestamp("us") else kind).cast(kind)
    there = target(tmp_path / "wide", wide)
    table = pa.table([pa.array([A, C], pa.uint64()), column], schema=wide)
    sources = [
        keyed(tmp_path / "narrow", [(key, n) for n, key in enumerate((A, A, C, C, C))]),
        there.finish([write_shard(there.folder / "part-0.parquet", wide, [table])]),
    ]
    first, second = column.to_pylist()
    for some in (sources, sources[::-1]):
        out = target(tmp_path / some[0].folder.name / "out", every)
        with LocalEngine() as engine:
            kernel = partial(kernels.chosen, names=every.names)
            found = engine.shuffle_map(kernel, some, "key", out, partition_bytes=partition_bytes)
        rows = [tuple(row.values()) for row in found.table(every.names).to_pylist()]
        expected = [(key, n, None) for n, key in enumerate((A, A, C, C, C))]
        expected += [(A, None, first), (C, None, second)]
        assert sorted(rows, key=str) == sorted(expected, key=str)


LETTERS = pa.schema([("letter", pa.string())])


def letters(folder: Path, left: Dataset, *names: str) -> Dataset:
    """A dataset to go beside another: the same shards, each with these letters."""
    made = target(folder, LETTERS)
    return made.finish(
        write_shard(folder / path.name, LETTERS, [pa.table({"letter": list(names)})])
        for path in left.paths
    )


def test_columns_beside_are_joined_row_by_row(tmp_path: Path) -> None:
    left = source(tmp_path / "in", shards=2)
    both = pa.schema([*NUMBERS, *LETTERS])
    with LocalEngine() as engine:
        beside = letters(tmp_path / "beside", left, "x", "y")
        out = engine.map(kernels.same, left, target(tmp_path / "out", both), beside=beside)
    assert [tuple(row.values()) for row in out.table(["n", "letter"]).to_pylist()] == [
        (0, "x"),
        (100, "y"),
        (1, "x"),
        (101, "y"),
    ]


@pytest.mark.parametrize(("names", "words"), [("x", "fewer rows"), ("xyz", "more rows")])
def test_what_does_not_go_beside_is_refused(tmp_path: Path, names: str, words: str) -> None:
    left = source(tmp_path / "in", shards=2)
    beside = letters(tmp_path / "beside", left, *names)
    both = pa.schema([*NUMBERS, *LETTERS])
    with LocalEngine() as engine, pytest.raises(EngineError, match=words):
        engine.map(kernels.same, left, target(tmp_path / "out", both), beside=beside)


def test_a_killed_worker_costs_its_shard_one_more_try(tmp_path: Path) -> None:
    kernel = partial(kernels.killed_once, mark=tmp_path / "mark")
    found = mapped(tmp_path, kernel, 2)
    assert (tmp_path / "mark").exists()
    assert tree(found.folder) == tree(mapped(tmp_path, kernels.double, 1, "plain/out").folder)


def test_workers_that_ignore_a_request_to_end_hold_nothing_up(tmp_path: Path) -> None:
    """Dagster passes on what it has for SIGINT, and a shell's `&` has had that ignored."""
    script = (
        "import signal, sys\n"
        "from functools import partial\n"
        "from pathlib import Path\n"
        "from tests.engine import kernels, test_local\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    tmp = Path(sys.argv[1])\n"
        "    kernel = partial(kernels.killed_once, mark=tmp / 'mark')\n"
        "    print(test_local.mapped(tmp, kernel, 2).rows)\n"
    )
    (tmp_path / "script.py").write_text(script)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        capture_output=True,
        check=True,
        text=True,
        timeout=120,  # where it fails it never ends
    )
    assert int(done.stdout) == 8


def test_a_shard_that_kills_twice_is_named(tmp_path: Path) -> None:
    kernel = partial(kernels.killer, number=2)
    with pytest.raises(EngineError, match=r"part-00002.parquet killed its worker 2 times"):
        mapped(tmp_path, kernel, 2)
    assert not (tmp_path / "out" / "_manifest.json").exists()


def test_the_shards_that_are_there_are_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        mapped(tmp_path, partial(kernels.killer, number=2), 2)
    there = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.parquet")}
    assert there
    found = mapped(tmp_path, kernels.double, 1)
    assert found.rows == 8
    for name, time_of in there.items():
        assert (tmp_path / "out" / name).stat().st_mtime_ns == time_of


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_kernel_arrives(tmp_path: Path, workers: int) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        mapped(tmp_path, kernels.failing, workers)


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    source(tmp_path / "in")
    (tmp_path / "pids").mkdir()
    script = (
        "import sys\n"
        "from functools import partial\n"
        "from pathlib import Path\n"
        "from tests.engine import kernels, test_local\n"
        "if __name__ == '__main__':\n"
        "    tmp = Path(sys.argv[1])\n"
        "    test_local.mapped(tmp, partial(kernels.slow, folder=tmp / 'pids'), 2)\n"
    )
    (tmp_path / "script.py").write_text(script)
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    parent = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", str(tmp_path)], env=environment
    )
    while len(list((tmp_path / "pids").iterdir())) < 2:
        assert parent.poll() is None
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    pids = [int(path.name) for path in (tmp_path / "pids").iterdir()]
    deadline = time.monotonic() + 20
    while any(_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "a worker is still there"
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    """Whether the process runs; one that is dead but not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
