"""JSON files: which values are records, and what damage costs."""

import gzip
import hashlib
import io
import json
import tracemalloc
from io import BufferedReader
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.sources.objects.jsonfile import cut_json
from pipeline.sources.objects.jsonstream import JsonStream
from pipeline.sources.objects.nesting import DEEPEST, too_deep
from pipeline.sources.read import records
from pipeline.sources.record import Record
from pipeline.sources.settings import IngestSettings
from tests.sources.reading import Stream, forward, raw_file, read, texts

A, B, C = b'{"text": "a"}', b'{"text": "b", "n": 2}', b'{"text": "c"}'

SHAPES = [
    pytest.param(b"[%b, %b]", ["a", "b"], id="a list"),
    pytest.param(b"[%b,%b,]", ["a", "b"], id="a comma too many, as people write them"),
    pytest.param(
        b"\xef\xbb\xbf\n [\n\t%b\n,\n%b\n]\n", ["a", "b"], id="a mark, and blanks all over"
    ),
    pytest.param(b"%b%b", ["a", "b"], id="objects one after the other"),
    pytest.param(b"%b\n%b\n", ["a", "b"], id="an object a line, named .json"),
    pytest.param(b"%b,\n%b", ["a", "b"], id="the inside of a list: MongoDB's export, cut"),
    pytest.param(b"\x1e%b\n\x1e%b\n", ["a", "b"], id="a JSON text sequence, RFC 7464"),
    pytest.param(b"[%b][%b]", ["a", "b"], id="a list for every page that was fetched"),
    pytest.param(b'{"data": [%b, %b]}', ["a", "b"], id="a list within an object, as of an API"),
    pytest.param(
        b'{"n": 2, "next": {"text": "no"}, "articles": [%b], "page": null}\n{"articles": [%b]}',
        ["a", "b"],
        id="pages of an API one after the other; what stands around is no record",
    ),
    pytest.param(b"  [ ] %b [] [%b] ", ["a", "b"], id="empty lists"),
]


@pytest.mark.parametrize(("shape", "expected"), SHAPES)
@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
def test_shapes_of_json(shape: bytes, expected: list[str], name: str) -> None:
    raw = shape % (A, B)
    found = [r for r in read(gzip.compress(raw) if name.endswith("gz") else raw, name) if r.number]
    assert texts(found) == expected
    assert [record.number for record in found] == [1, 2]
    assert [record.size for record in found] == [len(A), len(B)]
    assert found[1].digest == hashlib.sha256(B).hexdigest()
    assert json.loads(found[1].metadata) == {"n": 2}


def test_an_object_may_stand_on_many_lines() -> None:
    items = [{"text": "a\nb", "tags": ["x", {"y": 1}]}, {"text": "c"}]
    raw = json.dumps(items, indent=4).encode()
    assert texts(read(raw, "a.json")) == ["a\nb", "c"]
    assert texts(read(b"\n".join(json.dumps(i, indent=2).encode() for i in items), "a.json")) == [
        "a\nb",
        "c",
    ]


def test_fields_beside_a_list_of_records_are_counted() -> None:
    *_, rest = read(b'{"total": 2, "hits": [%b, %b], "took": {"ms": 1}}' % (A, B), "a.json")
    assert rest.verdict == "passed_over:field beside the records"
    assert json.loads(rest.metadata) == {"items": 2}


ONE_RECORD = [
    pytest.param(b'{"text": "t", "authors": [{"text": "x"}]}', id="it has a text itself"),
    pytest.param(b'{"authors": [{"text": "x"}], "text": "t"}', id="it has, after the list"),
    pytest.param(b'{"authors": [{"name": "x"}],\n "text": "t"}', id="its list has no texts"),
]


@pytest.mark.parametrize("raw", ONE_RECORD)
def test_an_object_with_a_text_is_one_record(raw: bytes) -> None:
    assert texts(read(raw, "a.json")) == ["t"]


CONTENT_FIRST = [
    pytest.param("a.txt", b"[\n  %b]" % A, "a", id="a list of objects is JSON by any name"),
    pytest.param("a.jsonl", b"[%b]" % A, "a", id="also by that of JSON Lines"),
    pytest.param("a", b'{\n  "text": "a"\n}', "a", id="an object with the field, on many lines"),
    pytest.param("a.md", b"[link](http://x) and more", None, id="a Markdown link is text"),
    pytest.param("a.txt", b"[{thing}] is how it is written", None, id="so are brackets"),
    pytest.param("a.txt", b'{\n  "key": "value"\n}', None, id="JSON without a text, by its name"),
    pytest.param("a.txt", b"{\n  color: red\n}", None, id="so is a style sheet"),
]


@pytest.mark.parametrize(("name", "raw", "text"), CONTENT_FIRST)
def test_what_looks_like_json_is(name: str, raw: bytes, text: str | None) -> None:
    assert texts(read(raw, name)) == [raw.decode() if text is None else text]


