"""Dumps on web servers, good ones and bad ones, on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.sources.places import fetching, remote
from pipeline.sources.places.dumps import dumps_in
from pipeline.sources.places.place import Place
from pipeline.sources.settings import IngestSettings
from pipeline.steps import ingest
from tests.conftest import publish, rows
from tests.stores import Web, web

TEXT = "The ferry is late again today, says the harbour master, and nobody knows why."
LINES = b"".join(
    json.dumps({"text": f"line {n} " + "of the harbour log " * 50}).encode() + b"\n"
    for n in range(12_000)
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    for module in (fetching, remote):
        monkeypatch.setattr(module, "PAUSES", (0.01, 0.01))
    with web() as served:
        yield served


def one(raw: str, name: str | None = None) -> tuple[str, Place]:
    (found,) = dumps_in(raw, name)
    return found


def read(place: Place, shard_bytes: int) -> list[dict[str, object]]:
    settings = IngestSettings(shard_bytes=shard_bytes)
    return [
        row
        for shard in ingest.plan(place, settings)
        for table in ingest.read(shard, place=place, dump="d", settings=settings)
        for row in table.select(["source", "record", "text", "reason"]).to_pylist()
    ]


def test_a_file_of_a_web_server_is_a_dump(
    server: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files["/raw/2026-11-22 news.txt"] = TEXT.encode()
    url = f"{server.url}/raw/2026-11-22%20news.txt?X-Signature=secret%2Fkey#top"
    out = tmp_path / "out"
    assert main(["run", url, "--out", str(out), "--dump", "d"]) == 0
    (row,) = rows(out, "documents")
    assert (row["source"], row["text"]) == ("2026-11-22 news.txt", TEXT)
    assert {path for _, path, _ in server.requests} == {
        "/raw/2026-11-22%20news.txt?X-Signature=secret%2Fkey"
    }
    told = capsys.readouterr()
    assert "secret" not in told.out + told.err
    for path in out.rglob("*"):
        assert not path.is_file() or b"secret" not in path.read_bytes(), path


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_a_large_file_with_and_without_ranges(server: Web, ranges: bool) -> None:
    server.files["/a.jsonl"] = LINES
    server.ranges = ranges
    found = read(one(f"{server.url}/a.jsonl")[1], shard_bytes=5_000_000)
    assert [row["record"] for row in found] == list(range(1, 12_001))
    assert all(row["reason"] is None for row in found)
    assert len(server.requests) < 30, server.requests


def test_servers_that_answer_no(server: Web, tmp_path: Path) -> None:
    server.files |= {"/a.txt": TEXT.encode(), "/b.txt": b"", "/c.txt": b"", "/empty.txt": b""}
    server.status |= {"/b.txt": 500, "/c.txt": 403}
    urls = [f"{server.url}/{name}.txt?key=secret" for name in ("a", "b", "c", "gone", "empty")]
    urls.append("http://127.0.0.1:9/a.txt")
    (tmp_path / "files.txt").write_text("\n".join(urls))
    out = publish(one(f"@{tmp_path}/files.txt")[1], tmp_path / "out", dump="d", workers=2)
    (row,) = rows(out, "documents")
    assert row["source"] == f"{server.url}/a.txt"
    reasons = {row["source"].rpartition("/")[2]: row["reason"] for row in rows(out, "rejected")}
    told = "cannot be read: not delivered: "
    assert reasons["b.txt"] == f"{told}the server answered 500 Internal Server Error"
    assert reasons["c.txt"] == f"{told}the server answered 403 Forbidden"
    assert reasons["gone.txt"] == f"{told}the server answered 404 Not Found"
    assert reasons["a.txt"].startswith(f"{told}Cannot connect to host 127.0.0.1:9")
    assert not any("secret" in str(reason) for reason in reasons.values())


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_a_connection_that_breaks_costs_the_file(server: Web, tmp_path: Path, ranges: bool) -> None:
    server.ranges = ranges
    server.files |= {"/a.jsonl": LINES, "/b.txt": TEXT.encode()}
    server.cut_after["/a.jsonl"] = 9_000_000
    (tmp_path / "files.txt").write_text(f"{server.url}/a.jsonl\n{server.url}/b.txt\n")
    planned = one(f"@{tmp_path}/files.txt")[1]
    bad, good = read(planned, shard_bytes=100_000_000)
    assert str(bad["reason"]).startswith("cannot be read: not delivered: ")
    assert good["text"] == TEXT
    # Cut only when it is read, after the plan has hashed it.
    server.cut_after.clear()
    settings = IngestSettings(shard_bytes=100_000_000)
    shards = ingest.plan(planned, settings)
    server.cut_after["/a.jsonl"] = 9_000_000
    found = [
        row
        for shard in shards
        for table in ingest.read(shard, place=planned, dump="d", settings=settings)
        for row in table.to_pylist()
    ]
    (failed,) = [row for row in found if row["reason"]]
    assert failed["reason"].startswith("cannot be read after record ")
    assert "not delivered: " in failed["reason"]
    assert found[-1]["text"] == TEXT
    assert failed["record"] > 1000
    assert ingest.reading_failed(failed["reason"])
    assert not ingest.reading_failed(str(bad["reason"])), "the plan looks at it again anyway"


def test_a_broken_connection_is_tried_again(server: Web) -> None:
    server.files["/a.jsonl"] = LINES
    server.cut_after["/a.jsonl"] = 9_000_000
    place = one(f"{server.url}/a.jsonl")[1]
    real = fetching.time.sleep

    def mended(seconds: float) -> None:
        server.cut_after.clear()
        real(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching.time, "sleep", mended)
        found = read(place, shard_bytes=100_000_000)
    assert [row["record"] for row in found] == list(range(1, 12_001))


def test_while_a_server_cannot_be_reached_what_was_published_stays(
    server: Web, tmp_path: Path
) -> None:
    server.files |= {f"/{name}.txt": f"{TEXT} Number {name}.".encode() for name in "abc"}
    (tmp_path / "list.txt").write_text("".join(f"{server.url}/{name}.txt\n" for name in "abc"))
    words = ["run", f"@{tmp_path / 'list.txt'}", "--out", str(tmp_path / "out"), "--dump", "d"]
    assert main(words) == 0
    published = rows(tmp_path / "out", "documents")
    server.status |= {f"/{name}.txt": 503 for name in "ab"}
    assert main(words) == 1
    assert rows(tmp_path / "out", "documents") == published
    del server.status["/a.txt"]
    assert main(words) == 0  # one of three: told in `rejected`
