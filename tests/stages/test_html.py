"""Which texts are web pages, and the one edit that is made of each."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import apply, restore
from pipeline.html.settings import HtmlSettings
from pipeline.stages.html import Html
from tests.html.test_client import PLAIN
from tests.html.test_extract import XHTML, read

STAGE = Html(HtmlSettings())

PAGES = [
    "<!doctype html><title>x</title>",
    "<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
    "<html>",
    '<HTML lang="en">',
    "<html\n>",
    "<head><title>x</title>",
    "<body>x",
    "\n \t<html>",
    "\ufeff<html>",
    "<!-- saved from\n url -->\n<!--[if IE]> x <![endif]--><html>",
    '<?xml version="1.0"?>\n<!-- x --><html xmlns="http://www.w3.org/1999/xhtml">',
    XHTML,
]
NO_PAGES = [
    "",
    "The tag <html> begins a page.",
    "<header>of a mail</header>",
    "<htmlx>",
    "<!doctype book>",
    "<!doctypehtml2>",
    '<?xml version="1.0"?><rss>',
    "<p>A piece of a page.</p>",
    "<!-- never ended <html>",
    "text\n<html>",
    "# Title\n<body>",
]


def test_pages_are_known_by_how_they_begin() -> None:
    assert STAGE.screen(pa.array(PAGES)).to_pylist() == [True] * len(PAGES)
    assert STAGE.screen(pa.array([*NO_PAGES, None])).to_pylist() == [False] * len(NO_PAGES) + [None]


def test_and_by_how_they_are_named() -> None:
    names = ["a.html", "b/A.HTM", "c.xhtml", "d.html.txt", "html", "e.xhtm", "f.htmls", "g.html\n"]
    named = STAGE.named(pa.array(names)).to_pylist()
    assert named == [True, True, True, False, False, False, False, False]


@given(st.text(max_size=40))
def test_any_text_can_be_screened(text: str) -> None:
    whole = text.encode("utf-8", "replace").decode()
    assert STAGE.screen(pa.array([whole])).to_pylist() in ([True], [False])


@pytest.mark.parametrize("text", [PLAIN, XHTML, "no markup at all", "<html></html>"])
def test_a_page_is_one_edit_that_can_be_taken_back(text: str) -> None:
    new, (edit,) = apply(text, STAGE.propose(text, "und")) if "<" in text else (text, (None,))
    found = read(text)
    assert new == found.text
    if edit is not None:
        assert (edit.stage, edit.rule, edit.start, edit.before) == ("html", "trafilatura", 0, text)
        assert json.loads(edit.evidence or "{}") == found.facts
        assert restore(new, [edit]) == text


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_blank_page_is_left_alone(text: str) -> None:
    assert list(STAGE.propose(text, "und")) == []
