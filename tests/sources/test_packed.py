"""Compressed files: all that comes before a tear, and one record that says where it is."""

import bz2
import gzip
import io
import lzma
import subprocess
import sys
from collections.abc import Callable

import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import schema
from tests.sources.reading import read, sources, texts

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(level=1).compress,
    "lz4": lz4.frame.compress,
}
SUFFIX = {"gzip": ".gz", "bzip2": ".bz2", "xz": ".xz", "zstd": ".zst", "lz4": ".lz4"}
GOOD = b'{"text": "a fine line", "n": 1}\n'
# Of words that don't repeat, so that every way of packing makes several blocks of it.
LINES = b"".join(b'{"text": "line %d %d of the log"}\n' % (n, n * 7919**3) for n in range(40_000))


@pytest.mark.parametrize("how", PACK)
def test_each_is_known_by_its_first_bytes_whatever_its_name(how: str) -> None:
    packed = PACK[how](GOOD)
    for name in (f"a.jsonl{SUFFIX[how]}", "a.bin", "a.txt"):
        assert sources(packed, name) == [(name, read(GOOD)[0])]


@pytest.mark.parametrize("how", PACK)
def test_what_it_holds_is_named_without_the_suffix(how: str) -> None:
    text = b"torn lines are no text, but this is one"
    assert texts(read(PACK[how](text), f"a.txt{SUFFIX[how]}")) == [text.decode()]
    (bad,) = read(PACK[how](text), f"a.jsonl{SUFFIX[how]}")
    assert bad.verdict == schema.MALFORMED


@pytest.mark.parametrize("how", PACK)
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_torn_file_gives_what_came_before_the_tear(how: str, kept: float) -> None:
    packed = PACK[how](LINES)
    *whole, torn = read(packed[: int(len(packed) * kept)], f"a.jsonl{SUFFIX[how]}")
    assert torn.verdict == schema.UNREADABLE
    assert f"the {how} stream is torn: it ends too early, at or before its byte" in torn.reason
    assert f"after line {len(whole)}" in torn.reason or not whole
    assert [record.decoded.text for record in whole] == [
        f"line {n} {n * 7919**3} of the log" for n in range(len(whole))
    ]


@pytest.mark.parametrize("how", PACK)
def test_a_text_that_is_torn_is_rejected_and_what_there_is_of_it_kept(how: str) -> None:
    packed = PACK[how](LINES)
    (torn,) = read(packed[: len(packed) * 9 // 10], "log.txt.gz", text_field="none")
    assert torn.verdict == schema.UNREADABLE
    assert torn.decoded is not None
    assert LINES.decode().startswith(torn.decoded.text)
    assert torn.decoded.text


@pytest.mark.parametrize("how", PACK)
def test_members_follow_each_other(how: str) -> None:
    assert len(read(PACK[how](GOOD) + PACK[how](GOOD))) == 2


@pytest.mark.parametrize("how", ["gzip", "xz"])
def test_zeros_after_the_last_member_fill_up_a_tape(how: str) -> None:
    assert len(read(PACK[how](GOOD) + b"\0" * 4096 + PACK[how](GOOD) + b"\0" * 1_000_000)) == 2


@pytest.mark.parametrize("how", PACK)
def test_what_follows_and_is_none_is_told(how: str) -> None:
    good, torn = read(PACK[how](GOOD) + b"this is no member at all, but it is there")
    assert good.verdict is None
    assert torn.verdict == schema.UNREADABLE


@pytest.mark.parametrize("how", PACK)
@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 2**31), st.integers(0, 255))
def test_a_flipped_byte_is_never_a_traceback(how: str, raw: bytes, at: int, value: int) -> None:
    packed = bytearray(PACK[how](raw))
    packed[at % len(packed)] = value
    for record in read(bytes(packed), "a.txt"):
        assert (record.verdict is None) == (record.reason is None)


def test_packings_within_packings_to_the_depth_allowed() -> None:
    packed = GOOD
    for _ in range(3):
        packed = gzip.compress(packed)
    assert len(read(packed, max_depth=3)) == 1
    (refused,) = read(packed, max_depth=2)
    assert refused.verdict == schema.UNSAFE
    assert "more than ingest.max_depth = 2 archives" in refused.reason


def test_what_is_named_as_packed_and_is_text_is_read_as_text() -> None:
    """Web servers unpack on the way, and leave the name as it is."""
    assert texts(read(GOOD, "a.jsonl.gz")) == ["a fine line"]
    assert texts(read(b"plainly no archive", "a.gz")) == ["plainly no archive"]


BOMBS = {
    "gzip": lambda: gzip.compress(b" " * 600_000_000, 9),
    "zstd": lambda: zstandard.ZstdCompressor(level=19).compress(b" " * 600_000_000),
    "bzip2": lambda: bz2.compress(b" " * 600_000_000),
}


@pytest.mark.parametrize("how", BOMBS)
def test_a_bomb_is_refused_in_little_memory(how: str) -> None:
    script = (
        "import io, sys\n"
        "from tests.memory import megabytes, peak\n"
        "from tests.sources.reading import read\n"
        "before = megabytes()\n"
        "(record,) = read(sys.stdin.buffer.read(), 'bomb.txt')\n"
        "print(record.verdict, record.reason, peak() - before, sep='\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=BOMBS[how](), capture_output=True, check=True
    )
    verdict, reason, grown = done.stdout.decode().split("\n")[:3]
    assert verdict == schema.UNSAFE
    assert "more than ingest.max_unpacked_ratio = 250" in reason
    assert float(grown) < 100


def test_no_more_than_allowed_is_unpacked() -> None:
    (refused,) = read(gzip.compress(b"x" * 2_000_000), "a.txt", max_unpacked_bytes=1_000_000)
    assert refused.verdict == schema.UNSAFE
    assert "ingest.max_unpacked_bytes = 1000000" in refused.reason


def test_an_empty_file_of_any_name() -> None:
    assert read(b"", "a.jsonl") == []
    assert texts(read(b"", "a.gz")) == [""]
    assert io.BytesIO(gzip.compress(b"")).read()[:2] == b"\x1f\x8b"
    assert texts(read(gzip.compress(b""), "a.txt.gz")) == [""]


def test_a_stream_that_is_torn_before_anything_came_out_is_told_once_by_each_who_sees_it() -> None:
    """Both records are about the file itself; still they are two."""
    packed = bytearray(gzip.compress(b"ARROW1\0\0" + LINES[:2000]))
    packed[12] ^= 0xFF
    found = read(bytes(packed), "a.arrow.gz")
    assert {record.number for record in found} == {0}
    assert len({record.digest for record in found}) == len(found)


def test_a_text_that_is_whole_is_not_lost_for_what_follows_it() -> None:
    text = b"The whole of the text is there, and its checksum is right."
    good, junk = read(gzip.compress(text) + b"some junk that came along", "a.txt.gz")
    assert texts([good]) == [text.decode()]
    assert good.verdict is None
    assert junk.verdict == schema.UNREADABLE
