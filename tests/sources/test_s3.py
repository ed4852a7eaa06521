"""Dumps in an S3 store: a real server of its protocol, on loopback."""

import json
import os
import pickle
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from s3fs import S3FileSystem

from pipeline import run as steps
from pipeline.cli import BAD_INPUT, main
from pipeline.recipe import Recipe
from pipeline.sources.places.dumps import dates_in, dumps_in
from pipeline.sources.places.fetching import NOT_DELIVERED
from pipeline.sources.places.place import DumpError, Place, identity_of
from pipeline.sources.places.remote import Remote
from pipeline.sources.settings import IngestSettings
from pipeline.steps import ingest
from tests.conftest import EXAMPLES, publish, rows, tree
from tests.stores import s3

DAY = "2026-11-22"
ODD = ["a b.txt", "a#b.txt", "a?b.txt", "a%20b.txt", "ä/ö.txt", "a//b.txt", "a\\b.txt", "x::y.txt"]


@pytest.fixture(scope="module")
def store() -> Iterator[S3FileSystem]:
    with pytest.MonkeyPatch.context() as environment, s3(environment) as found:
        yield found


@pytest.fixture
def bucket(store: S3FileSystem, request: pytest.FixtureRequest) -> str:
    """An empty bucket of the test's own."""
    name = f"b{abs(hash(request.node.name))}"
    store.mkdir(name)
    return name


