"""Counts are those of plain Python, and of the patterns that defined them first."""

import unicodedata
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.counts import NAMES, counts
from tests.kernels.conftest import arrays, characters

RARE = "\ufffd\x00\x1f\x85\ue000\uffff\u0378a a港のア々⺀〇ー한é\u0301٣²_’\n\n \t\r\x0b\u2028\u3000"
texts = st.text(st.sampled_from(RARE) | characters, max_size=30)

WORD = r"[\p{Han}\p{Hiragana}\p{Katakana}]|[\p{L}\p{M}\p{N}]+"


def one_word_each(character: str) -> bool:
    """Han, hiragana and katakana, as RE2 knows them."""
    one = pa.array([character])
    return bool(pc.match_substring_regex(one, WORD.split("|")[0])[0].as_py())


def in_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def twin(text: str) -> dict[str, int]:
    kinds = [unicodedata.category(c) for c in text]
    words, word = 0, False
    for character in text:
        letter = in_word(character)
        if one_word_each(character) and not (word and letter):
            words, word = words + 1, False
        else:
            words, word = words + (letter and not word), letter
    return {
        "chars": len(text),
        "words": words,
        "lines": sum(
            any(c not in "\t\f\r" and unicodedata.category(c)[0] != "Z" for c in line)
            for line in text.split("\n")
        ),
        "replacement": text.count("\ufffd"),
        "control": kinds.count("Cc") - text.count("\n") - text.count("\t"),
        "private_use": kinds.count("Co"),
        "unassigned": kinds.count("Cn"),
    }


@given(arrays(texts))
def test_the_kernel_counts_what_its_twin_counts(array: pa.Array) -> None:
    found = counts(array)
    wanted = [twin(text or "") for text in array.to_pylist()]
    assert {name: column.to_pylist() for name, column in found.items()} == {
        name: [each[name] for each in wanted] for name in NAMES
    }


@cache
def disputed() -> set[str]:
    """Characters that only one of Python and RE2, which know different Unicodes, takes for letters,
    marks or digits.
    """
    every = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    found = pc.match_substring_regex(pa.array(every), r"[\p{L}\p{M}\p{N}]").to_pylist()
    return {c for c, letter in zip(every, found, strict=True) if letter != in_word(c)}


@given(arrays(texts))
def test_words_and_lines_are_what_these_patterns_find(array: pa.Array) -> None:
    array = pc.fill_null(array, "")
    kept = ["".join(c for c in text if c not in disputed()) for text in array.to_pylist()]
    array = pa.array(kept, pa.string())
    found = counts(array)
    assert found["words"].to_pylist() == pc.count_substring_regex(array, WORD).to_pylist()
    lines = pc.count_substring_regex(array, r"(?m)^.*[^\s\p{Z}].*$")
    assert found["lines"].to_pylist() == lines.to_pylist()


@pytest.mark.parametrize("name", NAMES[1:])
def test_every_code_point_alone(name: str) -> None:
    every = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    pages = [every[at : at + 0x1000] for at in range(0, len(every), 0x1000)]
    wanted = {
        "words": in_word,
        "lines": lambda c: c not in "\t\n\f\r" and unicodedata.category(c)[0] != "Z",
        "replacement": lambda c: c == "\ufffd",
        "control": lambda c: unicodedata.category(c) == "Cc" and c not in "\t\n",
        "private_use": lambda c: unicodedata.category(c) == "Co",
        "unassigned": lambda c: unicodedata.category(c) == "Cn",
    }[name]
    for page in pages:
        found = counts(pa.array(page))[name].to_pylist()
        odd = [c for c, count in zip(page, found, strict=True) if count != wanted(c)]
        # Radicals and the like are symbols of the Han script, and words by themselves.
        assert all(name == "words" and one_word_each(c) for c in odd)
