"""Readers: one damaged record costs one record, and says where it was."""

import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.sources.lines import TooLong, lines
from pipeline.sources.objects import jsonobject
from pipeline.sources.places.place import Folder
from pipeline.sources.raw import Part
from pipeline.sources.settings import IngestSettings
from pipeline.sources.stretch import part_of
from pipeline.sources.tables.parquet import cut_parquet, read_parquet
from pipeline.steps import ingest
from tests.conftest import publish, rows
from tests.sources.reading import forward, raw_file, read

SETTINGS = IngestSettings()
GOOD = b'{"text": "a fine line", "n": 1}\n'


BAD_LINES = [
    pytest.param(b'{"text": "torn', schema.MALFORMED, "line 2 is not JSON: Unterm", id="torn"),
    pytest.param(b'{"text": "caf\xe9"}', schema.UNDECODABLE, r"2, byte 13 of it .*0xE9", id="byte"),
    pytest.param(b'{"body": "x"}', schema.MALFORMED, "no field 'text'.*it has 'body'", id="field"),
    pytest.param(b"{}", schema.MALFORMED, "it has none", id="no fields at all"),
    pytest.param(b'{"text": 7}', schema.MALFORMED, "a JSON number in 'text'", id="number"),
    pytest.param(b'{"text": null}', schema.MALFORMED, "a JSON null in 'text'", id="null"),
    pytest.param(b'{"text": ["a"]}', schema.MALFORMED, "a JSON array in 'text'", id="list"),
    pytest.param(b"[1]", schema.MALFORMED, "is a JSON array, an object is wanted", id="no object"),
    pytest.param(
        b'{"text": "a\\ud83d b"}',
        schema.UNDECODABLE,
        r"lone surrogate U\+D83D at character 1",
        id="surrogate",
    ),
    pytest.param(b"[" * 100_000, schema.MALFORMED, "line 2 is not JSON", id="nested 100,000 deep"),
    pytest.param(
        b'{"text": "a", "n": ' + b"9" * 5000 + b"}", schema.MALFORMED, "line 2", id="digits"
    ),
    pytest.param(b"\x00\x01\x02", schema.MALFORMED, "line 2 is not JSON", id="NUL bytes"),
]


@pytest.mark.parametrize(("line", "verdict", "reason"), BAD_LINES)
@pytest.mark.parametrize("pack", ["plain", "gzip", "zstd"])
def test_a_bad_line_costs_itself_alone(line: bytes, verdict: str, reason: str, pack: str) -> None:
    raw = GOOD + line + b"\n" + GOOD
    name, packed = {
        "plain": ("a.jsonl", raw),
        "gzip": ("a.jsonl.gz", gzip.compress(raw)),
        "zstd": ("a.jsonl.zst", zstandard.compress(raw)),
    }[pack]
    first, bad, last = read(packed, name)
    assert (bad.number, bad.verdict, bad.size) == (2, verdict, len(line))
    assert bad.reason is not None
    assert re.search(reason, bad.reason)
    for good in (first, last):
        assert good.decoded is not None
        assert good.decoded.text == "a fine line"
        assert json.loads(good.metadata) == {"n": 1}


def test_a_bad_line_that_is_text_is_kept_as_it_stands() -> None:
    (bad,) = read(b'{"text": "torn')
    assert bad.decoded is not None
    assert bad.decoded.text == '{"text": "torn'


def test_other_fields_become_metadata_even_strange_ones() -> None:
    (record,) = read(b'{"text": "t", "a": NaN, "b": "\\ud83d", "c": {"d": [1, null]}}')
    assert json.loads(record.metadata) == {"a": "NaN", "b": "\ud83d", "c": {"d": [1, None]}}
    record.metadata.encode()  # can be stored


