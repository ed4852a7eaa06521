"""The normalisation, pair by pair: same.toml says what two texts are to each other, and why."""

import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.dedup.folding import alike, alike_folding, same
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import jaccard, shingle_sets, text_hashes
from pipeline.kernels.folding import fold
from pipeline.kernels.texts import texts_of
from tests.dedup.finding import Doc, duplicates

PAIRS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("same.toml").read_text())[
    "pair"
]


def folded(text: str) -> bytes:
    return fold(texts_of(pa.array([text])), alike_folding()).data.tobytes()


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["why"] for pair in PAIRS])
def test_what_two_texts_are_to_each_other(pair: dict[str, Any]) -> None:
    texts = [pair["one"], pair["other"]]
    one, other = text_hashes(pa.array(texts))
    assert (one == other) == pair["exact"], pair["why"]
    assert (folded(texts[0]) == folded(texts[1])) == pair["near"], pair["why"]


def test_texts_that_are_the_same_have_the_same_shingles() -> None:
    """So that a copy is as alike to any other text as the text that it copies. Hangul aside, which
    repair puts together.
    """
    hangul = range(0xAC00, 0xD7A4)
    for point in (*range(0xD800), *range(0xE000, 0x40000), *range(0xE0000, 0xE0200)):
        if point not in hangul:
            character = chr(point)
            assert "".join(map(alike, same(character))) == alike(character), hex(point)


def test_marks_are_in_no_other_word_than_their_letter() -> None:
    """No mark is a blank: it goes, or stays where it is."""
    for point in range(0x40000):
        if unicodedata.category(chr(point)) == "Mn":
            assert " " not in alike(chr(point)), hex(point)


def test_blanks_do_not_count_in_texts_of_mostly_unspaced_scripts() -> None:
    texts = ["港の地図は毎年 Tokyo から届きます", "港の地図は毎年Tokyoから 届きます"]
    one, other = shingle_sets(pa.array(texts), DedupSettings())
    assert len(one) > 5
    assert jaccard(one, other) == 1


UNSPACED = [
    ("ภาษาไทยเขียนติดกันทั้งประโยคโดยไม่เว้นวรรค", "Thai"),
    ("ພາສາລາວຂຽນຕິດກັນ", "Lao"),
    ("ភាសាខ្មែរសរសេរជាប់គ្នា", "Khmer"),
    ("မြန်မာစာကိုဆက်ရေးသည်", "Burmese"),
    ("港の地図は毎年変わります", "Japanese"),
    ("港口的地图每年都会改变", "Chinese"),
    ("ꦲꦏ꧀ꦱꦫꦗꦮꦱꦏꦧꦺꦃ", "Javanese"),
]


@pytest.mark.parametrize(("text", "script"), UNSPACED, ids=[script for _, script in UNSPACED])
def test_scripts_without_spaces_are_cut_by_character(text: str, script: str) -> None:
    """Long texts too: a text of many such stretches has more than ten words of them."""
    long = " ".join(f"{text}{text[:n]}" for n in range(1, 13))
    (found,) = shingle_sets(pa.array([long]), DedupSettings())
    letters = "".join(map(alike, long)).replace(" ", "")
    assert len(found) == len({letters[at : at + 5] for at in range(len(letters) - 4)}), script


def test_korean_is_cut_by_word() -> None:
    (found,) = shingle_sets(pa.array(["항구의 지도는 해마다 바뀐다 " * 4]), DedupSettings())
    assert len(found) == 4, "four words, from each of which a run of five begins"


# What nothing is left of is compared exactly.
BARE = ["👍", "👎", "👍", "***", "---", "***", "", "ab", "AB", "ab."]


def test_texts_without_shingles_are_compared_exactly(tmp_path: Path) -> None:
    docs = [Doc(f"n{n}", text) for n, text in enumerate(BARE)]
    found = duplicates(tmp_path, docs)
    pairs = {frozenset((name, row["kept_id"])) for name, row in found.items()}
    assert pairs == {frozenset(pair) for pair in (("n0", "n2"), ("n3", "n5"), ("n7", "n8"))}
    assert {row["duplicate"] for row in found.values()} == {"duplicate:exact"}
    assert {row["bands_met"] for row in found.values()} == {0}


def test_a_word_more_can_change_how_a_text_is_cut() -> None:
    """A limit has two sides: nine words are cut by character, ten by word, and share nothing."""
    words = [f"harbour{n}" for n in "abcdefghij"]
    nine, ten = shingle_sets(pa.array([" ".join(words[:9]), " ".join(words)]), DedupSettings())
    assert jaccard(nine, ten) == 0
