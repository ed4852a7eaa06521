"""Texts from anywhere in Markdown tables: they stay text, and the table stays a table."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.markdown import LONGEST, NOTHING, cell, table

HOSTILE = (
    "a | b || c",
    "back\\slash \\| and \\\\|",
    "`code` ``more`` ```",
    "<script>alert('crawled')</script> <img src=x onerror=y>",
    "one\ntwo\r\nthree\u2028four\u0085five",
    "bell \x07 null \x00 escape \x1b[31m",
    "right-to-left \u202egnp.exe\u202c and \u2066isolated",
    "[a link](http://example.org) ![an image](x) https://example.org www.example.org",
    "somebody@example.org",
    "&lt;b&gt; &#124; &amp;",
    "*bold* _emphasis_ ~~struck~~ # heading",
    "| --- | --- |",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_leaves_the_table_intact(text: str) -> None:
    lines = table(("rule", "before", "after"), [("r", cell(text), cell("x"))]).split("\n")
    assert [line.count("|") for line in lines] == [4, 4, 4]
    assert not re.search(r"[<>`*~\[\]\\]", lines[2])
    assert lines[2].replace("\u2060", "").isprintable()


@given(st.text())
def test_no_text_at_all_is_more_than_a_cell(text: str) -> None:
    shown = cell(text)
    assert not re.search(r"[<>`~\[\]\\|\n]|://|www\.|\w@\w", shown)
    seen = re.sub(r"&#\d+;", "?", shown).replace("\u2060", "")
    assert 0 < len(seen) <= LONGEST or shown == NOTHING


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert cell("a\tb") == "a&#92;tb"
    assert cell("\u202e") == "&#92;u202e"
    assert cell("  two  words ") == "␣␣two␣␣words␣"
    assert cell("two words") == "two words"
    assert cell("") == NOTHING


def test_numbers_are_easy_to_read() -> None:
    assert table(("rule", "count"), [("l-for-I", 1234567)]).endswith("| l-for-I | 1,234,567 |")