def upload(store: S3FileSystem, folder: Path, where: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            store.pipe_file(f"{where}/{path.relative_to(folder)}", path.read_bytes())


def one(raw: str, name: str | None = None) -> tuple[str, Place]:
    (found,) = dumps_in(raw, name)
    return found


def sources(place: Place) -> list[str]:
    return sorted(found.path.decode() for found in place.files())


def parquet(out: Path) -> dict[str, bytes]:
    """All that is published, manifests aside: those name the checksums that a dump was known by."""
    published = {path: raw for path, raw in tree(out).items() if path.endswith(".parquet")}
    return {path: raw for path, raw in published.items() if not path.startswith("_work")}


def test_the_same_files_give_the_same_datasets_from_a_store_and_a_folder(
    store: S3FileSystem, bucket: str, tmp_path: Path
) -> None:
    upload(store, EXAMPLES / DAY, f"{bucket}/raw/{DAY}")
    store.pipe_file(f"{bucket}/raw/{DAY}/_SUCCESS", b"")
    store.pipe_file(f"{bucket}/raw/{DAY}/.hidden/x.txt", b"not delivered")
    name, place = one(f"s3://{bucket}/raw/")
    assert name == DAY
    recipe = Recipe(ingest=IngestSettings(shard_bytes=10_000))
    local = publish(EXAMPLES / DAY, tmp_path / "local", recipe=recipe)
    remote = publish(place, tmp_path / "remote", dump=DAY, recipe=recipe, workers=2)
    assert len(list((tmp_path / "remote" / "_work").glob("*/raw_documents/*/*.parquet"))) > 2
    assert parquet(remote) == parquet(local)
    for word in (bucket, "only-for-tests", "127.0.0.1"):
        for path, raw in tree(remote).items():
            assert word.encode() not in raw, path


def test_folders_by_date_are_dumps_there_too(store: S3FileSystem, bucket: str) -> None:
    for day in ("2026-11-22", "2026-11-21"):
        store.pipe_file(f"{bucket}/raw/{day}/a.txt", b"text")
    store.pipe_file(f"{bucket}/raw/_log/a.txt", b"text")
    raw = f"s3://{bucket}/raw"
    assert [name for name, _ in dumps_in(raw, None)] == ["2026-11-21", "2026-11-22"]
    assert dates_in(raw) == ["2026-11-21", "2026-11-22"]
    assert one(raw, "2026-11-21") == ("2026-11-21", Remote(f"{raw}/2026-11-21"))
    store.pipe_file(f"{bucket}/raw/loose.txt", b"text")
    assert one(raw) == ("raw", Remote(raw))
    assert one(f"s3://{bucket}") == (bucket, Remote(f"s3://{bucket}"))
    assert dates_in(raw) == ["2026-11-21", "2026-11-22"]


def test_files_and_patterns(store: S3FileSystem, bucket: str) -> None:
    for path in ("a.txt", "b.jsonl", "x/a.txt", "x/y/c.txt", "_no/a.txt", "x/.h.txt", "q?.txt"):
        store.pipe_file(f"{bucket}/raw/{path}", b"text")
    for pattern, found in {
        "*.txt": ["a.txt", "q?.txt"],
        "**/*.txt": ["a.txt", "q?.txt", "x/a.txt", "x/y/c.txt"],
        "*/*.txt": ["x/a.txt"],
        "x*/**": ["x/a.txt", "x/y/c.txt"],
    }.items():
        name, place = one(f"s3://{bucket}/raw/{pattern}")
        assert (name, sources(place)) == ("raw", found), pattern
    name, place = one(f"s3://{bucket}/raw/b.jsonl")
    assert (name, sources(place)) == ("b", ["b.jsonl"])
    assert sources(one(f"s3://{bucket}/raw/q?.txt", "d")[1]) == ["q?.txt"]
    with pytest.raises(DumpError, match=r"nothing matches s3://.*/raw/\*\.csv"):
        list(one(f"s3://{bucket}/raw/*.csv")[1].files())


def test_odd_keys(store: S3FileSystem, bucket: str) -> None:
    for key in ODD:
        store.pipe_file(f"{bucket}/raw/{key}", key.encode())
    place: Place = pickle.loads(pickle.dumps(one(f"s3://{bucket}/raw")[1]))
    assert sources(place) == sorted(ODD)
    for key in ODD:
        with place.open(key.encode()) as file:
            assert file.peek(64 * 1024)[:100] == key.encode()
            assert file.read() == key.encode()


def test_a_list_may_mix_places(store: S3FileSystem, bucket: str, tmp_path: Path) -> None:
    store.pipe_file(f"{bucket}/a.txt", b"The ferry is late again, says the harbour master.")
    (tmp_path / "b.txt").write_text("Nobody at the quay knows when the next one will come.")
    lines = [f"s3://{bucket}/a.txt", f"{tmp_path}/b.txt", f"s3://{bucket}/gone.txt"]
    (tmp_path / "files.txt").write_text("\n".join(lines))
    out = publish(one(f"@{tmp_path}/files.txt")[1], tmp_path / "out", dump="d")
    assert {row["source"] for row in rows(out, "documents")} == set(lines[:2])
    (row,) = rows(out, "rejected")
    assert row["source"] == lines[2]
    assert row["reason"] == "cannot be read: not delivered: there is no such file"


def test_a_large_file_is_read_in_parts_and_in_few_requests(
    store: S3FileSystem, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = b"".join(
        json.dumps({"text": f"line {n} " + "of the harbour log " * 50}).encode() + b"\n"
        for n in range(40_000)
    )
    store.pipe_file(f"{bucket}/raw/a.jsonl", raw)
    place = one(f"s3://{bucket}/raw")[1]
    settings = IngestSettings(shard_bytes=20_000_000)
    requests: list[Any] = []
    real = S3FileSystem._call_s3

    async def counted(self: Any, method: str, *arguments: Any, **kwargs: Any) -> Any:
        requests.append((method, kwargs.get("Range")))
        return await real(self, method, *arguments, **kwargs)

    monkeypatch.setattr(S3FileSystem, "_call_s3", counted)
    shards = ingest.plan(place, settings)
    assert len(shards) == 2
    plan_requests = len(requests)
    assert plan_requests < 15, requests  # not read whole: only where lines end is looked for
    read = [
        record
        for shard in shards
        for table in ingest.read(shard, place=place, dump="d", settings=settings)
        for record in table.select(["record", "text"]).to_pylist()
    ]
    assert [row["record"] for row in read] == list(range(1, 40_001))
    assert len(requests) - plan_requests < 20, requests


def test_a_checksum_of_the_store_stands_for_the_content(
    store: S3FileSystem, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe_file(f"{bucket}/raw/a.txt", b"text")
    place = one(f"s3://{bucket}/raw")[1]
    (found,) = place.files()
    assert (found.size, found.identity) == (4, "etag:1cb251ec0d568de6a929b520c4aed8d1")
    with place.open(b"a.txt") as file:
        assert identity_of(file) == found.identity
    monkeypatch.setattr(Remote, "open", None)  # the plan needs not open it
    (shard,) = ingest.plan(place, IngestSettings())
    assert shard["hash"].to_pylist() == [found.identity]


# --- what goes wrong


def test_a_file_that_vanishes_after_the_plan_is_one_rejected_row(
    store: S3FileSystem, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        store.pipe_file(f"{bucket}/raw/{name}.txt", f"File {name} was here at first.".encode())
    planned = ingest.plan

    def plan_then_remove(*arguments: Any) -> Any:
        found = planned(*arguments)
        store.rm_file(f"{bucket}/raw/a.txt")
        return found

    monkeypatch.setattr(steps.ingest_step, "plan", plan_then_remove)
    out = publish(one(f"s3://{bucket}/raw")[1], tmp_path / "out", dump="d", workers=2)
    assert [row["source"] for row in rows(out, "documents")] == ["b.txt"]
    (gone,) = rows(out, "rejected")
    assert (gone["source"], gone["verdict"]) == ("a.txt", "unreadable")
    assert gone["reason"].startswith(f"cannot be read from the start: {NOT_DELIVERED}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://no-such-bucket", "does not exist"),
        ("s3://no-such-bucket/raw", "does not exist"),
        ("s3://no-such-bucket/raw/*.txt", "bucket does not exist"),
        ("s3://no bucket/raw", "Invalid bucket name"),
    ],
)
def test_a_bucket_that_is_not_there(
    store: S3FileSystem, tmp_path: Path, url: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", url, "--out", str(tmp_path / "out"), "--dump", "d"]) == BAD_INPUT
    told = capsys.readouterr().err
    assert told.startswith("hygiene: ")
    assert words in told
    assert told.count("\n") == 1


def test_no_credentials_and_no_server_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with s3(monkeypatch) as store:
        store.mkdir("bucket")
        S3FileSystem.clear_instance_cache()
        for name in list(os.environ):
            if name.startswith("AWS_") and name != "AWS_ENDPOINT_URL":
                monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert main(["run", "s3://bucket/raw", "--out", str(tmp_path / "out")]) == BAD_INPUT
        assert "Unable to locate credentials" in capsys.readouterr().err
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "only-for-tests")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-for-tests")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        S3FileSystem.clear_instance_cache()
        monkeypatch.setattr(S3FileSystem, "retries", 1)
        assert main(["run", "s3://bucket/raw", "--out", str(tmp_path / "out")]) == BAD_INPUT
        assert "Could not connect to the endpoint" in capsys.readouterr().err


def test_a_file_that_changes_after_the_plan_is_read_by_the_next_run(
    store: S3FileSystem, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe_file(f"{bucket}/raw/a.txt", b"The ferry is late again today.")
    planned = ingest.plan

    def plan_then_change(*arguments: Any) -> Any:
        found = planned(*arguments)
        store.pipe_file(f"{bucket}/raw/a.txt", b"The ferry was late again yesterday.")
        store.invalidate_cache()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(steps.ingest_step, "plan", plan_then_change)
        out = publish(one(f"s3://{bucket}/raw")[1], tmp_path / "out", dump="d")
    (row,) = rows(out, "rejected")
    assert row["reason"].startswith("cannot be read from the start: ")
    assert "it has changed since the dump was listed; run it again" in row["reason"]
    publish(one(f"s3://{bucket}/raw")[1], out, dump="d")
    assert rows(out, "rejected") == []
    assert [row["text"] for row in rows(out, "documents")] == [
        "The ferry was late again yesterday."
    ]


def test_a_store_that_lets_nobody_in(store: S3FileSystem, bucket: str) -> None:
    store.pipe_file(f"{bucket}/raw/a.txt", b"text")

    def ask_for_keys(after: str) -> None:
        url = f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
        asked = urllib.request.Request(url, after.encode(), {"Content-Type": "text/plain"})
        with urllib.request.urlopen(asked) as answer:
            assert answer.status == 200

    try:
        ask_for_keys("0")
        for word in (f"s3://{bucket}", f"s3://{bucket}/raw", f"s3://{bucket}/raw/*.txt"):
            with pytest.raises(DumpError, match=f"s3://{bucket}.* cannot be l") as raised:
                list(one(word, "d")[1].files())
            assert "only-for-tests" not in str(raised.value)
    finally:
        ask_for_keys("1000000")


def test_a_file_that_is_refused(
    store: S3FileSystem, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server of the tests does not refuse single files; what its client would say is given."""
    for name in ("a", "b"):
        store.pipe_file(f"{bucket}/raw/{name}.txt", f"File {name} is not for all.".encode())
    real = S3FileSystem._call_s3

    async def refuses(self: Any, method: str, *arguments: Any, **kwargs: Any) -> Any:
        if "a.txt" in str(kwargs.get("Key")):
            raise PermissionError("Access Denied")
        return await real(self, method, *arguments, **kwargs)

    monkeypatch.setattr(S3FileSystem, "_call_s3", refuses)
    out = publish(one(f"s3://{bucket}/raw")[1], tmp_path / "out", dump="d")
    assert [row["source"] for row in rows(out, "documents")] == ["b.txt"]
    (row,) = rows(out, "rejected")
    assert row["reason"].endswith("not delivered: Access Denied")
