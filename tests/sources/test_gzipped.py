"""gzip of many members: a broken one costs itself alone, and a large file is work for many."""

import gzip
import io
import random
import tarfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import schema
from pipeline.sources.archives.gzipped import Members
from pipeline.sources.limits import Limits
from pipeline.sources.places.place import Folder
from pipeline.sources.raw import Unreadable
from pipeline.sources.settings import IngestSettings
from pipeline.steps import ingest
from tests.sources.archives import arc, http, members, record, response
from tests.sources.reading import forward, read, sources, texts

DRAWN = random.Random(7)
LINES = [f"Row {n} of the register: {DRAWN.randrange(10**12)} in all." for n in range(400)]
JSON = [b'{"text": "%s"}\n' % line.encode() for line in LINES]
TENS = [b"".join(JSON[at : at + 10]) for at in range(0, len(JSON), 10)]


def broken(member: bytes) -> list[bytes]:
    """A member with damage in its head, its data, its checksum, its size, and one that ends."""
    middle = len(member) // 2
    return [
        b"\0\0" + member[2:],
        member[:3] + b"\xff" + member[4:],
        member[:middle] + b"\xff\xff\xff\xff" + member[middle + 4 :],
        member[:-8] + b"\0\0\0\0" + member[-4:],
        member[:-4] + b"\0\0\0\0",
        member[:middle],
        member[:-1],
        b"",
    ]


@pytest.mark.parametrize("how", range(8))
def test_lines_after_a_broken_member_are_read(how: int) -> None:
    packed = [gzip.compress(each) for each in TENS]
    packed[3] = broken(packed[3])[how]
    found = read(b"".join(packed), "a.jsonl.gz")
    good = [text for record, text in zip(found, texts(found), strict=True) if not record.verdict]
    assert good[:30] == LINES[:30]
    assert good[-360:] == LINES[40:]
    bad = [record for record in found if record.verdict]
    assert len(bad) <= 3  # the line that is torn, and what the next member's bytes unpack to
    told = ["gzip stream is torn" in (record.reason or "") for record in bad]
    assert any(told) or not packed[3]
    assert len({record.number for record in found}) == len(found)


def test_what_zlib_had_unpacked_before_the_error_is_kept() -> None:
    packed = gzip.compress(b"".join(JSON[:100]))
    torn = packed[:-8] + b"\0\0\0\0" + packed[-4:]
    found = read(torn + gzip.compress(JSON[100]), "a.jsonl.gz")
    assert texts(found) == [*LINES[:100], None, LINES[100]]


def test_a_broken_member_within_another_stream() -> None:
    packed = [gzip.compress(each) for each in TENS]
    packed[3] = broken(packed[3])[3]
    whole = read(b"".join(packed), "a.jsonl.gz")
    assert texts(read(gzip.compress(b"".join(packed)), "a.jsonl.gz.gz")) == texts(whole)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("a.jsonl.gz")
        info.size = len(b"".join(packed))
        archive.addfile(info, io.BytesIO(b"".join(packed)))
    assert texts(read(file.getvalue(), "a.tar")) == texts(whole)


def test_a_tar_in_a_broken_member_ends_there() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in ("a.txt", "b.txt"):
            info = tarfile.TarInfo(name)
            info.size = 400_000
            archive.addfile(info, io.BytesIO(DRAWN.randbytes(200_000).hex().encode()))
    packed = gzip.compress(file.getvalue())
    found = sources(packed[:-100_000] + gzip.compress(b"more"), "a.tar.gz")
    assert [record.verdict for _, record in found] == [None, schema.UNREADABLE]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_damage_leaves_the_other_members(data: st.DataObject) -> None:
    pieces = [gzip.compress(line + b"\n") for line in (b"one" * 40, b"two" * 30, b"three" * 20)]
    packed = bytearray(b"".join(pieces))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    stream, out = Members(forward(bytes(packed)), Limits(IngestSettings(), len(packed))), b""
    for _ in range(10):
        with suppress(Unreadable):
            out += stream.read(1000) or b""
    ends = [sum(map(len, pieces[: n + 1])) for n in range(3)]
    for piece, end in zip(pieces, ends, strict=True):
        assert end - len(piece) <= at < end or zlib.decompress(piece, 31) in out


# --- parts