DAMAGE = [
    pytest.param(b'{"text": "b}', "Unterminated string", id="a string that is not closed"),
    pytest.param(b'{"text": "b', "not JSON", id="nor is the object"),
    pytest.param(b'{"text: "b"}', "Expecting ':'", id="a name that is not closed"),
    pytest.param(b'{"text": "he said "b" so"}', "Expecting ','", id="quotes within a string"),
    pytest.param(b'{"text": "b", "l": [1, 2}', "Expecting ','", id="a bracket missing"),
    pytest.param(b'{"text": "b", "l": {"m": 1}', "not", id="a brace missing"),
    pytest.param(b'{"text": "b"]', "Expecting ','", id="the wrong bracket"),
    pytest.param(b'{"text": "b" "n": 1}', "Expecting ','", id="a comma missing"),
    pytest.param(b'{"text": "b",}', "trailing comma before end of object", id="a comma too many"),
    pytest.param(b'{"l": [1, ], "text": "b"}', "before end of array", id="a comma too many, in it"),
    pytest.param(b"{text: 'b'}", "property name", id="JavaScript"),
    pytest.param(b'{"text": "a\nb"}', "Invalid control character", id="a line feed as it is"),
    pytest.param(b'{"text": undefined}', "Expecting value", id="a word that is none"),
    pytest.param(b'{"text": "\\x41"}', "Invalid \\escape", id="an escape that is none"),
    pytest.param(b'{"text": "caf\xe9"}', "0xE9) is not UTF-8", id="another encoding"),
    pytest.param(b'{"body": "b"}', "it has 'body'", id="another field"),
    pytest.param(b'"b"', "is a JSON string", id="a string"),
    pytest.param(b"[1, [2]]", "is a JSON array", id="a list in the list"),
    pytest.param(b"12", "is a JSON number", id="a number"),
    pytest.param(b"?!", "is not JSON", id="nothing that is known"),
    pytest.param(b"\x00\x00\x00", "is not JSON", id="a hole in the disk"),
    pytest.param(b"[" * 100_000 + b"]" * 100_000, "256 levels", id="100,000 lists in each other"),
    pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, "256 levels", id="5,000 objects"),
]


@pytest.mark.parametrize(("item", "reason"), DAMAGE)
@pytest.mark.parametrize("shape", [b"[%b, %b, %b]", b"[\n%b,\n%b,\n%b\n]\n", b"[%b,%b,%b]"])
def test_a_bad_element_costs_itself_alone(item: bytes, reason: str, shape: bytes) -> None:
    first, bad, last = read(shape % (A, item, C), "a.json")
    assert texts([first, last]) == ["a", "c"]
    assert bad.number == 2
    assert bad.verdict in (schema.MALFORMED, schema.UNDECODABLE)
    assert reason in (bad.reason or "")


def test_where_reading_goes_on_is_said() -> None:
    raw = b'[%b, {"text": "b}, %b]' % (A, C)
    _, bad, _ = read(raw, "a.json")
    assert bad.decoded is not None
    assert bad.decoded.text == '{"text": "b}'
    assert f"byte {raw.index(C) + 2} of the file is where it ceases" in (bad.reason or "")
    assert f"read on from byte {raw.index(C) - 2} on" in (bad.reason or "")


# Whole reasons, as they are published: the same with every version of Python, whose own words and
# limits differ.
SAID = [
    pytest.param(
        b'{"text": "b" ,\t }',
        "is not JSON: Illegal trailing comma before end of object at character 13",
        id="a comma too many in an object, blanks around it",
    ),
    pytest.param(
        b'{"text": "b", "l": [[1], ]}',
        "is not JSON: Illegal trailing comma before end of array at character 23",
        id="in a list",
    ),
    pytest.param(
        b'{"text": "b", "l": [,]}',
        "is not JSON: Expecting value at character 20",
        id="a comma and nothing before it",
    ),
    pytest.param(
        b'{"text": ,}',
        "is not JSON: Expecting value at character 9",
        id="a comma in place of a value",
    ),
    pytest.param(
        b'{"text": "b", "l": [1,}',
        "is not JSON: Expecting value at character 22",
        id="a comma, and another's bracket",
    ),
    pytest.param(
        b'{"text": "b", "n": %b}' % (b"1" * 5000),
        "is not JSON that can be read: Exceeds the limit (4300 digits) for integer string "
        "conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit",
        id="a number without an end",
    ),
]


@pytest.mark.parametrize(("line", "reason"), SAID)
def test_what_is_wrong_is_said_in_the_same_words_by_every_python(line: bytes, reason: str) -> None:
    (bad,) = read(line)
    assert bad.reason == f"line 1 {reason}"


