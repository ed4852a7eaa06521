"""Lines that are never learned, and what reads as prose."""

import pytest

from pipeline.repeats.authors import is_authors, is_prose, prose_in

STAYS = """
CHAPTER IV.|Chapter the First|XII|PART TWO|Act I|Scene 2.|The End|Erstes Kapitel|Chapitre premier
Глава третья|Розділ перший|第3章|Abstract|References|Materials and methods|See also|Einzelnachweise
Monday, 21 November 2026|12 марта 1914 года|Dear Sir,|Yours sincerely,|Ingredients:|Q:|A:
“Yes.”|— Да, — сказал он.|«Oui.»|- Yes, sir.
```python|import numpy as np|def run(x):|return x|else:|}|## Usage
"""
GOES = """
Home|News|Share this:|Read more|« Previous post|— Advertisement —|Story continues below
Published 12 March 2020|© 2020 The Times|use our app|Subscribe to our newsletter|end of page
if you like this, subscribe|read more ->|Sports|History|Lesen Sie auch|Читайте також|Lire aussi
関連記事
"""


def split(lines: str) -> list[str]:
    return lines.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("line", split(STAYS))
def test_lines_of_authors(line: str) -> None:
    assert is_authors(line)


@pytest.mark.parametrize("line", split(GOES))
def test_lines_of_sites(line: str) -> None:
    assert not is_authors(line)


@pytest.mark.parametrize(
    ("line", "reads"),
    [
        ("The tide came in and nobody had moved the boats.", True),
        ("IN NO EVENT SHALL THE AUTHORS BE LIABLE FOR ANY CLAIM", True),
        ("Home News Sport Weather Travel Culture Contact About", False),
        ("Home | News | Sport | Weather | Travel | Culture | About", False),
        ("Story continues below", False),
        ("Format: https://www.example.org/a/b/c/d/e/f/g/h/i/", False),
        ("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。", True),
        ("関連記事・人気ランキング", False),
    ],
)
def test_what_reads_as_prose(line: str, reads: bool) -> None:
    assert is_prose(line) == reads


def test_a_sentence_goes_on_in_the_next_line() -> None:
    lines = [
        "all copies of this notice and of the permission shall be included in",
        "substantial portions of the",
        "Software.",
        "Home",
        "",
        "the end",
    ]
    assert prose_in(lines) == [True, True, True, False, False, False]
