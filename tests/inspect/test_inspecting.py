"""What a dump is said to hold: all of a small one, a fair sample of a large one, damage or not."""

import bz2
import gzip
import io
import json
import os
import random
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BufferedReader
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.inspect import visits
from pipeline.inspect.inspecting import inspect
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Folder
from pipeline.sources.settings import IngestSettings
from tests.conftest import EXAMPLES, rows, tree
from tests.inspect.conftest import ENGLISH, GERMAN, look, never


def lines(records: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(members: dict[str, bytes], link: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        info = tarfile.TarInfo(link)
        info.type, info.linkname = tarfile.SYMTYPE, next(iter(members))
        archive.addfile(info)
    return file.getvalue()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


def test_the_examples_are_told_as_a_run_finds_them(example_corpus: Path) -> None:
    dumps = [(each.name, Folder(each)) for each in sorted(EXAMPLES.iterdir())]
    found = inspect("examples/raw", dumps, 5.0, clock=never)
    rejected = rows(example_corpus, "rejected")
    read = len(rows(example_corpus, "documents")) + len(rejected)
    assert (found.records.estimate, found.records.exact) == (read, True)
    assert found.records.low == found.records.high == found.records.sampled == read
    verdicts = Counter(row["verdict"] for row in rejected)
    for damage in found.damage:
        assert verdicts[damage.verdict] == damage.sampled
        assert damage.share == pytest.approx(damage.sampled / read, abs=1e-4)
    assert {each.verdict for each in found.damage} == {"malformed", "undecodable", "unreadable"}
    encodings = {each.encoding: each.example.source for each in found.encodings}
    assert encodings.keys() == {"utf-8", "cp1252", "cp932", "koi8-r", "utf-16-le"}
    assert encodings["koi8-r"] == "2026-11-22/koi8r-clocks.txt"
    assert [dump.files for dump in found.dumps] == [6, 23]
    assert found.unread[0].example == "2026-11-22/harbour.bin"
    assert found.mojibake is not None
    assert "cafÃ©" in found.mojibake.example.says
    assert found.pages is not None
    assert found.pages.example.source == "2026-11-22/sundial.html"


def test_formats_packings_and_members(raw: Path) -> None:
    records = lines([{"text": ENGLISH, "n": n} for n in range(3)])
    (raw / "a.jsonl").write_bytes(records)
    (raw / "b.jsonl.gz").write_bytes(gzip.compress(records))
    (raw / "c.txt.bz2").write_bytes(bz2.compress(ENGLISH.encode()))
    members = {"x.jsonl": records, "y.txt": GERMAN.encode(), "z.gz": gzip.compress(records)}
    (raw / "d.zip").write_bytes(zipped(members))
    (raw / "e.tgz").write_bytes(tarred({"y.txt": GERMAN.encode()}, "link"))
    (raw / "f.exe").write_bytes(b"MZ\0\1\2\3" * 50)
    found = look(raw)
    formats = {each.format: each for each in found.formats}
    assert formats.keys() == {
        "JSON Lines",
        "JSON Lines in gzip",
        "text in bzip2",
        "zip",
        "tar in gzip",
    }
    assert formats["JSON Lines in gzip"].example == "b.jsonl.gz"
    assert formats["zip"].members == {"JSON Lines": 1, "JSON Lines in gzip": 1, "text": 1}
    assert formats["tar in gzip"].members == {"text": 1}
    assert [(each.kind, each.items, each.example) for each in found.passed_over] == [
        ("link within an archive", 1, "e.tgz")
    ]
    assert "begins with 4D 5A" in found.unread[0].reason
    assert found.records.estimate == 3 + 3 + 1 + (3 + 1 + 3) + 1 + 1
    assert found.records.exact


def test_encodings_and_languages_have_shares_and_examples(raw: Path) -> None:
    for n in range(6):
        (raw / f"en{n}.txt").write_text(ENGLISH * 5)
    for n in range(3):
        (raw / f"de{n}.txt").write_bytes(f"{GERMAN * 5} Grüße an Jürgen, Öl für die Tür.".encode())
    (raw / "wide.txt").write_text(GERMAN * 5, "utf-16")
    (raw / "blank.txt").write_text(" \n \n")
    found = look(raw)
    shares = {each.encoding: each.share for each in found.encodings}
    assert shares == {"utf-8": 0.9, "utf-16-le": 0.1}
    (wide,) = (each for each in found.encodings if each.encoding == "utf-16-le")
    assert (wide.methods, wide.example.source) == ({"bom": 1.0}, "wide.txt")
    assert {each.language: each.share for each in found.languages} == {"en": 0.6, "de": 0.4}
    assert found.lengths is not None
    assert found.lengths.empty == pytest.approx(1 / 11, abs=1e-4)
    assert (found.lengths.shortest, found.lengths.half) == (4, 5 * len(ENGLISH))
    assert found.lengths.empty_example is not None
    assert found.lengths.empty_example.source == "blank.txt"


def test_a_declared_language_that_differs(raw: Path) -> None:
    records = [{"text": ENGLISH * 3, "lang": "en"}, {"text": GERMAN * 3, "lang": "fr"}]
    (raw / "a.jsonl").write_bytes(lines([*records, {"text": ENGLISH * 3}]))
    found = look(raw)
    assert found.declared == pytest.approx(2 / 3, abs=1e-4)
    assert found.declared_differs is not None
    assert found.declared_differs.share == 0.5
    assert found.declared_differs.example.says == "declared as fr, found de"


def test_a_large_file_is_sampled_from_all_over(raw: Path) -> None:
    """English first, then German, and the last line is torn: all is seen, though little is read."""
    random.seed(7)
    total = 1
    with (raw / "big.jsonl").open("wb") as file:
        while (at := file.tell()) < 48_000_000:
            text = (ENGLISH if at < 24_000_000 else GERMAN) * random.randint(5, 60)
            file.write(lines([{"text": text, "id": total}]))
            total += 1
        file.write(b'{"text": "and th')
    found = look(raw)
    assert found.records.sampled_bytes < 0.6 * (raw / "big.jsonl").stat().st_size
    assert not found.records.exact
    assert found.records.low <= total <= found.records.high
    assert found.records.estimate == pytest.approx(total, rel=0.1)
    assert {each.language for each in found.languages} == {"en", "de"}
    (torn,) = found.damage
    assert (torn.verdict, torn.sampled) == ("malformed", 1)
    assert torn.example.from_byte is not None
    assert torn.example.from_byte > 47_000_000


def test_records_of_a_packed_file_are_estimated(raw: Path) -> None:
    random.seed(8)
    body = [{"text": ENGLISH * random.randint(1, 30), "id": random.random()} for _ in range(2000)]
    (raw / "a.jsonl.gz").write_bytes(gzip.compress(lines(body) * 25))
    found = look(raw)
    assert not found.records.exact
    assert found.records.sampled <= 10_000
    assert found.records.low < 50_000 < found.records.high
    assert found.records.estimate == pytest.approx(50_000, rel=0.3)


@pytest.mark.parametrize("group", [500, 100_000])
def test_records_of_a_table_are_estimated(raw: Path, group: int) -> None:
    table = pa.table({"text": [f"{n} {ENGLISH}" for n in range(30_000)], "id": range(30_000)})
    pq.write_table(table, raw / "a.parquet", row_group_size=group)
    found = look(raw)
    assert found.records.low <= 30_000 <= found.records.high
    assert found.records.sampled <= 10_000


def test_members_of_a_large_archive_are_taken_from_all_over(raw: Path) -> None:
    random.seed(9)
    text = "".join(random.choices("abcdefgh ", k=4000))
    members = {
        f"{n:05}.txt": f"{text[n % 90 :]}{(ENGLISH if n < 1500 else GERMAN) * 30}".encode()
        for n in range(3000)
    }
    (raw / "a.zip").write_bytes(zipped(members))
    found = look(raw)
    assert found.records.low <= 3000 <= found.records.high
    assert found.records.sampled < 3000
    assert {each.language for each in found.languages} == {"en", "de"}


def test_what_is_sampled_stands_for_what_is_not(raw: Path) -> None:
    """Many German records in one file, few English ones in many."""
    (raw / "a.jsonl.gz").write_bytes(gzip.compress(lines([{"text": GERMAN * 4}] * 9_900)))
    for n in range(100):
        (raw / f"{n}.txt").write_text(ENGLISH * 4)
    found = look(raw)
    assert found.records.sampled < 5000
    assert found.records.estimate == 10_000
    assert {each.language: each.share for each in found.languages} == {"de": 0.99, "en": 0.01}


def test_a_record_without_end_is_left(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "_AT_LEAST", 1_000_000)
    (raw / "bomb.txt.gz").write_bytes(gzip.compress(b"a b c d " * 2_000_000))
    (raw / "huge.txt").write_bytes(b"a b c d " * 500_000)
    (raw / "small.txt").write_text(ENGLISH)
    recipe = Recipe(ingest=IngestSettings(max_record_bytes=100_000))
    found = look(raw, recipe=recipe)
    assert {each.source for each in found.records.unfinished} == {"bomb.txt.gz", "huge.txt"}
    assert found.records.sampled_bytes < 2_000_000
    assert [each.language for each in found.languages] == ["en"]


def test_records_that_are_too_large_are_measured(raw: Path) -> None:
    (raw / "a.jsonl").write_bytes(lines([{"text": "x" * 5000}, {"text": ENGLISH}]))
    found = look(raw, recipe=Recipe(ingest=IngestSettings(max_record_bytes=1000)))
    (large,) = found.damage
    assert (large.verdict, large.largest) == ("oversize", 5012)


def ticking(step: float) -> Iterator[float]:
    return (step * n for n in count())


@pytest.mark.parametrize("step", [0.001, 0.01, 0.1, 1.0, 100.0])
def test_when_the_time_is_up_less_is_read(raw: Path, step: float) -> None:
    for n in range(300):
        (raw / f"{n}.txt").write_text(ENGLISH * 5)
    (raw / "a.jsonl").write_bytes(lines([{"text": GERMAN * 20, "id": 1}] * 5000))
    clock = ticking(step)
    found = look(raw, clock=lambda: next(clock))
    assert found.files.looked_at <= 301
    if step >= 0.1:
        assert not found.records.exact
        assert found.records.sampled < 300
    if found.files.looked_at:
        assert found.records.low <= found.records.estimate <= found.records.high


def test_something_is_read_though_the_time_is_up(raw: Path) -> None:
    """The listing and the first look took all of it."""
    (raw / "a.txt").write_text(ENGLISH)
    ticks = iter([0.0] * 4)
    found = look(raw, clock=lambda: next(ticks, 5.5))
    assert found.records.sampled == 1


def test_the_same_whatever_the_order_of_the_listing(raw: Path) -> None:
    class Backwards(Folder):
        def files(self) -> Iterator[tuple[bytes, str]]:
            return iter(sorted(super().files(), reverse=True))

    for n in range(40):
        (raw / f"{n}.txt").write_text((ENGLISH if n % 3 else GERMAN) * 3)
    there = look(raw)
    back = inspect(str(raw), [("dump", Backwards(raw))], 5.0, clock=never)
    assert there == back


def test_nothing_is_written(raw: Path) -> None:
    (raw / "a.txt").write_text(ENGLISH)
    (raw / "b.zip").write_bytes(zipped({"a.txt": b"A text.", "../b.txt": b"Outside."}))
    before = tree(raw.parent)
    found = look(raw)
    assert tree(raw.parent) == before
    assert {each.verdict for each in found.damage} == {"unsafe"}


def test_an_empty_folder(raw: Path) -> None:
    found = look(raw)
    assert (found.files.files, found.records.estimate, found.records.exact) == (0, 0, True)
    assert (found.lengths, found.encodings, found.languages) == (None, (), ())


def test_empty_files(raw: Path) -> None:
    for name in ("a.txt", "b.jsonl", "c.parquet", "d.gz", "e"):
        (raw / name).write_bytes(b"")
    found = look(raw)
    assert found.files.files == 5
    assert found.records.exact


class Unwell(Folder):
    """A place in which much goes wrong."""

    def files(self) -> Iterator[tuple[bytes, str]]:
        """A folder that cannot be listed, a file that is gone, and those that are there."""
        yield b"locked", "the folder cannot be listed: Permission denied"
        yield b"gone.txt", ""
        yield from super().files()

    def open(self, path: bytes) -> BufferedReader:
        """The disk fails within each file."""
        super().open(path).close()
        return BufferedReader(Failing())


class Failing(io.RawIOBase):
    """Ten thousand bytes, then an error."""

    def __init__(self) -> None:
        self._left = 10_000

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0, /) -> int:
        return 1_000_000 if whence else place

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        if not self._left:
            raise OSError(5, "Input/output error")
        size = min(self._left, len(buffer))
        self._left -= size
        buffer[:size] = b"a line\n"[:1] * size
        return size


def test_what_cannot_be_listed_opened_or_read(raw: Path) -> None:
    (raw / "a.txt").write_text(ENGLISH)
    os.mkfifo(raw / "pipe")
    found = inspect(str(raw), [("dump", Unwell(raw))], 5.0, clock=never)
    assert [(each.path, each.reason) for each in found.files.unlisted] == [
        ("locked", "the folder cannot be listed: Permission denied")
    ]
    reasons = {each.reason: each.example for each in found.unread}
    assert reasons == {
        "cannot be read: No such file or directory": "gone.txt",
        "cannot be read: not a regular file": "pipe",
    }
    (damage,) = found.damage
    assert (damage.verdict, damage.sampled) == ("unreadable", 3)
    assert damage.example.source == "a.txt"
    assert "Input/output error" in damage.example.says


@pytest.mark.parametrize("seed", range(6))
def test_any_damage_is_survived(raw: Path, seed: int) -> None:
    draw = random.Random(seed)
    whole = [path.read_bytes() for path in EXAMPLES.rglob("*") if path.is_file()]
    whole.append(zipped({f"{n}.txt": ENGLISH.encode() for n in range(20)}))
    whole.append(tarred({"y.txt": GERMAN.encode()}, "link"))
    table = io.BytesIO()
    texts = [f"{n} {draw.random()} {ENGLISH}" for n in range(9000)]
    pq.write_table(pa.table({"text": texts}), table, row_group_size=1000)
    whole += [table.getvalue()] * 5
    for n in range(60):
        data = bytearray(draw.choice(whole))
        for _ in range(draw.randint(1, 20)):
            if data:
                data[draw.randrange(len(data))] = draw.randrange(256)
        (raw / f"{n}.bin").write_bytes(
            data[: draw.choice([len(data), draw.randrange(1 + len(data))])]
        )
    found = look(raw)
    assert found.files.looked_at == 60
    assert found.damage


def test_names_of_strangers_stay_as_they_are(raw: Path) -> None:
    """They are made harmless where they are shown."""
    name = b"evil\x1b]0;x\x07\xff.txt"
    (raw / os.fsdecode(name)).write_text(ENGLISH)
    found = look(raw)
    assert found.formats[0].example == "evil\x1b]0;x\x07\\xff.txt"