@pytest.mark.parametrize("opened", [b'{"x":', b"["])
def test_how_deep_an_object_may_be_does_not_hang_on_the_python(opened: bytes) -> None:
    """Python 3.11's parser goes as deep as its stack allows, 3.13's ten times deeper."""
    closed = b"}" if opened.startswith(b"{") else b"]"

    def nested(levels: int) -> bytes:
        return b'{"text": "t", "signs": "[[[{{{\\"", "in": %b1%b}' % (
            opened * (levels - 1),
            closed * (levels - 1),
        )

    (good,) = read(nested(DEEPEST))
    assert good.verdict is None
    assert json.loads(good.metadata)["signs"] == '[[[{{{"'
    (deep,) = read(nested(DEEPEST + 1))
    assert deep.verdict == schema.MALFORMED
    assert deep.reason == (
        "line 1 is not JSON that can be read: it is nested more than 256 levels deep"
    )


def test_many_brackets_are_not_deep_ones() -> None:
    shallow = {"text": "t", "l": [[], {}] * 500, "s": '\\"[{' * 500}
    assert texts(read(json.dumps(shallow).encode())) == ["t"]
    assert not too_deep('"' + "[" * 1000)  # a string that is not closed goes to the end
    assert not too_deep('"' + '\\"[' * 1000 + "\\")


TORN = [
    pytest.param(b"[%b, %b" % (A, C), "the file ends before its list", id="between two"),
    pytest.param(b"[%b, %b," % (A, C), "the file ends before its list", id="after a comma"),
    pytest.param(b'[%b, %b, {"te' % (A, C), "the file ends within it", id="within one"),
    pytest.param(b'{"data": [%b, %b' % (A, C), "the file ends before its list", id="wrapped"),
    pytest.param(b'{"data": [%b, %b]' % (A, C), "before the object around", id="nearly whole"),
    pytest.param(b"[%b, %b, %b" % (A, C, b"[" * 100_000), "ends within it", id="very deep"),
]


@pytest.mark.parametrize(("raw", "reason"), TORN)
def test_a_torn_file_gives_what_came_before_and_says_so(raw: bytes, reason: str) -> None:
    *whole, torn = read(raw, "a.json")
    assert texts(whole) == ["a", "c"]
    assert torn.verdict in (schema.UNREADABLE, schema.MALFORMED)
    assert reason in (torn.reason or "")


def test_an_element_too_large_is_rejected_without_being_held() -> None:
    large = b'{"text": "' + b"x" * 50_000_000 + b'"}'
    values = JsonStream(forward(A + large + C), 1_000_000)
    tracemalloc.start()
    values.byte()
    found = [values.value(), values.value(), values.value()]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    assert [value.raw for value in found] == [A, None, C]
    _, record, _ = read(b"[" + A + b"," + large + b"," + C + b"]", "a.json", max_record_bytes=10**6)
    assert (record.verdict, record.size) == (schema.OVERSIZE, len(large))
    assert record.digest == hashlib.sha256(large).hexdigest()
    assert "50000012 bytes, from byte 15 of the file on" in (record.reason or "")


