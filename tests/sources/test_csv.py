"""CSV and TSV: dialects, encodings, and what damage costs."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.sources.places.place import Folder
from pipeline.sources.record import Record, metadata_of
from pipeline.sources.settings import IngestSettings
from pipeline.sources.tables.csvfile import cut_csv, read_csv
from pipeline.sources.tables.dialect import dialect_of
from pipeline.sources.tables.rowstream import Row, RowStream
from pipeline.steps import ingest
from tests.sources.reading import raw_file, read, texts

DIALECTS = [
    pytest.param(b'id,text\n1,a\n2,"b, c"\n', ["a", "b, c"], id="commas"),
    pytest.param(b'id;text\r\n1;a, b\r\n2;"c; d"\r\n', ["a, b", "c; d"], id="Excel in Europe"),
    pytest.param(b"sep=;\r\nid;text\r\n1;a\r\n2;b\r\n", ["a", "b"], id="Excel's own word for it"),
    pytest.param(b"id\ttext\n1\ta, b\n2\tc\n", ["a, b", "c"], id="tabs"),
    pytest.param(b'id\ttext\n1\t"Hi" he said\n2\tb\n', ['"Hi" he said', "b"], id="tabs, no quotes"),
    pytest.param(b"id|text\n1|a, b; c\n2|d\n", ["a, b; c", "d"], id="bars"),
    pytest.param(b'id,text\n1,"a ""b"" c"\n', ['a "b" c'], id="doubled quotes"),
    pytest.param(b'id,text\n1,"a \\"b\\" \\\\"\n2,c\n', ['a "b" \\', "c"], id="escaped quotes"),
    pytest.param(b'id,text\n1,"C:\\dir\\"\n2,c\n', ["C:\\dir\\", "c"], id="a backslash is one"),
    pytest.param(b"'id','text'\n'1','a, ''b'''\n", ["a, 'b'"], id="single quotes"),
    pytest.param(b"id,text\n1,'tis a day\n2,'twas\n", ["'tis a day", "'twas"], id="apostrophes"),
    pytest.param(b'text\nHello, world\n"so"\n', ["Hello, world", "so"], id="one bare column"),
    pytest.param(b'text\n"Hello, world"\n"so\nit is"\n', ["Hello, world", "so\nit is"], id="one"),
    pytest.param(b'id, text\n1, "a, b"\n', ["a, b"], id="a blank after each comma"),
    pytest.param(b'text,id\r"a\rb",1\rc,2\r', ["a\rb", "c"], id="an old Mac's line ends"),
    pytest.param(b"\xef\xbb\xbftext,id\na,1", ["a"], id="a mark, and no line end at the end"),
    pytest.param(b"id,text\n\n1,a\n  \n\r\n2,b\n", ["a", None, "b"], id="blank lines are no rows"),
    pytest.param(b"id,text\n1,a,,\n2,b\n", ["a", "b"], id="commas after the last field"),
    pytest.param(b"id,text\n1,\n2,b", ["", "b"], id="an empty text"),
    pytest.param(b"id,text\n", [], id="a header alone"),
    pytest.param(b"", [], id="an empty file"),
]


@pytest.mark.parametrize(("raw", "expected"), DIALECTS)
def test_dialects(raw: bytes, expected: list[str | None]) -> None:
    for name, bytes_ in (("a.csv", raw), ("a.tsv", raw), ("a.csv.gz", gzip.compress(raw))):
        found = read(bytes_, name)
        said = [r.decoded.text if r.decoded and not r.verdict else None for r in found]
        assert said == expected
        assert [record.number for record in found] == list(range(1, len(expected) + 1))


def test_other_columns_are_metadata_and_the_row_is_what_was_delivered() -> None:
    (record,) = read(b'id,text,x,x,\r\n7,"a ""b""",1,2,3\r\n', "a.csv")
    fields = {"id": "7", "x": "1", "x (2)": "2", "column 5": "3"}
    assert json.loads(record.metadata) == fields
    assert record.size == len(b'7,"a ""b""",1,2,3')
    assert record.digest == hashlib.sha256(b'7,"a ""b""",1,2,3').hexdigest()
    assert read(b"id,text\n1,a\n", "a.csv")[0].decoded == read(b'{"text":"a"}')[0].decoded


