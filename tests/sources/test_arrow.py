"""Arrow and Feather files: batches that are there arrive, whatever became of the rest."""

import gzip
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather, ipc

from pipeline import schema
from pipeline.sources.settings import IngestSettings
from pipeline.sources.tables.arrowfile import cut_arrow, read_arrow
from tests.sources.reading import raw_file, read, texts

TABLE = pa.table(
    {
        "text": [f"text {n}" for n in range(300)],
        "n": range(300),
        "tags": pa.array(["x", "y", "x"] * 100).dictionary_encode(),
    }
)


def written(table: pa.Table, kind: str = "file", compression: str | None = None) -> bytes:
    """The table as a file or a stream, in batches of 50 rows."""
    file = io.BytesIO()
    options = ipc.IpcWriteOptions(compression=compression)
    make = {"file": ipc.new_file, "stream": ipc.new_stream}[kind]
    with make(file, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=50)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["file", "stream"])
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_rows_with_their_other_columns(kind: str, compression: str | None) -> None:
    raw = written(TABLE, kind, compression)
    for name, bytes_ in (("a.arrow", raw), ("a", raw), ("a.feather.gz", gzip.compress(raw))):
        found = read(bytes_, name)
        assert texts(found) == TABLE["text"].to_pylist()
        assert [record.number for record in found] == list(range(1, 301))
        assert json.loads(found[1].metadata) == {"n": 1, "tags": "y"}


@pytest.mark.filterwarnings("ignore:Feather V1:DeprecationWarning")
def test_feather_of_both_versions() -> None:
    for version in (1, 2):
        file = io.BytesIO()
        feather.write_feather(TABLE.select(["text", "n"]), file, version=version)
        assert texts(read(file.getvalue(), "a.feather")) == TABLE["text"].to_pylist()


@pytest.mark.parametrize("kind", ["file", "stream"])
@pytest.mark.parametrize("kept", [0.4, 0.7])
def test_batches_before_a_tear_arrive(kind: str, kept: float) -> None:
    raw = written(TABLE, kind)
    *whole, torn = read(raw[: int(len(raw) * kept)], "a.arrow")
    assert len(whole) >= 50
    assert len(whole) % 50 == 0
    assert texts(whole) == TABLE["text"].to_pylist()[: len(whole)]
    assert (torn.number, torn.verdict) == (len(whole) + 1, schema.UNREADABLE)
    assert f"cannot be read after row {len(whole)}" in (torn.reason or "")


def test_a_file_without_its_end_has_all_its_rows_and_says_so() -> None:
    *whole, torn = read(written(TABLE)[:-5], "a.arrow")
    assert len(whole) == 300
    assert torn.verdict == schema.UNREADABLE


def test_what_is_none_is_said() -> None:
    for raw in (b"ARROW1\0\0 but nothing more", b"FEA1, or not", b"no arrow"):
        (record,) = read(raw, "a.arrow")
        assert (record.number, record.verdict) == (0, schema.UNREADABLE)
        assert "the Arrow file cannot be read from the start" in (record.reason or "")


def test_without_the_column_it_says_which_there_are() -> None:
    for rows in ([], ["x"]):
        (record,) = read(written(pa.table({"body": pa.array(rows, pa.string())})), "a.arrow")
        assert record.verdict == schema.MALFORMED
        assert "no column 'text' (ingest.text_field); it has 'body'" in (record.reason or "")
    assert read(written(pa.table({"text": pa.array([], pa.string())})), "a.arrow") == []


MENU = "Le café du marché ouvre tôt : on y mange des crêpes, l’été comme l’hiver. " * 4


def test_texts_that_are_no_utf_8_are_decoded() -> None:
    bytes_ = pa.array([MENU.encode("cp1252"), b"two"], pa.binary())
    for kind in (pa.string(), pa.large_string()):
        column = bytes_ if kind == pa.string() else bytes_.cast(pa.large_binary())
        broken = pa.Array.from_buffers(kind, 2, column.buffers())
        first, second = read(written(pa.table({"text": broken})), "a.arrow")
        assert first.decoded is not None
        assert (first.decoded.text, first.decoded.encoding) == (MENU, "cp1252")
        assert texts([second]) == ["two"]


def test_offsets_that_lead_astray_are_not_followed() -> None:
    offsets = pa.py_buffer(b"".join(n.to_bytes(4, "little") for n in (0, 2**30, 6)))
    astray = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"onetwo")])
    good = pa.array(["one", "two"])
    (bad,) = read(written(pa.table({"text": astray, "n": good})), "a.arrow")
    assert bad.verdict == schema.UNREADABLE
    assert "rows 1 to 2: the column 'text' is damaged" in (bad.reason or "")
    first, _ = read(written(pa.table({"text": good, "n": astray})), "a.arrow")
    assert json.loads(first.metadata) == {"n": "a damaged string"}


@pytest.mark.parametrize("size", [1, 2000, 10**9])
@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        # That the text's column is missing is said of the file, so once.
        TABLE.rename_columns(["body", "n", "tags"]),
    ],
    ids=["with its text", "without"],
)
def test_a_large_file_in_parts_has_the_same_records(table: pa.Table, size: int) -> None:
    raw, known = written(table), IngestSettings()
    parts = list(cut_arrow(io.BytesIO(raw), size))
    assert len(parts) == {1: 6, 2000: 6, 10**9: 1}[size] or 1 < len(parts) < 6
    found = [
        record
        for part in parts
        for record in read_arrow(raw_file(raw, "a.arrow", known, part), known)
    ]
    assert found == read(raw, "a.arrow")
    assert list(cut_arrow(io.BytesIO(raw[:-9]), size)) == []
    assert list(cut_arrow(io.BytesIO(written(table, "stream")), size)) == []


@pytest.mark.parametrize("kind", ["file", "stream"])
@settings(max_examples=150)
@given(at=st.integers(0, 2**20), value=st.integers(0, 255), cut=st.none() | st.integers(0, 5000))
def test_a_flipped_byte_is_never_a_traceback(kind: str, at: int, value: int, cut: Any) -> None:
    raw = bytearray(written(TABLE, kind)[:cut])
    if raw:
        raw[at % len(raw)] = value
    for record in read(bytes(raw), "a.arrow"):
        assert (record.verdict is None) == (record.reason is None)
