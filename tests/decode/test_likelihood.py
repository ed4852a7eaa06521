"""What a text costs: less the more it reads like one."""

import numpy as np
import pytest

from pipeline.decode.candidates import candidates, named
from pipeline.decode.characters import CJK, UPPER, character
from pipeline.decode.likelihood import cost_of, letters
from tests.decode import sentences as say

BETTER = [
    pytest.param("Käse und Brötchen", "KΣse und Br÷tchen", id="one script a word"),
    pytest.param("Привет, как дела", "оПХБЕР, ЙЮЙ ДЕКЮ", id="capitals first, not last"),
    pytest.param("it’s “so”", "it\x92s \x93so\x94", id="quotes before controls"),
    pytest.param("zażółć gęślą", "za¿ó³æ gêœl¹", id="letters before signs"),
    pytest.param("mañana", "ma•ana", id="no bullet inside a word"),
    pytest.param("港の地図は毎年", "栴偺抧恾偼枅擭", id="common ideographs before rare ones"),
    pytest.param("çok güzel", "ηok gόzel", id="Latin among Latin"),
]


@pytest.mark.parametrize(("good", "bad"), BETTER)
def test_a_text_costs_less_than_what_it_is_misread_as(good: str, bad: str) -> None:
    assert cost_of(good)[0] < cost_of(bad)[0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (say.POLISH, "pl"),
        (say.HUNGARIAN, "hu"),
        (say.UKRAINIAN, "uk"),
        (say.GREEK, "el"),
        (say.HEBREW, "he"),
        (say.THAI, "th"),
        (say.CHINESE, "zh"),
        (say.TRADITIONAL, "zh-hant"),
        (say.JAPANESE, "ja"),
        (say.KOREAN, "ko"),
        ("1, 2, 3", ""),
    ],
)
def test_the_language_is_the_one_that_explains_the_letters(text: str, language: str) -> None:
    assert cost_of(text)[1] == language


def test_costs_are_whole_steps_so_that_sums_are_exact() -> None:
    table = letters()
    for costs in (table.pairs, table.symbols):
        assert costs.dtype == np.float32
        assert (costs == np.rint(costs)).all()
    assert cost_of(say.GERMAN * 90)[0] == cost_of(say.GERMAN * 90)[0]


def test_characters() -> None:
    assert character(ord("É")).kind == UPPER
    assert character(ord("É")).folded == "é"
    assert character(ord("港")).script == character(ord("。")).script == CJK
    assert character(ord("\u0301")).script == ""  # belongs to the letter before it
    prices = [character(ord(char)).price for char in "’§╬\x92"]
    assert prices == sorted(prices)


def test_every_encoding_is_one_that_python_knows() -> None:
    names = [one.name for one in candidates()]
    assert len(names) == len(set(names)) > 70
    for table in ("standards", "declared", "names", "wider"):
        for name in named(table).values():
            assert " ".encode(name)
    for name in names:
        assert " ".encode(name)
