"""Datasets are whole or not there; a commit is done or will be done."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.store import commit as store_commit
from pipeline.store.commit import (
    Busy,
    commit,
    committing,
    finish_all,
    locked,
    roll_forward,
)
from pipeline.store.dataset import (
    Dataset,
    Provenance,
    StoreError,
    Target,
    read_batches,
    write_shard,
)

SCHEMA = pa.schema([("n", pa.int64())])


def table(*numbers: int) -> pa.Table:
    return pa.table({"n": list(numbers)}, SCHEMA)


def target(folder: Path, fingerprint: str = "f") -> Target:
    return Target(folder, SCHEMA, Provenance("numbers", "d", fingerprint, "{}", ()))


def make(folder: Path, *numbers: int, fingerprint: str = "f") -> Dataset:
    shard = write_shard(folder / "part-00000.parquet", SCHEMA, [table(*numbers)])
    return target(folder, fingerprint).finish([shard])


def numbers(folder: Path) -> list[int]:
    found: list[int] = Dataset(folder).table(["n"])["n"].to_pylist()
    return found


def test_a_dataset_is_there_once_its_manifest_is(tmp_path: Path) -> None:
    write_shard(tmp_path / "part-00000.parquet", SCHEMA, [table(1)])
    assert target(tmp_path).finished() is None
    with pytest.raises(StoreError, match="was never finished"):
        Dataset(tmp_path).manifest()
    make(tmp_path, 1, 2)
    finished = target(tmp_path).finished()
    assert finished is not None
    assert finished.rows == 2
    assert target(tmp_path, "another fingerprint").finished() is None


def test_only_what_the_manifest_names_is_read(tmp_path: Path) -> None:
    make(tmp_path, 1, 2)
    pq.write_table(table(99), tmp_path / "part-99999.parquet")
    assert numbers(tmp_path) == [1, 2]


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    make(tmp_path, 1)
    (tmp_path / "_manifest.json").write_text("{")
    with pytest.raises(StoreError, match=r"_manifest.json is damaged"):
        Dataset(tmp_path).manifest()


def test_damaged_data_is_named(tmp_path: Path) -> None:
    made = make(tmp_path / "a", 1)
    (tmp_path / "a" / "part-00000.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(StoreError, match=r"part-00000.parquet is damaged"):
        made.table(["n"])
    (tmp_path / "a" / "part-00000.parquet").unlink()
    with pytest.raises(StoreError, match=r"part-00000.parquet is named by its manifest"):
        list(made.batches())
    (tmp_path / "a" / "_manifest.json").write_text("{}")
    with pytest.raises(StoreError, match="is damaged: dataset, dump, files, fingerprint"):
        made.manifest()


def test_a_shard_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def tables() -> object:
        yield table(1)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        write_shard(tmp_path / "part.parquet", SCHEMA, tables())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"expected columns \['n'\], got \['m'\]"):
        write_shard(tmp_path / "part.parquet", SCHEMA, [pa.table({"m": [1]})])


def test_row_groups_do_not_depend_on_how_rows_arrive(tmp_path: Path) -> None:
    one = write_shard(tmp_path / "one", SCHEMA, [table(*range(50_000))])
    many = write_shard(tmp_path / "many", SCHEMA, (table(n) for n in range(50_000)))
    assert (one.rows, one.sha256) == (many.rows, many.sha256)
    assert [batch.num_rows for batch in read_batches(tmp_path / "one")] == [20_000, 20_000, 10_000]


def test_a_commit_replaces_every_folder(tmp_path: Path) -> None:
    work = tmp_path / "work"
    for name, old, new in (("a", 1, 10), ("b", 2, 20)):
        make(tmp_path / name, old, fingerprint="old")
        make(work / name, new, fingerprint="new")
    commit(work, {work / name: tmp_path / name for name in "ab"})
    assert [numbers(tmp_path / name) for name in "ab"] == [[10], [20]]
    assert not (work / "commit.json").exists()
    assert not (work / "a").exists()


def test_a_commit_without_atomic_exchange_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_commit, "_exchange", lambda *_: False)
    make(tmp_path / "live", 1, fingerprint="old")
    make(tmp_path / "work" / "new", 2, fingerprint="new")
    commit(tmp_path / "work", {tmp_path / "work" / "new": tmp_path / "live"})
    assert numbers(tmp_path / "live") == [2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live", "work"]


def test_a_commit_of_something_unfinished_changes_nothing(tmp_path: Path) -> None:
    make(tmp_path / "live", 1)
    (tmp_path / "work" / "new").mkdir(parents=True)
    with pytest.raises(StoreError, match="never finished"):
        commit(tmp_path / "work", {tmp_path / "work" / "new": tmp_path / "live"})
    assert numbers(tmp_path / "live") == [1]


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_commit_cut_short_is_rolled_forward(tmp_path: Path, done: int) -> None:
    work = tmp_path / "work"
    names = ["a", "b"]
    for name in names:
        make(tmp_path / name, 1, fingerprint="old")
        make(work / name, 2, fingerprint="new")
    journal = [[name, f"../{name}", "new"] for name in names]
    for name in names[:done]:
        commit(work, {work / name: tmp_path / name})
    (work / "commit.json").write_text(json.dumps(journal))
    roll_forward(work)
    assert [numbers(tmp_path / name) for name in names] == [[2], [2]]
    assert not (work / "commit.json").exists()


def test_a_journal_of_something_gone_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.joinpath("commit.json").write_text(json.dumps([["gone", "live", "new"]]))
    with pytest.raises(StoreError, match=r"which is gone; remove .*commit\.json"):
        roll_forward(tmp_path)


def test_whoever_finishes_a_commit_waits_for_whoever_publishes(tmp_path: Path) -> None:
    """Two that swap the same folders at once would swap them back."""
    work = tmp_path / "_work" / "d"
    make(tmp_path / "a" / "d", 1, fingerprint="old")
    make(work / "a", 2, fingerprint="new")
    (work / "commit.json").write_text(json.dumps([["a", "../../a/d", "new"]]))
    thread = threading.Thread(target=finish_all, args=(tmp_path,))
    with committing(tmp_path):
        thread.start()
        thread.join(0.2)
        assert numbers(tmp_path / "a" / "d") == [1]
    thread.join()
    assert numbers(tmp_path / "a" / "d") == [2]
    assert not (work / "commit.json").exists()


def test_nothing_is_written_where_nothing_is_to_be_finished(tmp_path: Path) -> None:
    finish_all(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_of_one_dump_do_not_meet(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, pipeline.store.commit as c\n"
        "with c.locked(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    with pytest.raises(Busy, match="another run works on this dump"), locked(tmp_path):
        pass
    other.kill()  # the system frees the lock of a killed process
    other.communicate()
    with locked(tmp_path):
        assert (tmp_path.parent / ".locks" / f"{tmp_path.name}.lock").exists()
