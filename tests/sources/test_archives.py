"""Zip and tar: each member a file of its own, a broken one costs itself, none leads out."""

import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import schema
from pipeline.sources.archives.zipped import cut_zip
from pipeline.sources.limits import Limits
from pipeline.sources.raw import RawFile, Unreadable
from pipeline.sources.read import records
from pipeline.sources.record import Record
from pipeline.sources.settings import IngestSettings
from tests.conftest import publish, rows
from tests.sources.reading import forward, raw_file, sources, texts

FILES = {
    "morning.txt": b"The ferry left at seven with eleven people on board.",
    "notes/tides.jsonl": b'{"text": "High water at noon."}\n{"text": "Low water at six."}\n',
    "notes/evening.txt": b"Nobody came back before the lamps were lit along the quay.",
}
ALL = [
    ("!/morning.txt", "The ferry left at seven with eleven people on board."),
    ("!/notes/tides.jsonl", "High water at noon."),
    ("!/notes/tides.jsonl", "Low water at six."),
    ("!/notes/evening.txt", "Nobody came back before the lamps were lit along the quay."),
]


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return sink.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=form) as archive:
        for name, raw in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return sink.getvalue()


def said(found: list[tuple[str, Record]], archive: str) -> list[tuple[str, str | None]]:
    return [
        (source.removeprefix(archive), record.decoded.text if record.decoded else None)
        for source, record in found
    ]


PACK: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "zip": zipped,
    "zip, stored": lambda files: zipped(files, zipfile.ZIP_STORED),
    "zip, bzip2": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "zip, lzma": lambda files: zipped(files, zipfile.ZIP_LZMA),
    "tar, pax": tarred,
    "tar, GNU": lambda files: tarred(files, tarfile.GNU_FORMAT),
    "tar, ustar": lambda files: tarred(files, tarfile.USTAR_FORMAT),
    "tar.gz": lambda files: gzip.compress(tarred(files)),
}


@pytest.mark.parametrize("how", PACK)
def test_each_member_is_a_file_of_its_own(how: str) -> None:
    assert said(sources(PACK[how](FILES), "a.bin"), "a.bin") == ALL


@pytest.mark.parametrize("how", PACK)
def test_archives_within_archives(how: str) -> None:
    outer = PACK[how]({"inner.zip": zipped(FILES), "inner.tgz": gzip.compress(tarred(FILES))})
    found = said(sources(outer, "a"), "a")
    assert found == [(f"!/inner.zip{source}", text) for source, text in ALL] + [
        (f"!/inner.tgz{source}", text) for source, text in ALL
    ]


@pytest.mark.parametrize("how", PACK)
def test_an_archive_that_holds_itself_is_refused_at_the_depth_allowed(how: str) -> None:
    packed = PACK[how](FILES)
    for _ in range(8):
        packed = PACK[how]({"again": packed})
    ((_, refused),) = sources(packed, "a")
    assert refused.verdict == schema.UNSAFE
    assert "ingest.max_depth = 5" in refused.reason


@pytest.mark.parametrize("how", PACK)
def test_a_long_name_and_one_of_another_alphabet(how: str) -> None:
    name = "причал/" + "x" * 80 + ".txt"
    ((source, _),) = sources(PACK[how]({name: b"short"}), "a")
    assert source == f"a!/{name}"


@pytest.mark.parametrize("how", PACK)
@pytest.mark.parametrize(
    "name", ["../up.txt", "a/../../up.txt", "/etc/passwd.txt", "..\\up.txt", "C:\\up.txt", "a/.."]
)
def test_a_name_that_leads_out_is_refused_and_costs_itself(how: str, name: str) -> None:
    found = sources(PACK[how]({name: b"outside", **FILES}), "a")
    bad = [record for _, record in found if record.verdict]
    assert [record.verdict for record in bad] == [schema.UNSAFE]
    assert "its name leads out of the archive" in bad[0].reason
    assert said(found, "a")[1:] == ALL