def test_without_the_column_it_says_which_there_are() -> None:
    (record,) = read(b"id;body\n1;a\n2;b\n", "a.csv")
    assert (record.number, record.verdict) == (0, schema.MALFORMED)
    assert "no column 'text' (ingest.text_field); it has 'id', 'body'" in (record.reason or "")
    assert "parted by ';'" in (record.reason or "")
    assert texts(read(b"id;body\n1;a\n2;b\n", "a.csv", text_field="body")) == ["a", "b"]


ROWS = b"".join(b'%d,"row %d, quoted"\n' % (n, n) for n in range(3, 9))
DAMAGE = [
    pytest.param(b"2\n", "it has 1 fields; the header has 2", id="too few fields"),
    pytest.param(b"2,b,c\n", "it has 3 fields; the header has 2", id="too many fields"),
    pytest.param(b'2,"b\n', "quote", id="a quote that is not closed"),
    pytest.param(b'2,"b "c" d"\n', "follows a closing quote", id="quotes that are not doubled"),
    pytest.param(b'2,"b\nand "c"\nd"\n', "follows a closing quote", id="the same over lines"),
    pytest.param(b"2,b\0c\n", "byte 3 of it is NUL", id="NUL"),
    pytest.param(
        b"2,\xff\xfe\n", "0xFF) does not fit utf-8, in which the file is", id="a bad byte"
    ),
    pytest.param(b'2,"' + b"x" * 2000 + b'"\n', "more than ingest.max_record_bytes", id="large"),
]


@pytest.mark.parametrize(("row", "reason"), DAMAGE)
@pytest.mark.parametrize("after", [ROWS, ROWS.replace(b'"', b"").replace(b", quoted", b"")])
def test_a_bad_row_costs_itself_alone(row: bytes, reason: str, after: bytes) -> None:
    raw = "id,text\n1,café\n".encode() + row + after
    first, bad, *others = read(raw, "a.csv", max_record_bytes=1000)
    assert texts([first]) == ["café"]
    assert bad.number == 2
    assert bad.verdict in (schema.MALFORMED, schema.UNDECODABLE, schema.OVERSIZE)
    assert reason in (bad.reason or "")
    assert bad.size == len(row) - 1
    assert [(r.number, r.verdict) for r in others] == [(number, None) for number in range(3, 9)]


def test_where_reading_goes_on_is_said_and_the_row_is_kept() -> None:
    raw = b'id,text\n1,"a\n2,b\n3,c\n'
    bad, *others = read(raw, "a.csv")
    assert bad.reason == (
        "row 1 (from byte 8 of the file on): a quote is not closed (byte 8 of the file); "
        "read on at byte 13"
    )
    assert texts([bad, *others]) == ['1,"a', "b", "c"]


NOT_CLOSED = "a quote is not closed (byte 8 of the file)"
FOLLOWS = "something follows a closing quote (byte 14 of the file)"
JUDGED = [
    pytest.param(b'2,"b\n', b"3,c\n", NOT_CLOSED, id="no other quote"),
    pytest.param(b'2,"b\n', ROWS, NOT_CLOSED, id="the next quote is another row's"),
    pytest.param(b'2,"b "c"\n', ROWS, FOLLOWS, id="the next quote is its own"),
    pytest.param(b'2,"\nb"c\n', ROWS, FOLLOWS, id="and in its last line"),
]


@pytest.mark.parametrize(("row", "after", "reason"), JUDGED)
def test_a_damaged_row_is_judged_by_its_own_bytes(row: bytes, after: bytes, reason: str) -> None:
    """A quote in the row where reading goes on is no evidence, and may be in another part."""
    raw = b"id,text\n" + row + after
    bad = read(raw, "a.csv")[0]
    assert bad.reason == (
        f"row 1 (from byte 8 of the file on): {reason}; read on at byte {8 + len(row)}"
    )
    assert parts_of(raw, 1) == read(raw, "a.csv")


def test_the_last_quote_is_not_closed() -> None:
    assert [r.verdict for r in read(b'id,text\n1,a\n2,"b', "a.csv")] == [None, schema.MALFORMED]


