"""Invisible characters that mean nothing go; those that scripts need stay."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import apply, restore
from pipeline.stages.characters import Characters, CharacterSettings

STAGE = Characters(CharacterSettings())

CASES = [
    ("a\r\nb", "a\nb", {"line-end"}),
    ("a\rb", "a\nb", {"line-end"}),
    ("a\u2028b\u2029c\x85d", "a\nb\nc\nd", {"line-end"}),
    ("page one\x0cpage two", "page one\npage two", {"line-end"}),
    ("a  \nb\t\nc", "a\nb\nc", {"trailing-blank"}),
    ("a \u00a0\u3000", "a", {"trailing-blank"}),
    ("a  \r\n", "a\n", {"trailing-blank", "line-end"}),
    ("a \x00 \nb", "a\nb", {"trailing-blank"}),
    ("a\x00b\x07\x1b", "ab", {"control", "trailing-blank"}),
    ("a\ufeffb", "ab", {"control"}),
    ("\tindented\ttext", "\tindented\ttext", set()),
    (
        "می\u200cخواهم 👩\u200d🚀 \u202bשלום\u202c",
        "می\u200cخواهم 👩\u200d🚀 \u202bשלום\u202c",
        set(),
    ),
    ("", "", set()),
]


@pytest.mark.parametrize(("text", "wanted", "names"), CASES)
def test_cases(text: str, wanted: str, names: set[str]) -> None:
    new, ledger = apply(text, STAGE.propose(text, "und"))
    assert new == wanted
    assert {edit.rule for edit in ledger} == names
    assert restore(new, ledger) == text


ODD = st.text(
    st.sampled_from("ab \t\n\r\x00\x0c\x85\xa0\u2028\u3000\ufeff\ufffa") | st.characters()
)


@given(ODD)
def test_what_is_clean_stays_so(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    new, ledger = apply(text, STAGE.propose(text, "und"))
    assert restore(new, ledger) == text
    assert list(STAGE.propose(new, "und")) == []


@given(ODD)
def test_the_screen_never_misses(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    if list(STAGE.propose(text, "und")):
        assert STAGE.screen(pa.array([text])).to_pylist() == [True]


@pytest.mark.parametrize(
    ("off", "text"), [("line_ends", "a\r\nb"), ("trailing_blanks", "a \nb"), ("controls", "a\x01b")]
)
def test_each_setting_does_what_its_name_says(off: str, text: str) -> None:
    without = Characters(CharacterSettings(**{off: False}))
    assert apply(text, STAGE.propose(text, "und"))[0] != text
    assert apply(text, without.propose(text, "und"))[0] == text


def test_everything_off_does_nothing() -> None:
    off = Characters(CharacterSettings(line_ends=False, trailing_blanks=False, controls=False))
    assert list(off.propose("a \r\n\x00", "und")) == []


def test_a_long_run_of_blanks_takes_linear_time() -> None:
    text = (" " * 200_000 + "x\n") * 3
    assert list(STAGE.propose(text, "und")) == []