def test_the_same_name_twice_is_two_documents(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for _ in range(2):
            member = tarfile.TarInfo("same.txt")
            member.size = len(FILES["morning.txt"])
            archive.addfile(member, io.BytesIO(FILES["morning.txt"]))
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.tar").write_bytes(sink.getvalue())
    out = publish(tmp_path / "raw", tmp_path / "out")
    found = rows(out, "documents") + rows(out, "rejected")
    assert {row["source"] for row in found} == {"a.tar!/same.txt", "a.tar!/same.txt (2)"}
    assert len({row["doc_id"] for row in found}) == 2


@pytest.mark.parametrize(
    ("target", "verdict"),
    [("morning.txt", "passed_over"), ("../../etc/passwd", "unsafe"), ("/etc/passwd", "unsafe")],
)
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_links_of_a_tar_are_not_followed(target: str, verdict: str, kind: bytes) -> None:
    sink = io.BytesIO(tarred(FILES))
    with tarfile.open(fileobj=sink, mode="a") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = kind, target
        archive.addfile(link)
    found = sources(sink.getvalue(), "a")
    assert said(found[:-1], "a") == ALL
    assert (found[-1][1].verdict or "").startswith(verdict)


@pytest.mark.parametrize(
    ("target", "verdict"), [("morning.txt", "passed_over"), ("../../etc/passwd", "unsafe")]
)
def test_links_of_a_zip_are_not_followed(target: str, verdict: str) -> None:
    sink = io.BytesIO(zipped(FILES))
    with zipfile.ZipFile(sink, "a") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, target)
    found = sources(sink.getvalue(), "a")
    assert said(found[:-1], "a") == ALL
    assert (found[-1][1].verdict or "").startswith(verdict)


def test_a_broken_member_of_a_zip_costs_itself() -> None:
    packed = bytearray(zipped(FILES, zipfile.ZIP_STORED))
    at = packed.index(b"ferry")
    packed[at] ^= 0x20
    (_, bad), *others = sources(bytes(packed), "a")
    assert bad.verdict == schema.UNREADABLE
    assert "its checksum is wrong" in bad.reason
    assert bad.decoded is not None
    assert "left at seven" in bad.decoded.text
    assert said(others, "a") == ALL[1:]


def test_an_encrypted_member_is_rejected_with_its_reason() -> None:
    packed = bytearray(zipped(FILES))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = packed.index(mark)
        packed[at + (6 if mark[2] == 3 else 8)] |= 1
    (_, bad), *others = sources(bytes(packed), "a")
    assert bad.verdict == schema.UNREADABLE
    assert "encrypted" in bad.reason
    assert said(others, "a") == ALL[1:]


def test_members_of_a_zip_that_overlap_are_read_by_every_python_and_within_the_limits() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "The ferry is late. " * 1000)
        archive.filelist *= 3  # the list says it three times, where the bytes are there once
    first, *others = sources(sink.getvalue(), "a.zip")
    assert [record.verdict for _, record in (first, *others)] == [None] * 3
    assert {record.digest for _, record in others} == {first[1].digest}
    *_, (_, last) = sources(sink.getvalue(), "a.zip", max_unpacked_bytes=50_000)
    assert last.verdict == schema.UNSAFE


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_zip_whose_end_is_lost_gives_the_members_before(method: int) -> None:
    packed = zipped(FILES, method)
    cut = packed[: packed.index(b"PK\x01\x02") - 7]
    *found, (_, bad) = sources(cut, "a")
    assert said(found[:3], "a") == ALL[:3]
    assert found[3][1].verdict == schema.UNREADABLE
    assert bad.verdict == schema.UNREADABLE
    assert "its list of members cannot be read" in bad.reason


def test_a_zip_written_to_a_pipe_has_sizes_after_its_members() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.raw = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, chunk: bytes) -> int:  # type: ignore[override]
            self.raw += chunk
            return len(chunk)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in FILES.items():
            archive.writestr(name, raw)
    packed = bytes(pipe.raw)
    assert said(sources(packed, "a"), "a") == ALL
    *found, (_, bad) = sources(packed[: packed.index(b"PK\x01\x02")], "a")
    assert said(found, "a") == ALL
    assert bad.verdict == schema.UNREADABLE


