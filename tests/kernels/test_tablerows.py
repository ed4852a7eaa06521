"""Where rows end: held against Python's own csv module, and against a plain twin."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.tablerows import FULL, MORE, NONE, QUOTED, ROW, WRONG, Marks, rows_of

COMMA = Marks(ord(","), ord('"'), NONE, ord("\n"))
FIELDS = st.text(st.sampled_from('ab,"\n\r ;é'), max_size=6)


def found(raw: bytes, marks: Marks = COMMA) -> list[tuple[bytes, int]]:
    """(row, fields) of those that are whole."""
    rows = rows_of(np.frombuffer(raw, np.uint8), 0, marks)
    starts = [0, *rows.ends.tolist()]
    pairs = zip(starts, rows.ends.tolist(), rows.fields.tolist(), strict=False)
    return [(raw[start:end], fields) for start, end, fields in pairs]


ROWS = [
    pytest.param(b"a,b\nc\n", [(b"a,b\n", 2), (b"c\n", 1)], id="plain"),
    pytest.param(b'"a\nb",c\n', [(b'"a\nb",c\n', 2)], id="a line feed in quotes"),
    pytest.param(b'"a,""b""",c\n', [(b'"a,""b""",c\n', 2)], id="doubled quotes"),
    pytest.param(b'a"b,c"\n', [(b'a"b,c"\n', 2)], id="quotes within a field are its own"),
    pytest.param(b'a, "b,c"\n', [(b'a, "b,c"\n', 2)], id="blanks before a quote"),
    pytest.param(b'"a"\r\n\r\n,\r\n', [(b'"a"\r\n', 1), (b"\r\n", 0), (b",\r\n", 2)], id="CR LF"),
    pytest.param(b'"",""\n', [(b'"",""\n', 2)], id="empty fields in quotes"),
    pytest.param(b"a\nb", [(b"a\n", 1)], id="the last one may go on"),
    pytest.param(b'a\n"b\nc\n', [(b"a\n", 1)], id="a quote that is not closed"),
    pytest.param(b'a\n"b"c\nd\n', [(b"a\n", 1)], id="something after a closing quote"),
]


@pytest.mark.parametrize(("raw", "expected"), ROWS)
def test_rows(raw: bytes, expected: list[tuple[bytes, int]]) -> None:
    assert found(raw) == expected


def test_why_there_are_no_more() -> None:
    def why(raw: bytes) -> tuple[int, int, int]:
        rows = rows_of(np.frombuffer(raw, np.uint8), 0, COMMA)
        return rows.result, rows.place, rows.inside

    assert why(b'a\n"b"c') == (WRONG, 5, QUOTED)
    assert why(b'a\n"b') == (MORE, 4, QUOTED)
    assert why(b'a\n"b"') == (MORE, 4, QUOTED)
    assert why(b"a\n") == (MORE, 2, ROW)
    assert rows_of(np.frombuffer(b"a\nb\n", np.uint8), 0, COMMA, most=1).result == FULL


def test_backslashes_and_other_marks() -> None:
    escaped = Marks(ord(";"), ord("'"), ord("\\"), ord("\r"))
    assert found(b"a;'b\\';\r';c\rd\r", escaped) == [(b"a;'b\\';\r';c\r", 3), (b"d\r", 1)]
    assert found(b'"a\nb\n', Marks(ord(","), NONE, NONE, ord("\n"))) == [(b'"a\n', 1), (b"b\n", 1)]


@given(st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=6))
def test_rows_that_python_writes(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    raw = file.getvalue().encode()
    assert [fields for _, fields in found(raw)] == [len(row) for row in rows]
    assert b"".join(row for row, _ in found(raw)) == raw


@given(st.text(st.sampled_from('a,"\n\r '), max_size=30).map(str.encode), st.integers(0, 30))
def test_a_row_may_come_in_pieces(raw: bytes, cut: int) -> None:
    """Going on where the bytes ended, as is done within a row that is not held."""
    whole = rows_of(np.frombuffer(raw + b"\n", np.uint8), 0, COMMA, most=1)
    first = rows_of(np.frombuffer(raw[:cut], np.uint8), 0, COMMA, most=1)
    if first.result != MORE:
        return
    rest = np.frombuffer(raw[first.place :] + b"\n", np.uint8)
    second = rows_of(rest, 0, COMMA, first.inside, most=1)
    assert second.result == whole.result
    assert [end + first.place for end in second.ends.tolist()] == whole.ends.tolist()
    if whole.result == WRONG:
        assert second.place + first.place == whole.place
