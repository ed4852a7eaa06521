"""What a user's words for raw files mean."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.sources.places.dumps import dates_in, delivery, dumps_in
from pipeline.sources.places.listed import Listed
from pipeline.sources.places.matching import Matching
from pipeline.sources.places.place import DumpError, Folder, Place
from pipeline.sources.places.remote import Remote
from pipeline.sources.places.urls import is_url, parts_of, shown
from tests.conftest import ROOT, publish, rows


def sources(place: Place) -> list[str]:
    return sorted(os.fsdecode(found.path) for found in place.files())


def one(raw: str, name: str | None = None) -> tuple[str, Place]:
    (found,) = dumps_in(raw, name)
    return found


# --- folders


def test_a_folder_of_dated_folders_is_many_dumps(tmp_path: Path) -> None:
    for day in ("2026-11-22", "2026-11-21"):
        (tmp_path / day).mkdir()
    (tmp_path / ".hidden").touch()
    found = dumps_in(str(tmp_path), None)
    assert [name for name, _ in found] == ["2026-11-21", "2026-11-22"]
    assert dumps_in(str(tmp_path), "2026-11-21") == [
        ("2026-11-21", Folder(tmp_path / "2026-11-21"))
    ]
    assert dates_in(str(tmp_path)) == ["2026-11-21", "2026-11-22"]
    assert delivery(str(tmp_path), "2026-11-21") == Folder(tmp_path / "2026-11-21")


def test_any_other_folder_is_one_dump_of_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "2026-11-22").mkdir()
    (tmp_path / "loose.txt").touch()
    assert one(str(tmp_path)) == (tmp_path.name, Folder(tmp_path))
    assert one(str(tmp_path), "2026-01-01") == ("2026-01-01", Folder(tmp_path))


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "_work", "x" * 101])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").touch()
    for raw in (tmp_path, tmp_path / "a.txt", tmp_path / "*.txt"):
        with pytest.raises(DumpError, match="cannot name a dump"):
            dumps_in(str(raw), name)


def test_missing_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match="gone does not exist"):
        dumps_in(str(tmp_path / "gone"), None)
    with pytest.raises(DumpError, match="holds no files"):
        dumps_in(str(tmp_path), None)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DumpError, match="neither a file nor a folder"):
        dumps_in(str(tmp_path / "pipe"), None)
    with pytest.raises(DumpError, match="no folder of dumps"):
        dates_in(str(tmp_path / "gone"))


# --- one file


@pytest.mark.parametrize(
    ("file", "dump"),
    [
        ("2026-11-22.jsonl.gz", "2026-11-22"),
        ("2026-11-22", "2026-11-22"),
        ("news.txt", "news"),
        ("v1.2-letters.txt", "v1.2-letters"),
        ("a.b.c.d", "a.b"),
    ],
)
def test_a_file_is_a_dump_named_after_it(tmp_path: Path, file: str, dump: str) -> None:
    (tmp_path / file).touch()
    (tmp_path / "other.txt").touch()
    name, place = one(str(tmp_path / file))
    assert name == dump
    assert sources(place) == [file]
    assert place.name == str(tmp_path / file)
    assert not place.holds(tmp_path)


def test_a_file_whose_name_is_no_dump_s_needs_one(tmp_path: Path) -> None:
    file = tmp_path / "_all the news.txt"
    file.write_text("What happened in the harbour.")
    with pytest.raises(DumpError, match="as in --dump 2026-11-22"):
        dumps_in(str(file), None)
    _, place = one(str(file), "2026-11-22")
    with place.open(b"_all the news.txt") as opened:
        assert opened.read() == b"What happened in the harbour."


# --- patterns


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path in ("a.txt", "b.jsonl", "x/a.txt", "x/y/c.txt", "_no/a.txt", "x/.h.txt", "[z].txt"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(path)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["[z].txt", "a.txt"]),
        ("**/*.txt", ["[z].txt", "a.txt", "x/a.txt", "x/y/c.txt"]),
        ("**", ["[z].txt", "a.txt", "b.jsonl", "x/a.txt", "x/y/c.txt"]),
        ("*/*.txt", ["x/a.txt"]),
        ("?/y/*", ["x/y/c.txt"]),
        ("**/y/**", ["x/y/c.txt"]),
        ("[ab].*", ["a.txt", "b.jsonl"]),
        ("[!a].*", ["b.jsonl"]),
    ],
)
def test_a_pattern_means_those_files(tree: Path, pattern: str, found: list[str]) -> None:
    name, place = one(f"{tree}/{pattern}")
    assert name == tree.name
    assert sources(place) == found


def test_a_pattern_may_begin_below_a_folder(tree: Path) -> None:
    name, place = one(f"{tree}/x/*.txt")
    assert (name, sources(place)) == ("x", ["a.txt"])


def test_what_is_there_letter_for_letter_is_no_pattern(tree: Path) -> None:
    _, place = one(f"{tree}/[z].txt", "z")
    assert isinstance(place, Listed)
    assert sources(place) == ["[z].txt"]


def test_a_pattern_that_nothing_matches_is_an_error(tree: Path) -> None:
    with pytest.raises(DumpError, match=r"nothing matches .*/\*\.csv"):
        list(one(f"{tree}/*.csv")[1].files())
    with pytest.raises(DumpError, match="no folder"):
        dumps_in(f"{tree}/gone/*.csv", None)


@pytest.mark.parametrize(
    ("pattern", "out", "held"),
    [
        ("*.txt", "corpus", False),
        ("**/*.txt", "corpus", True),
        ("*/*.txt", "corpus", True),
        ("x/*.txt", "corpus", False),
        ("x*/**", "x1/corpus", True),
        ("*.txt", "../elsewhere", False),
        ("*.txt", ".", True),
    ],
)
def test_the_corpus_may_lie_where_the_pattern_finds_nothing(
    tree: Path, pattern: str, out: str, held: bool
) -> None:
    assert Matching(Folder(tree), pattern).holds(tree / out) is held


# --- lists


def test_a_list_names_files_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("The ferry is late again today, says the harbour master.")
    (tmp_path / "_c.txt").write_text("Nobody at the quay knows when the next one will come.")
    lines = ["# harbour", "", "a b.txt", f"{tmp_path}/_c.txt", "gone.txt", "a b.txt"]
    (tmp_path / "files.txt").write_text("\r\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        ((name, place),) = dumps_in("@files.txt", None)
    assert (name, place.name) == ("files", "@files.txt")
    out = publish(place, tmp_path / "out", dump="files", workers=2)
    found = {row["source"] for row in rows(out, "documents")}
    assert found == {"a b.txt", f"{tmp_path}/_c.txt"}
    (row,) = rows(out, "rejected")
    assert (row["source"], row["verdict"]) == ("gone.txt", "unreadable")
    assert row["reason"] == "cannot be read: No such file or directory"


def test_a_list_that_names_nothing_or_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match=r"list .*gone cannot be read: No such file"):
        dumps_in(f"@{tmp_path}/gone", None)
    (tmp_path / "none").write_text("# nothing\n\n")
    with pytest.raises(DumpError, match="names no files"):
        dumps_in(f"@{tmp_path}/none", None)


def test_names_that_are_no_utf_8_come_through_a_list(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"text")
    (tmp_path / "list").write_bytes(path + b"\n")
    _, place = one(f"@{tmp_path}/list")
    (found,) = place.files()
    with place.open(found.path) as opened:
        assert opened.read() == b"text"


def test_what_is_between_query_and_key_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(
        "https://host/a.txt?sign=first\nhttps://host/a.txt?sign=second\nhttps://host/b.txt\n"
    )
    _, place = one(f"@{tmp_path}/list")
    assert sources(place) == ["https://host/a.txt", "https://host/a.txt~2", "https://host/b.txt"]


# --- URLs, as far as they can be told without a network


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://host/raw", r"ftp:// is not known; s3://, gs://"),
        ("https://me:word@host/a.txt", "name or a password"),
        ("https://token@host/a.txt", "name or a password"),
        ("s3://key:word@bucket/raw", "name or a password"),
        ("abfs://user:word@account/raw", "name or a password"),
        ("s3:///raw", "does not name a file or a folder"),
        ("zip://a::s3://bucket/raw", "not known"),
        ("s3://bucket/raw::zip://a", "does not name"),
        ("https://host/folder/", "web servers do not say what is in a folder"),
        ("s3://*/raw", "bucket cannot be a pattern"),
        ("gs://bucket/raw", r'gs:// needs `pip install "corpus-hygiene\[gcs\]"`'),
        ("abfs://box@account.dfs.core.windows.net/raw", r"corpus-hygiene\[azure\]"),
    ],
)
def test_a_url_that_cannot_be_read_from(
    url: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sources.places.remote.is_there", lambda _: False)
    with pytest.raises(DumpError, match=words) as raised:
        dumps_in(url, "d")
    assert "word@" not in str(raised.value)


def test_parts_of_urls() -> None:
    assert parts_of("s3://b/a?b#c d/") == ("s3", "b", "/a?b#c d/", "")
    assert parts_of("HTTPS://h/a%20b?x=1#top") == ("https", "h", "/a%20b", "x=1")
    assert shown("https://h/a?X-Amz-Signature=secret") == "https://h/a"
    assert parts_of("hf://datasets/me/set@main/a.parquet").host == "datasets"
    assert not is_url("C:/raw")
    assert not is_url("raw/s3://")


def test_a_hub_that_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(DumpError, match="hf://datasets/me/set cannot be looked at"):
        dumps_in("hf://datasets/me/set", "d")
    assert delivery("hf://datasets/me/set", "2026-11-22") == Remote(
        "hf://datasets/me/set/2026-11-22"
    )


def test_no_network_unless_the_input_is_a_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise AssertionError(f"something went to the network: {arguments}")

    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text("See https://example.org/a.txt and s3://bucket/key, in a text.")
    (raw / "a.html").write_text("<html><body><p>A page <img src='https://example.org/a.png'>")
    (tmp_path / "list").write_text(f"{raw}/a.txt\n")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for word in (raw, raw / "*.txt", raw / "a.txt", f"@{tmp_path}/list"):
        name, place = one(str(word), "d")
        assert rows(publish(place, tmp_path / "out", dump=name), "documents")


def test_a_run_on_a_machine_without_network(tmp_path: Path) -> None:
    """Its workers' processes included: there is no network in their world."""
    alone = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("no way here to take the network away")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("See https://example.org/a.txt and s3://bucket/key.")
    (tmp_path / "raw" / "b.html").write_text("<p>A page. <img src='https://example.org/a.png'>")
    words = ["run", f"{tmp_path}/raw/*", "--out", f"{tmp_path}/out", "--workers", "2"]
    done = subprocess.run(
        [*alone, sys.executable, "-m", "pipeline.cli", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "out", "documents")) == 2
