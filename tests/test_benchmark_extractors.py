"""What the comparison of extractors is made on is what it says, and its counting is right."""

import html
import re
from pathlib import Path

import pytest

from benchmarks import extractors


def test_a_synthetic_page_has_every_line_of_its_text() -> None:
    text = "Home\nAbout <us>\nThe bell did not ring.\n\nA line that is long & goes on and on\nEnd"
    page = extractors.synthetic(text)
    lines = [html.unescape(each) for each in re.findall(r">([^<>]+)</(?:a|p)>", page)]
    assert lines == [line for line in text.split("\n") if line]
    assert [page.count(tag) for tag in ("<li>", "<p>", "<ul>", "</ul>")] == [4, 1, 2, 2]


def test_words_count_as_often_as_both_have_them() -> None:
    score = extractors.Score()
    score.add("a a b", "a b c d")
    score.add("", "a")
    assert score.precision == pytest.approx([2 / 3, 0])
    assert score.recall == pytest.approx([2 / 4, 0])
    assert score.f1 == pytest.approx([4 / 7, 0])
    assert (score.chars, score.empty) == (5, 1)


def test_nothing_is_written_without_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(extractors, "SHARED", tmp_path)
    monkeypatch.setattr(extractors, "PAGE", None)
    with pytest.raises(SystemExit, match="the pages are not in"):
        extractors.main()


def test_each_licence_is_known() -> None:
    assert all(row.count("|") == 4 and "| |" not in row for row in extractors.licences())