def ingested(folder: Path, shard_bytes: int, **others: Any) -> tuple[int, list[dict[str, Any]]]:
    """In how many parts, and the rows; those of what was passed over are added up."""
    known = IngestSettings(shard_bytes=shard_bytes, **others)
    planned = ingest.plan(Folder(folder), known)
    tables = [
        table
        for shard in planned
        for table in ingest.read(shard, place=Folder(folder), dump="d", settings=known)
    ]
    rows = pa.concat_tables(tables).to_pylist()
    assert len({row["doc_id"] for row in rows}) == len(rows)
    passed: dict[str, int] = {}
    for row in rows:
        if row["record"] == 0:
            passed[row["verdict"]] = passed.get(row["verdict"], 0) + row["raw_bytes"]
    parts = [part for shard in planned for part in shard.to_pylist()]
    assert sum(part["bytes"] for part in parts) == parts[0]["size"]
    return len(parts), [*(row for row in rows if row["record"]), passed]


PAGES = [each for line in LINES for each in (record("request", b"GET /"), response(line.encode()))]
WHOLE = {
    "lines.jsonl.gz": members(TENS),
    "some whole lines.jsonl.gz": members([JSON[0][:9], JSON[0][9:] + JSON[1], *TENS[1:]]),
    "padded.jsonl.gz": (b"\0" * 700).join(gzip.compress(each) for each in TENS),
    "no last feed.jsonl.gz": members([*TENS, JSON[0].strip()]),
    "empty members.jsonl.gz": members([b"", *TENS, b"", b""]),
    "a.warc.gz": members(PAGES),
    "many in a member.warc.gz": members([b"".join(PAGES[at : at + 7]) for at in range(0, 800, 7)]),
    "heads apart.warc.gz": members(
        [piece for page in PAGES for piece in (page[:100], page[100:-4], page[-4:])]
    ),
    "a.warc": b"".join(PAGES),
    "a.arc": arc([http(line.encode()) for line in LINES], 2),
}
WHOLE["a.arc.gz"] = members(
    [
        b"http:" * (n > 0) + each + b"\n"
        for n, each in enumerate(
            arc([http(line.encode()) for line in LINES]).removesuffix(b"\n").split(b"\nhttp:")
        )
    ]
)


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_in_parts_has_the_same_records(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WHOLE[name])
    one, whole = ingested(tmp_path, len(WHOLE[name]) + 1)
    many, parts = ingested(tmp_path, len(WHOLE[name]) // 9)
    assert one == 1
    assert 6 <= many <= 9
    assert parts == whole
    assert len(whole) >= 391
    assert all(row["verdict"] is None for row in whole[:-1])


UNCUT = {
    "one member.jsonl.gz": gzip.compress(b"".join(JSON)),
    "never between lines.jsonl.gz": members(
        [b"".join(JSON)[at : at + 500] for at in range(0, 19_000, 500)]
    ),
    "a text.txt.gz": members([line.encode() + b"\n" for line in LINES]),
    "broken.jsonl.gz": members(TENS[:5]) + broken(gzip.compress(TENS[5]))[2] + members(TENS[6:]),
    "wrong.warc": b"".join(PAGES[:70]) + response(b"x" * 99)[:-20] + b"".join(PAGES[70:]),
    "wrong.warc.gz": members([*PAGES[:70], response(b"x" * 99)[:-20], *PAGES[70:]]),
}


@pytest.mark.parametrize("name", UNCUT)
def test_what_cannot_be_cut_is_read_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(UNCUT[name])
    one, whole = ingested(tmp_path, len(UNCUT[name]) + 1)
    many, rows = ingested(tmp_path, len(UNCUT[name]) // 9)
    assert (one, many) == (1, 1)
    assert rows == whole


def test_what_lies_too_deep_is_refused_once(tmp_path: Path) -> None:
    """In parts each of them would be refused for itself."""
    packed = members(JSON)
    (tmp_path / "a.jsonl.gz").write_bytes(packed)
    assert ingested(tmp_path, len(packed) // 9, max_depth=1)[0] > 1
    assert ingested(tmp_path, len(packed) // 9, max_depth=0) == (1, [{schema.UNSAFE: 0}])


def test_a_file_without_a_second_member_is_not_unpacked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sources.archives.members._ends", None)
    (tmp_path / "a.jsonl.gz").write_bytes(UNCUT["one member.jsonl.gz"])
    assert ingested(tmp_path, 1000)[0] == 1


def test_a_bomb_is_not_unpacked_to_cut_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(members([JSON[0], b" " * 400_000_000, JSON[1]]))
    parts, rows = ingested(tmp_path, 10_000)
    assert parts == 1
    assert rows[1]["verdict"] == schema.UNSAFE
