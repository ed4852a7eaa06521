"""Parts of large files: from all over, and no more than can be found by reading a little."""

import io
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import pytest

from pipeline.inspect import visits
from pipeline.inspect.allowance import Deadline, Enough, Meter, MeteredLimits, metered
from pipeline.inspect.stretches import _spread, cut
from pipeline.sources import signatures as sign
from pipeline.sources.formats import FORMATS, Format
from pipeline.sources.raw import Part
from pipeline.sources.settings import IngestSettings
from pipeline.sources.text import read_text
from tests.inspect.conftest import ENGLISH, look, never

(LINES,) = (each for each in FORMATS if each.name == "JSON Lines")


def by_reading(file: BinaryIO, limit: int) -> Iterator[Part]:
    """A cutter that must read all that stands before a part."""
    at = 0
    while chunk := file.read(limit):
        yield Part(at, at + len(chunk), len(chunk))
        at += len(chunk)


def opened(data: bytes) -> BufferedReader:
    return BufferedReader(io.BytesIO(data))  # type: ignore[return-value]


@pytest.mark.parametrize(("count", "most"), [(1, 1), (1, 9), (5, 3), (7, 7), (1000, 16), (3, 1)])
def test_spread(count: int, most: int) -> None:
    found = _spread(count, most)
    assert len(found) == len(set(found)) == min(count, most)
    assert set(found) <= set(range(count))
    assert found[0] == 0
    if min(count, most) > 1:
        assert count - 1 in found


def test_lines_are_cut_anywhere_and_read_nowhere_else() -> None:
    data = b"".join(b'{"text": "%d"}\n' % n for n in range(400_000))
    meter = Meter(Deadline(never, 1), len(data))
    found = cut(metered(opened(data), meter), LINES, len(data), 8)
    assert found is not None
    assert len(found.chosen) == 8
    for part, start in found.chosen:
        assert start == (part.start or None)
        assert part.start == 0 or data[part.start - 1 : part.start] == b"\n"
        assert data[part.stop - 1 : part.stop] == b"\n"
    assert max(part.stop for part, _ in found.chosen) == len(data)


def test_what_must_be_read_from_the_start_is_cut_as_far_as_may_be_read() -> None:
    data = b"x" * 5_000_000
    sequential = Format("x", sign.never, read_text, cut=by_reading)
    meter = Meter(Deadline(never, 1), 1_000_000)
    found = cut(metered(opened(data), meter), sequential, len(data), 8)
    assert found is not None
    assert (found.complete, found.bytes) == (False, len(data))
    assert 500_000 < max(part.stop for part in found.parts) <= 1_000_000
    whole = cut(opened(data), sequential, len(data), 8)
    assert whole is not None
    assert (whole.complete, whole.bytes) == (True, len(data))
    assert whole.parts[0].start == 0
    assert whole.parts[-1].stop == len(data)


def test_small_files_and_those_that_cannot_be_cut_are_read_from_the_start() -> None:
    assert cut(opened(b"{}\n"), LINES, 3, 8) is None
    assert cut(opened(b"x" * 10**6), Format("x", sign.never, read_text), 10**6, 8) is None
    assert cut(opened(b"x" * 10**6), None, 10**6, 8) is None


def test_one_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "_CUT_BYTES", 1_000_000)
    monkeypatch.setattr(visits, "_AT_LEAST", 1_000_000)
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "' + b"x" * 70_000_000)
    found = look(tmp_path)
    assert [each.source for each in found.records.unfinished] == ["a.jsonl"]
    (tmp_path / "b.jsonl").write_text(f'{{"text": "{ENGLISH}"}}\n')
    assert [each.language for each in look(tmp_path).languages] == ["en"]


def test_nothing_is_read_or_unpacked_beyond_what_may_be() -> None:
    meter = Meter(Deadline(never, 1), 100_000)
    file = metered(opened(b"x" * 10**6), meter)
    with pytest.raises(Enough):
        file.read()
    assert meter.read < 200_000
    limits = MeteredLimits(IngestSettings(), 10, meter=Meter(Deadline(never, 1), 1000))
    limits.bytes(10, 900, 900)
    with pytest.raises(Enough):
        limits.bytes(10, 1100, 200)


def test_before_the_first_record_there_is_patience() -> None:
    now = 0.0
    meter = Meter(Deadline(lambda: now, 1), 1000, share=0.5, patience=3.0)
    now = 1.4
    meter.check()
    meter.records = 1
    with pytest.raises(Enough):
        meter.check()
