"""Counts that can be checked by hand."""

import pyarrow as pa
import pytest

from pipeline import schema
from pipeline.measures import counts


def measured(text: str) -> dict[str, int]:
    return {name: column[0].as_py() for name, column in counts.measure(pa.array([text])).items()}


WORDS = [
    ("one two-three, four's 5", 6, "runs of letters and digits"),
    ("naïve cafe\u0301", 2, "a mark goes on with its word"),
    ("港の地図", 4, "ideographs and kana are words by themselves"),
    ("A港の地図 港A", 3, "but go on with a word that has begun"),
    ("アー々", 2, "the sign of length is of no script: it begins a word of its own"),
    ("a⺀b", 3, "a radical is no letter, and ends a word"),
    ("한국어 문장", 2, "Hangul is written with spaces"),
    ("... !?", 0, "punctuation is none"),
    ("", 0, "nothing"),
]


@pytest.mark.parametrize(("text", "words", "why"), WORDS)
def test_words(text: str, words: int, why: str) -> None:
    assert measured(text)["words"] == words, why


LINES = [
    ("one\ntwo", 2, "the last line needs no end"),
    ("one\ntwo\n", 2, "and makes no other"),
    ("\n\n \t\n\u3000\u2028\n", 0, "blank lines, whatever the blanks"),
    ("one\rtwo", 1, "a line ends at a line feed only"),
    ("\x0b", 1, "a control is not blank"),
    ("", 0, "nothing"),
]


@pytest.mark.parametrize(("text", "lines", "why"), LINES)
def test_lines(text: str, lines: int, why: str) -> None:
    assert measured(text)["lines"] == lines, why


KINDS = [
    ("replacement_characters", "a\ufffdb\ufffd", 2),
    ("control_characters", "a\tb\nc\rd\x00\x7f\x85", 4),
    ("private_use_characters", "\ue000\U000f0000a", 2),
    ("unassigned_characters", "\uffff\ufdd0\U0010ffff\u0378a", 4),
]


@pytest.mark.parametrize(("name", "text", "count"), KINDS)
def test_code_points_that_no_clean_text_has(name: str, text: str, count: int) -> None:
    found = measured(text)
    assert found[name] == count
    assert sum(found[other] for other, *_ in KINDS) == count


def test_code_points_not_bytes_are_counted() -> None:
    assert measured("aß港🙂")["chars"] == 4


def test_the_columns_are_those_of_the_schema() -> None:
    columns = counts.measure(pa.array(["a", None]))
    assert {name: schema.MEASURED.field(name).type for name in columns} == {
        name: column.type for name, column in columns.items()
    }
    assert columns["chars"].to_pylist() == [1, 0]