ENCODINGS = [
    "utf-8",
    "utf-8-sig",
    "cp1252",
    "utf-16",
    "utf-16-be",
    "utf-32",
    "utf-16-le",
    "cp1251",
    "shift_jis",
]
SAYS = {
    "cp1251": "Быстрая коричневая лиса прыгает через ленивую собаку и бежит дальше в лес",
    "shift_jis": "すべての人間は、生まれながらにして自由であり、尊厳と権利とについて平等である",
}
MENU = "Le café du marché ouvre tôt : on y mange des crêpes, l’été comme l’hiver"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_is_in_one_encoding(encoding: str) -> None:
    said = SAYS.get(encoding, MENU)
    rows = [f'{n},"{said} {n}",x' for n in range(40)]
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    raw = (mark + "\r\n".join(["id,text,n", *rows])).encode(encoding)
    found = read(raw, "a.csv")
    assert texts(found) == [f"{said} {n}" for n in range(40)]
    name = encoding.removesuffix("-sig")
    for record, row in zip(found, rows, strict=True):
        assert record.decoded is not None
        assert record.decoded.encoding.startswith(name.replace("shift_jis", ""))
        own = row.encode(record.decoded.encoding)
        assert (record.size, record.digest) == (len(own), hashlib.sha256(own).hexdigest())


def test_the_encoding_is_found_where_the_first_letters_are_that_tell_it() -> None:
    plain = b"".join(b"%d,plain words\n" % n for n in range(30_000))
    menu = (
        "".join(f"{n},{MENU}\n" for n in range(50)).replace("crêpes, ", "crêpes ").encode("cp1252")
    )
    found = read(b"id,text\n" + plain + menu, "a.csv")
    assert {record.verdict for record in found} == {None}
    assert found[-1].decoded is not None
    assert found[-1].decoded.text == MENU.replace(",", "", 1).replace("crêpes ", "crêpes ")


def test_a_bad_byte_does_not_turn_the_file_into_another_encoding() -> None:
    rows = [f"{n},où çà {n}".encode() for n in range(20)]
    rows[7] = rows[7].replace("ç".encode(), b"\xe7")
    found = read(b"id,text\n" + b"\n".join(rows), "a.csv")
    assert [r.verdict for r in found] == [schema.UNDECODABLE if n == 7 else None for n in range(20)]
    (replaced,) = read(
        b"id,text\n" + "é".encode() * 9 + b"\n1,\xe7a", "a.csv", on_undecodable="replace"
    )[1:]
    assert replaced.decoded is not None
    assert replaced.decoded.text == "\ufffda"
    assert not replaced.decoded.lossless


# --- rows without end


def rows_in(raw: bytes, most: int) -> list[Row]:
    file = io.BytesIO(raw)
    return list(RowStream(file.read, dialect_of(raw[:1000])[0], most=most).rows())


def test_a_row_that_is_too_long_is_not_held() -> None:
    large = b'2,"' + b"x,,\ny" * 2_000_000 + b'"\n'
    header, one, bad, three = rows_in(b"id,text\n1,a\n" + large + b"3,b\n", 1_000_000)
    assert (bad.raw, bad.size, bad.digest) == (None, len(large), hashlib.sha256(large).hexdigest())
    assert (header.raw, one.raw, three.raw) == (b"id,text\n", b"1,a\n", b"3,b\n")
    assert three.start == len(b"id,text\n1,a\n" + large)


def test_a_quote_that_is_never_closed_swallows_no_more_than_its_row() -> None:
    raw = b'id,text\n1,"a\n' + b"2,b\n" * 500_000
    rows = rows_in(raw, 1_000_000)
    assert len(rows) == 500_002
    assert (rows[1].raw, rows[1].wrong[:23]) == (b'1,"a\n', "a quote is not closed (")
    assert b"".join(row.raw or b"" for row in rows) == raw


# --- parts of large files


def parts_of(raw: bytes, size: int, **settings: Any) -> list[Record]:
    """All records, read part by part."""
    known = IngestSettings(**settings)
    parts = list(cut_csv(io.BufferedReader(io.BytesIO(raw)), size))  # type: ignore[type-var]
    assert sum(part.bytes for part in parts) == len(raw)
    return [
        record
        for part in parts or [None]
        for record in read_csv(raw_file(raw, "a.csv", known, part), known)
    ]


@pytest.mark.parametrize("size", [1, 7, 20, 10_000])
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text",
        b"id,text\n",
        b'\xef\xbb\xbfsep=,\nid,text\n1,"a\nb"\n\n\n2,c\n3',
        b'id,text\n1,"a\n2,b\n3,"c"\n4,"d\n5,e',
        b"id,text\r\n" + f'1,"{MENU}"\r\n2,{MENU}\r\n'.encode("cp1252") * 9,
        b'\n\nid,text\n1,"' + b"x\n" * 100_000 + b'"\n2,b\n',
        # That the text's column is missing is said of the file, so once.
        b"id,body\n1,a\n2,b\n",
    ],
)
def test_a_large_file_in_parts_has_the_same_records(raw: bytes, size: int) -> None:
    assert parts_of(raw, size) == read(raw, "a.csv")