def test_a_tar_with_damage_between_its_members_is_read_on() -> None:
    packed = bytearray(tarred(FILES, tarfile.USTAR_FORMAT))
    packed[1024:1536] = b"?" * 512  # the second header
    found = sources(bytes(packed), "a")
    good = [(source, text) for source, text in said(found, "a") if text]
    assert good == [ALL[0], ALL[3]]
    ((_, bad),) = [(source, record) for source, record in found if record.verdict]
    assert bad.verdict == schema.UNREADABLE
    assert "1024 bytes of the tar archive, from byte 1024 on, are no header" in bad.reason


def test_a_tar_that_is_cut_off_says_so_once() -> None:
    packed = tarred(FILES, tarfile.USTAR_FORMAT)
    inside = packed[: packed.index(b"lamps")]
    *found, (_, bad) = sources(inside, "a")
    assert said(found, "a") == ALL[:3]
    assert bad.verdict == schema.UNREADABLE
    assert "the archive ends" in bad.reason
    between = packed[: packed.index(b"notes/evening.txt")]
    *found, (_, bad) = sources(between, "a")
    assert said(found, "a") == ALL[:3]
    assert "without an end mark" in bad.reason


def test_a_torn_tar_gz_is_told_once() -> None:
    noise = {f"{n}.txt": os.urandom(300).hex().encode() for n in range(200)}
    packed = gzip.compress(tarred(noise))
    *found, (_, bad) = sources(packed[: len(packed) // 2], "a")
    assert bad.verdict == schema.UNREADABLE
    assert "the gzip stream is torn" in bad.reason
    assert 50 < len(found) < 150
    assert {record.verdict for _, record in found} == {None}


def test_devices_and_pipes_are_counted() -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for kind in (tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            member = tarfile.TarInfo("odd")
            member.type = kind
            archive.addfile(member)
    ((_, counted),) = sources(sink.getvalue(), "a")
    assert counted.verdict == "passed_over:device or pipe in an archive"
    assert counted.reason.startswith("2 times")


def test_a_sparse_file_is_refused() -> None:
    member = tarfile.TarInfo("holes.txt")
    member.pax_headers = {"GNU.sparse.size": str(10**15), "GNU.sparse.map": "0,1"}
    member.size = 1
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(b"x"))
    ((_, bad),) = sources(sink.getvalue(), "a")
    assert bad.verdict == schema.UNSAFE


def test_a_header_that_claims_gigabytes_is_not_believed() -> None:
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 8 * 1024**3
    packed = member.tobuf(tarfile.GNU_FORMAT) + b"x" * 4096
    ((_, bad),) = sources(packed, "a")
    assert bad.verdict == schema.UNSAFE
    assert "claims to have 8589934592 bytes" in bad.reason


@pytest.mark.parametrize("how", ["zip", "tar, pax"])
def test_no_more_members_than_allowed(how: str) -> None:
    found = sources(PACK[how](FILES), "a", max_members=2)
    assert said(found[:-1], "a") == ALL[:3]
    assert found[-1][1].verdict == schema.UNSAFE
    assert "ingest.max_members = 2" in found[-1][1].reason


def test_a_zip_bomb_is_refused_by_its_member() -> None:
    packed = zipped({"bomb.txt": b" " * 600_000_000, **FILES})
    (_, bad), *others = sources(packed, "a")
    assert bad.verdict == schema.UNSAFE
    assert "ingest.max_unpacked_ratio = 250" in bad.reason
    assert said(others, "a") == ALL or others[0][1].verdict == schema.UNSAFE


@pytest.mark.parametrize("most", [1, 17, 39, 40])
def test_a_zip_in_parts_has_the_same_records(most: int) -> None:
    """That it has too many members is said of the archive, so once."""
    many = {f"{n}.txt": b"some words here " * n for n in range(40)}
    packed = zipped(many)
    known = IngestSettings(max_members=most)
    whole = sources(packed, "a", max_members=most)
    cut = list(cut_zip(io.BytesIO(packed), 2000))
    assert len(cut) > 5
    parts = [each for part in cut for each in records(raw_file(packed, "a", known, part), known)]
    assert parts == whole


@pytest.mark.parametrize("how", PACK)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_is_never_a_traceback(how: str, data: st.DataObject) -> None:
    packed = bytearray(PACK[how](FILES))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(packed) - 1))
        packed[at] = data.draw(st.integers(0, 255))
    packed = packed[: data.draw(st.integers(0, len(packed)))]
    for _, record in sources(bytes(packed), "a.bin"):
        assert (record.verdict is None) == (record.reason is None)