def test_damage_without_an_end_is_not_held_either() -> None:
    raw = b'[{"text": "a" "b": "' + b"x" * 3_000_000 + b'}, {"text": "b"}]'
    large, good = read(raw, "a.json", max_record_bytes=100_000)
    assert large.verdict == schema.OVERSIZE
    assert large.size == len(raw) - len(b'[, {"text": "b"}]')
    assert texts([good]) == ["b"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_windows_writes_json_in_utf_16(encoding: str) -> None:
    mark = "\ufeff".encode(encoding)
    item = '{"text": "naïve 🙂"}'
    record, other = read(mark + f"[{item}, {A.decode()}]".encode(encoding), "a.json")
    wide = item.encode(encoding)
    assert (record.size, record.digest) == (len(wide), hashlib.sha256(wide).hexdigest())
    assert record.decoded is not None
    assert (record.decoded.text, record.decoded.encoding) == ("naïve 🙂", encoding)
    assert texts([other]) == ["a"]


def test_json_lines_in_utf_16_are_read_as_objects_in_a_row() -> None:
    raw = "\ufeff" + '{"text": "é"}\r\n{"text": "b"}\r\n'
    assert texts(read(raw.encode("utf-16-le"), "a.jsonl")) == ["é", "b"]


def test_json_lines_stay_json_lines() -> None:
    """An object a line is read line by line, whatever lists there are in it."""
    line = b'{"comments": [{"text": "x"}], "text": "a"}\n'
    other = b'{"comments": [{"text": "x"}]}\n'
    assert texts(read(other + line, "a.jsonl")) == [other.decode().strip(), "a"]
    first, second = read(other + line, "a.json")
    assert first.verdict == schema.MALFORMED
    assert texts([second]) == ["a"]
    assert texts(read(other + other, "a.json")) == ["x", "x"]


def test_half_a_character_of_utf_16_costs_its_record() -> None:
    raw = '\ufeff[{"text": "a"}, {"text": "b?"}, {"text": "c"}]'.encode("utf-16-le")
    bad = raw.replace(b"?\0", b"\x00\xd8")
    first, broken, last = read(bad, "a.json")
    assert broken.verdict == schema.UNDECODABLE
    assert texts([first, last]) == ["a", "c"]
    *_, torn = read(raw[:-1], "a.json")
    assert torn.verdict is not None


ITEMS = st.lists(
    st.dictionaries(st.sampled_from(["x", "é", "data"]), st.text() | st.integers() | st.none()),
    max_size=5,
)


@given(
    ITEMS, st.lists(st.text(), min_size=5, max_size=5), st.sampled_from([None, 1]), st.booleans()
)
def test_what_python_writes_comes_back(
    items: list[dict[str, Any]], said: list[str], indent: int | None, escaped: bool
) -> None:
    said = [text.encode("utf-8", "replace").decode() for text in said]
    items = [{**item, "text": text} for item, text in zip(items, said, strict=False)]
    raw = json.dumps(items, indent=indent, ensure_ascii=escaped).encode("utf-8", "replace")
    found = read(raw, "a.json")
    assert texts(found) == [item["text"] for item in items]
    whole = json.loads(raw)
    assert [
        json.loads(r.metadata) | {"text": t} for r, t in zip(found, texts(found), strict=True)
    ] == [dict(item) for item in whole]


@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([A, b"[", b"]", b",", b'"', b"{", b"}", b"\\", b"\n", b"x"])).map(
        b"".join
    ),
    st.integers(1, 40),
)
def test_any_bytes_as_json_are_never_a_traceback(raw: bytes, limit: int) -> None:
    found = read(raw, "a.json", max_record_bytes=limit)
    assert len(found) <= len(raw) + 2
    assert sum(record.size for record in found) <= 2 * len(raw) + 40
    for record in found:
        assert (record.verdict is None) == (record.reason is None)


@given(
    st.lists(st.sampled_from([A, B, b"[", b"]", b",", b'{"l', b'": ', b"\n"])).map(b"".join),
    st.integers(1, 9),
)
def test_it_does_not_matter_how_the_bytes_come(raw: bytes, size: int) -> None:
    class Few(Stream):
        def readinto(self, buffer: Any, /) -> int:
            return super().readinto(memoryview(buffer)[:size])

    def values(stream: Any) -> list[Any]:
        found = JsonStream(BufferedReader(stream, 1), 60)
        made = []
        while found.byte():
            made.append(found.value())
        return made

    assert values(Few(raw)) == values(Stream(raw))


# --- parts of large files


def parts_of(raw: bytes, size: int, **settings: Any) -> list[Record]:
    """All records, read part by part."""
    known = IngestSettings(**settings)
    parts = list(cut_json(io.BytesIO(raw), size))
    assert not parts or sum(part.bytes for part in parts) == len(raw)
    return [
        record
        for part in parts or [None]
        for _, record in records(raw_file(raw, "a.json", known, part), known)
    ]


LARGE = [
    pytest.param(b"[" + b", ".join([A, B, C] * 9) + b"]\n", id="a list"),
    pytest.param(b"\xef\xbb\xbf [" + b",\n".join([A, B, C] * 9), id="a mark, and no end"),
    pytest.param(b"[" + b",".join([A, b'{"text": "b}', C, b"12", B] * 9) + b"]", id="damage"),
    pytest.param(b"[" + b",".join([A, B] * 3) + b"][" + A + b"]" + A, id="several lists"),
    pytest.param(b"[" + b",".join([A, B] * 3) + b',{"text": "x', id="torn"),
    pytest.param(b'{"data": [' + b",".join([A, B] * 3) + b"]}", id="no list: not cut"),
    pytest.param(b"[]", id="nothing in it"),
]


@pytest.mark.parametrize("raw", LARGE)
@pytest.mark.parametrize("size", [1, 30, 100])
def test_a_large_file_in_parts_has_the_same_records(raw: bytes, size: int) -> None:
    whole = read(raw, "a.json", max_record_bytes=20)
    assert parts_of(raw, size, max_record_bytes=20) == whole
    assert len(list(cut_json(io.BytesIO(b"[" + b",".join([A] * 100)), 200))) > 5


@given(
    st.lists(st.sampled_from([A, B, A, b"[", b"]", b",", b'{"l', b'": ', b"\n", b"1"])).map(
        b"".join
    ),
    st.integers(1, 50),
)
def test_any_list_in_parts_has_the_same_records(rest: bytes, size: int) -> None:
    raw = b"[" + A + b"," + rest
    assert parts_of(raw, size) == read(raw, "a.json")