# The quote that shows the damage comes after the damaged row, so in the next part.
@example('"\n,;";', 1)
@given(st.text(st.sampled_from('ab,"\n\r;é'), max_size=60), st.integers(1, 70))
def test_any_file_in_parts_has_the_same_records(rows: str, size: int) -> None:
    raw = b"id,text\n" + rows.encode()
    assert parts_of(raw, size) == read(raw, "a.csv")


def test_shards_of_a_large_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n" + b"".join(b'%d,"x\ny"\n' % n for n in range(99)))

    def ingested(shard_bytes: int) -> tuple[int, list[dict[str, Any]]]:
        settings = IngestSettings(shard_bytes=shard_bytes)
        shards = ingest.plan(Folder(tmp_path), settings)
        tables = [
            table
            for shard in shards
            for table in ingest.read(shard, place=Folder(tmp_path), dump="d", settings=settings)
        ]
        return len(shards), pa.concat_tables(tables).to_pylist()

    many, cut = ingested(100)
    one, whole = ingested(10_000)
    assert many > 5 > one
    assert cut == whole


# --- anything at all

FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TABLES = st.lists(st.lists(FIELDS, min_size=2, max_size=2), max_size=8)


@given(TABLES, st.sampled_from(",;\t|"), st.booleans(), st.sampled_from(["\r\n", "\n"]))
def test_what_python_writes_comes_back(
    rows: list[list[str]], delimiter: str, escaped: bool, end: str
) -> None:
    file = io.StringIO(newline="")
    options: dict[str, Any] = {"doublequote": False, "escapechar": "\\"} if escaped else {}
    writer = csv.writer(
        file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL, **options
    )
    # What a dialect can be found by: a few rows that show it.
    told = [["1", f'say {delimiter} "x"'], ["2", "\n"]]
    writer.writerows([["id", "text"], *told * 4, *rows])
    found = read(file.getvalue().encode(), "a.csv")[8:]
    assert texts(found) == [text for _, text in rows]
    assert [record.metadata for record in found] == [metadata_of({"id": name}) for name, _ in rows]


@given(
    st.binary(max_size=300) | st.text('abt,;"\n\r\\ ', max_size=80).map(str.encode),
    st.integers(1, 50),
)
def test_any_bytes_as_csv_are_never_a_traceback(raw: bytes, limit: int) -> None:
    for bytes_ in (raw, b"id,text\n" + raw, b'"text"\n"' + raw):
        found = read(bytes_, "a.csv", max_record_bytes=limit)
        assert sum(record.size for record in found) <= 2 * len(bytes_)
        for record in found:
            assert (record.verdict is None) == (record.reason is None)


# What is wrong comes after as many bytes as are held, which may be there already.
@example(b'""a', 1, 1)
@given(st.text('a,"\n', max_size=60).map(str.encode), st.integers(1, 9), st.integers(1, 30))
def test_rows_are_the_same_however_the_bytes_come(raw: bytes, size: int, most: int) -> None:
    def rows(read_: Any, start: int = 0, columns: int | None = None) -> list[Row]:
        dialect = dialect_of(b"id,text\n1,2\n")[0]
        return list(RowStream(read_, dialect, start, columns, most).rows())

    few = io.BytesIO(raw)
    made = rows(lambda _: few.read(size))
    assert sum(row.size for row in made) <= len(raw)
    assert made == rows(io.BytesIO(raw).read)
    columns = next((row.fields for row in made if row.fields), None)
    for row in made:  # as in a part of the file that holds it alone
        alone = io.BytesIO(raw[row.start : row.start + row.size])
        assert rows(alone.read, row.start, columns) == [row]


def test_a_torn_file_gives_what_came_before() -> None:
    raw = b"id,text\n" + b"".join(b"%d,text %d\n" % (n, n**5) for n in range(30_000))
    packed = gzip.compress(raw)
    *whole, torn = read(packed[: len(packed) * 2 // 3], "a.csv.gz")
    assert torn.verdict == schema.UNREADABLE
    assert texts(whole) == [f"text {n**5}" for n in range(len(whole))]
    assert len(whole) > 1000
    assert f"after row {len(whole)}" in (torn.reason or "")