def test_a_zip_within_a_stream_is_read_from_a_scratch_copy() -> None:
    known = IngestSettings()
    raw = RawFile("a", "a", forward(zipped(FILES)), Limits(known, 1000))
    assert said(list(records(raw, known)), "a") == ALL


def test_a_scratch_copy_has_a_limit() -> None:
    packed = tarred({"in.zip": zipped(FILES), **FILES})
    (_, refused), *others = sources(packed, "a", max_scratch_bytes=100)
    assert refused.verdict == schema.UNSAFE
    assert "ingest.max_scratch_bytes = 100" in refused.reason
    assert said(others, "a") == ALL


def test_a_member_without_a_name_is_read() -> None:
    packed = bytearray(zipped({"n": FILES["morning.txt"]}))
    for mark, place in ((b"PK\x03\x04", 26), (b"PK\x01\x02", 28)):
        at = packed.index(mark) + place
        packed[at], packed[at + 2] = 0, 1  # its name becomes a field of one byte
    ((source, record),) = sources(bytes(packed), "a")
    assert (source, record.verdict) == ("a!/", None)


def test_a_reader_can_stop_anywhere() -> None:
    """What is not read of a member is passed by when the next one is asked for."""
    packed = tarred({"a.bin": b"\0" * 100_000, "b.txt": b"words"})
    found = sources(packed, "x.tar")
    assert [record.verdict for _, record in found] == [schema.UNREADABLE, None]
    assert texts([record for _, record in found]) == [None, "words"]
    assert issubclass(Unreadable, Exception)


LOG = b"".join(
    b'{"text": "line %d of the log, %d"}\n' % (number, number * 7919**3) for number in range(800)
)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda raw: gzip.compress(raw),
    "tar": lambda raw: tarred({"log.jsonl": raw}),
    "zip": lambda raw: zipped({"log.jsonl": raw}),
    "zip, stored": lambda raw: zipped({"log.jsonl": raw}, zipfile.ZIP_STORED),
}


@pytest.mark.parametrize("outer", PACKED)
@pytest.mark.parametrize("inner", PACKED)
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_tear_costs_as_little_however_deep_the_records_lie(
    inner: str, outer: str, kept: float
) -> None:
    """What could be unpacked before the tear is there, and the tear is told."""
    packed = PACKED[outer](PACKED[inner](LOG))
    if outer == "tar":
        packed = packed.rstrip(b"\0")  # what fills up the end can be missed
    found = [record for _, record in sources(packed[: int(len(packed) * kept)], "a")]
    good = [record.decoded.text for record in found if not record.verdict and record.decoded]
    assert good == [f"line {n} of the log, {n * 7919**3}" for n in range(len(good))]
    assert len(good) > 800 * (kept - 0.2)
    assert [record.verdict for record in found if record.verdict].count(schema.UNREADABLE) >= 1


def test_a_wrong_checksum_costs_no_record_that_is_there() -> None:
    packed = bytearray(zipped({"log.jsonl": LOG}))
    for mark, place in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        packed[packed.index(mark) + place] ^= 1
    *found, (_, bad) = sources(bytes(packed), "a")
    assert len(found) == 800
    assert bad.verdict == schema.UNREADABLE
    assert "its checksum is wrong" in bad.reason