def test_a_line_too_long_is_rejected_without_being_held() -> None:
    raw = GOOD + b'{"text": "' + b"x" * 50_000_000 + b'"}\n' + GOOD
    file = forward(raw)
    tracemalloc.start()
    first, long, last = lines(file, 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(long, TooLong)
    assert (first + b"\n", long.size, last + b"\n") == (GOOD, 50_000_012, GOOD)
    assert peak < 5_000_000
    _, record, _ = read(raw, max_record_bytes=1_000_000)
    assert (record.verdict, record.size) == (schema.OVERSIZE, 50_000_012)
    assert "50000012 bytes, more than ingest.max_record_bytes = 1000000" in (record.reason or "")


def test_a_line_of_exactly_the_limit_is_read() -> None:
    line = b'{"text": "abc"}'
    assert read(line + b"\n" + line, max_record_bytes=len(line))[1].verdict is None
    assert read(line, max_record_bytes=len(line) - 1)[0].verdict == schema.OVERSIZE


def test_blank_lines_and_the_byte_order_mark_are_no_records() -> None:
    records = read(b"\xef\xbb\xbf" + GOOD + b"\n  \r\n" + GOOD)
    assert [record.number for record in records] == [1, 4]
    assert all(record.verdict is None for record in records)


LINES = b"".join(b'{"text": "line %d of the log"}\n' % n for n in range(2000))


@given(st.binary(max_size=400))
def test_any_bytes_as_json_lines_lose_no_line(raw: bytes) -> None:
    lines = [line for line in raw.split(b"\n") if line.removeprefix(b"\xef\xbb\xbf").strip()]
    records = read(raw)
    assert abs(len(records) - len(lines)) <= (raw.startswith(b"\xef\xbb\xbf"))
    for record in records:
        assert (record.verdict is None) == (record.reason is None)


def test_a_text_file_over_the_limit_is_rejected() -> None:
    (record,) = read(b"x" * 11, "a.txt", max_record_bytes=10)
    assert record.verdict == schema.OVERSIZE
    assert (record.size, record.digest) == (11, hashlib.sha256(b"x" * 11).hexdigest())
    assert read(b"x" * 10, "a.txt", max_record_bytes=10)[0].verdict is None


def parquet(columns: dict[str, Any], group: int | None = None) -> bytes:
    """The columns as a file, in row groups of so many rows; in one if not said."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=group)
    return sink.getvalue()


def test_parquet_rows_with_their_other_columns() -> None:
    raw = parquet({"text": ["one", None, "three"], "n": [1, 2, 3]})
    one, null, three = read(raw, "a.parquet")
    assert one.decoded is not None
    assert one.decoded.text == "one"
    assert three.number == 3
    assert json.loads(three.metadata) == {"n": 3}
    assert null.verdict == schema.MALFORMED
    assert "row 2 has a null in 'text'" in (null.reason or "")


def test_parquet_texts_may_be_bytes() -> None:
    (record,) = read(parquet({"text": pa.array(["café".encode()], pa.binary())}), "a.parquet")
    assert record.decoded is not None
    assert record.decoded.text == "café"


def test_a_parquet_value_that_python_cannot_hold_costs_its_cell(tmp_path: Path) -> None:
    stamps = pa.array([0, 2**62], pa.int64()).cast(pa.timestamp("us"))
    good, bad = read(parquet({"text": ["one", "two"], "when": stamps}), "a.parquet")
    assert json.loads(good.metadata) == {"when": "1970-01-01T00:00:00"}
    assert json.loads(bad.metadata) == {"when": "a timestamp[us] that cannot be shown"}
    menu = "Le café du marché ouvre tôt : on y mange des crêpes, l’été comme l’hiver. " * 4
    broken = pa.array([menu.encode("cp1252"), b"two"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 2, broken.buffers())
    first, second = read(parquet({"text": texts}), "a.parquet")
    assert first.decoded is not None
    assert (first.decoded.text, first.decoded.encoding) == (menu, "cp1252")
    assert second.decoded is not None


def strict(metadata: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(metadata, parse_constant=refuse)


def test_metadata_is_json_for_every_parser() -> None:
    (line,) = read(b'{"text": "t", "a": [1e999, {"b": -1e999}], "c": NaN}')
    assert strict(line.metadata) == {"a": ["inf", {"b": "-inf"}], "c": "NaN"}
    (row,) = read(parquet({"text": ["t"], "x": [float("nan")]}), "a.parquet")
    assert strict(row.metadata) == {"x": "nan"}


def test_parquet_without_the_column_names_what_it_has() -> None:
    (record,) = read(parquet({"body": ["x"]}), "a.parquet")
    assert (record.number, record.verdict) == (0, schema.MALFORMED)
    assert "no column 'text'" in (record.reason or "")
    assert "'body'" in (record.reason or "")


@pytest.mark.parametrize("column", ["text", "body"])
def test_a_large_parquet_file_in_parts_has_the_same_records(column: str) -> None:
    """That the text's column is missing is said of the file, so once."""
    raw, known = parquet({column: [f"text {n}" for n in range(9)]}, group=2), IngestSettings()
    parts = list(cut_parquet(io.BytesIO(raw), 1))
    assert len(parts) == 5
    found = [
        record
        for part in parts
        for record in read_parquet(raw_file(raw, "a.parquet", known, part), known)
    ]
    assert found == read(raw, "a.parquet")


@pytest.mark.parametrize("raw", [b"PAR1 but nothing more", parquet({"text": ["x"]})[:-20]])
def test_a_damaged_parquet_file_is_one_rejected_record(raw: bytes) -> None:
    (record,) = read(raw, "a.parquet")
    assert (record.number, record.verdict) == (0, schema.UNREADABLE)


ODD_JSON = [
    b'{"text": "a", "n": 123456789012345678901234567890}',
    b'{"text": "a", "n": 1.10, "m": -0.0, "k": 1E400, "j": 1e5}',
    b'{"text": "a", "n": NaN, "m": -Infinity}',
    b'{"text": "a", "text": "b", "x": 1, "x": 2}',
    b'{"text": "a\\u0000b\\ud83d\\ude42", "x": "\\ud83d"}',
    b' {"text": "a"}\t',
    b'{"text": "a", "deep": [[{"b": null}]]}',
    b'{"text": "a"} {}',
    b'{"text": "a", "x": "\xff"}',
]
FIELDS = st.dictionaries(
    st.sampled_from(["text", "x", "é"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=2),
    ),
)


@given(st.sampled_from(ODD_JSON) | FIELDS.map(lambda fields: json.dumps(fields).encode()))
def test_the_fast_parser_reads_what_the_other_reads(line: bytes) -> None:
    assert read(line) == [jsonobject._any_record(1, line, "text", "line 1")]


PARTS = [
    pytest.param(b"", 1, id="an empty file"),
    pytest.param(GOOD * 3, 2, id="cut inside a line: the line stays whole"),
    pytest.param(GOOD * 3, len(GOOD), id="cut after a line feed"),
    pytest.param(GOOD + b"\n\n" + GOOD.strip(), 3, id="blank lines, no line feed at the end"),
    pytest.param(b"\xef\xbb\xbf" + GOOD + b'{"text": "torn\n' + GOOD, 5, id="a mark, a torn line"),
    pytest.param(b"x" * 3_000_000 + b"\n" + GOOD, 10, id="a line longer than a chunk"),
]


@pytest.mark.parametrize(("raw", "size"), PARTS)
def test_a_large_file_in_parts_has_the_same_records(tmp_path: Path, raw: bytes, size: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(raw)

    def ingested(shard_bytes: int) -> list[dict[str, Any]]:
        settings = IngestSettings(shard_bytes=shard_bytes)
        planned = ingest.plan(Folder(tmp_path), settings)
        tables = [
            table
            for shard in planned
            for table in ingest.read(shard, place=Folder(tmp_path), dump="d", settings=settings)
        ]
        parts = [part for shard in planned for part in shard.to_pylist()]
        assert sum(part["bytes"] for part in parts) == len(raw)
        return pa.concat_tables(tables).to_pylist()

    assert ingested(size) == ingested(len(raw) + 1)


def test_a_large_file_is_work_for_many(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD * 100)
    (tmp_path / "b.txt").write_bytes(b"words and more of them\n" * 200)
    shards = ingest.plan(Folder(tmp_path), IngestSettings(shard_bytes=10 * len(GOOD)))
    assert [shard["source"].to_pylist() for shard in shards] == [["a.jsonl"]] * 10 + [["b.txt"]]


@given(st.binary(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_a_part_is_read_as_a_file_of_its_own(raw: bytes, start: int, size: int) -> None:
    assert (
        part_of(io.BytesIO(raw), Part(start, start + size, size)).read()
        == raw[start : start + size]
    )


# --- files that cannot be read, in a real dump with a good file beside them


def one_bad_file(tmp_path: Path, make: Callable[[Path], None], name: str) -> dict[str, Any]:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "good.txt").write_text("A quiet morning in the harbour, and nothing is wrong with it.")
    make(raw / name)
    out = publish(raw, tmp_path / "out")
    assert [row["source"] for row in rows(out, "documents")] == ["good.txt"]
    (rejected,) = rows(out, "rejected")
    assert rejected["source"] == name
    return rejected


def test_an_unknown_kind_of_file_is_a_rejected_row(tmp_path: Path) -> None:
    row = one_bad_file(tmp_path, lambda path: path.write_bytes(b"%PDF-1.7") and None, "paper.pdf")
    assert row["verdict"] == "unreadable"
    assert "no reader for this kind of file: it begins with 25 50 44 46" in row["reason"]


def test_names_that_look_alike_stay_apart(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path / "raw")
    os.mkdir(raw)
    for name in (b"a\xff.txt", b"a\\xff.txt"):
        with open(os.path.join(raw, name), "w") as file:
            file.write("The same words in both.")
    out = publish(tmp_path / "raw", tmp_path / "out")
    found = rows(out, "documents") + rows(out, "rejected")
    assert {row["source"] for row in found} == {"a\\xff.txt", "a\\\\xff.txt"}
    assert len({row["doc_id"] for row in found}) == 2


def test_a_link_to_nothing_is_a_rejected_row(tmp_path: Path) -> None:
    row = one_bad_file(tmp_path, lambda path: path.symlink_to("gone.txt"), "link.txt")
    assert row["verdict"] == "unreadable"
    assert "No such file" in row["reason"]


def test_a_pipe_is_not_waited_on(tmp_path: Path) -> None:
    row = one_bad_file(tmp_path, lambda path: os.mkfifo(path), "pipe.txt")
    assert "not a regular file" in row["reason"]


def test_a_file_that_fails_while_it_is_read(tmp_path: Path) -> None:
    memory = Path("/proc/self/mem")
    if not memory.exists():
        pytest.skip("no file here that can be opened but not read")
    row = one_bad_file(tmp_path, lambda path: path.symlink_to(memory), "memory.txt")
    assert row["verdict"] == "unreadable"
    assert row["reason"] == "cannot be read: Input/output error"


def test_a_folder_that_cannot_be_listed_is_a_rejected_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def forbidden(path: Any) -> Any:
        if isinstance(path, bytes) and path.endswith(b"secret"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", forbidden)
    row = one_bad_file(tmp_path, lambda path: path.mkdir(), "secret")
    assert row["verdict"] == "unreadable"
    assert row["reason"] == "the folder cannot be listed: Permission denied"


@pytest.mark.parametrize("name", ["line.jsonl"])
def test_two_gigabytes_without_a_line_end_are_one_rejected_record(
    tmp_path: Path, name: str
) -> None:
    with (tmp_path / name).open("wb") as file:
        file.write(b'{"text": "')
        file.truncate(2 * 1024**3)  # a hole: it takes no room on the disk
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pipeline.sources.places.place import Folder\n"
        "from pipeline.sources.settings import IngestSettings\n"
        "from pipeline.steps import ingest\n"
        "from tests.memory import megabytes, peak\n"
        "before = megabytes()\n"
        "place, settings = Folder(Path(sys.argv[1])), IngestSettings()\n"
        "shards = ingest.plan(place, settings)\n"
        "read = [row for shard in shards for table in\n"
        "        ingest.read(shard, place=place, dump='d', settings=settings)\n"
        "        for row in table.to_pylist()]\n"
        "print(len(read), read[0]['verdict'], read[0]['raw_bytes'], peak() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=True
    )
    rows_, verdict, size, grown = done.stdout.split()
    assert (int(rows_), int(size)) == (1, 2 * 1024**3)
    assert verdict in (b"oversize", b"unreadable")
    assert float(grown) < 200
