"""Words are found, and looked up, as the same rules in plain Python find them."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels import words as kernel
from pipeline.kernels.texts import texts_of
from pipeline.kernels.words import gather, hash_set, hashes_of, unknown_words
from pipeline.slips.alphabet import alphabet, kind_of, word_pattern
from tests.kernels.conftest import arrays, characters

LISTED = ["and", "naïve", "straße", "слово", "ab", "it", "intelligence"]
PIECES = [
    *(
        "And",
        "naïve",
        "STRASSE",
        "Слово",
        "слoво",
        "intelli-\ngence",
        "well-\nKnown",
        "it’s",
        "a—b",
    ),
    *(
        "l10n",
        "1st",
        "x_y",
        "pubIic",
        "AIso",
        "a|b",
        "in\xadtel",
        "cafe´",
        "日本",
        "ab日本",
        "e\u0301",
        "٣",
    ),
]
texts = st.lists(st.sampled_from(PIECES) | st.sampled_from(" .-\n’—|_") | characters).map("".join)


def kinds(word: str) -> list[int]:
    return [kind_of(character) for character in word if kind_of(character)]


def twin(text: str, listed: set[str] | None) -> tuple[list[str], int]:
    """(the words that the list does not hold, how many words there are)."""
    found, count = [], 0
    letter, upper, other = 0xF << 21, int(kernel.UPPER), int(kernel.OTHER)
    for match in word_pattern().finditer(text):
        word, bits = match[0], kinds(match[0])
        scripts = {
            b & int(kernel.LATIN | kernel.CYRILLIC | kernel.GREEK | kernel.OTHER) for b in bits
        }
        scripts.discard(0)
        letters = sum(bool(b & (0xF << 21)) for b in bits)
        digits = sum(bool(b & int(kernel.DIGIT)) for b in bits)
        if not letters or any(b & int(kernel.NAME) for b in bits):
            continue
        count += 1
        linked = "-\n" in word or any(b & int(kernel.LINK) for b in bits)
        if listed is None:
            if other not in scripts and (len(scripts) > 1 or linked):
                found.append(word)
            continue
        camel = any(a & letter and not a & upper and b & upper for a, b in pairwise(bits))
        odd = linked or digits or len(scripts) > 1 or camel
        lower = "".join(chr(b & 0x1FFFFF) for b in bits)
        if (odd and digits <= letters) or (not odd and lower not in listed):
            found.append(word)
    return found, count


def looked_up(array: pa.Array, listed: list[str]) -> list[tuple[list[str], int]]:
    known = hash_set(hashes_of(pa.array(listed, pa.string()), alphabet()))
    given_texts = texts_of(array)
    unknown = unknown_words(given_texts, np.arange(len(array)), alphabet(), known)
    words = gather(given_texts.data, unknown.starts, unknown.ends).to_pylist()
    found: list[list[str]] = [[] for _ in range(len(array))]
    for row, word in zip(unknown.texts.tolist(), words, strict=True):
        found[row].append(word)
    return list(zip(found, unknown.words.tolist(), strict=True))


@given(arrays(texts))
def test_the_kernel_finds_what_its_twin_finds(array: pa.Array) -> None:
    wanted = [twin(text or "", set(LISTED)) for text in array.to_pylist()]
    assert looked_up(array, LISTED) == wanted


@given(arrays(texts))
def test_without_a_list_it_does_so_too(array: pa.Array) -> None:
    wanted = [twin(text or "", None) for text in array.to_pylist()]
    assert looked_up(array, []) == wanted


CASES = [
    ("It and AND", [], 3, "case does not count"),
    ("it’s", ["s"], 2, "an apostrophe parts words, of three bytes too"),
    ("and—it", [], 2, "so does a dash"),
    ("pubIic pubiic", ["pubIic", "pubiic"], 2, "neither is in the list"),
    ("aNd", ["aNd"], 1, "a capital after a small letter, though the list has it"),
    ("intelli-\ngence", ["intelli-\ngence"], 1, "a word may go on over a line's end"),
    ("it-\nAnd -\nit", [], 3, "not with a capital, nor without a letter before"),
    ("x_and _it", [], 0, "identifiers are no words"),
    ("1999 10.5", [], 0, "numbers are none"),
    ("1st 4711b", ["1st"], 2, "a word has no more digits than letters"),
    ("слoво", ["слoво"], 1, "two scripts in one word"),
    ("", [], 0, "nothing"),
]


@pytest.mark.parametrize(("text", "unknown", "count", "why"), CASES)
def test_what_a_word_is(text: str, unknown: list[str], count: int, why: str) -> None:
    assert looked_up(pa.array([text]), LISTED) == [(unknown, count)], why


def test_only_the_rows_that_are_asked_for_are_looked_at() -> None:
    given_texts = texts_of(pa.array(["one", "two", "three"]))
    known = hash_set(hashes_of(pa.array(["it"]), alphabet()))
    unknown = unknown_words(given_texts, np.array([0, 2]), alphabet(), known)
    assert unknown.texts.tolist() == [0, 2]
    assert unknown.words.tolist() == [1, 0, 1]


def test_a_large_list_loses_no_word_and_knows_no_other() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    every = [a + b + c + "q" for a in letters for b in letters for c in letters]
    found = looked_up(pa.array([" ".join(every)]), every[::2])
    assert found == [(every[1::2], len(every))]


@given(st.text(characters))
def test_the_pattern_and_the_table_agree_on_where_words_are(text: str) -> None:
    inside = [bool(kind_of(character)) for character in text]
    spans = [match.span() for match in word_pattern().finditer(text)]
    for at in range(len(text)):
        covered = any(first <= at < last for first, last in spans)
        assert covered == inside[at] or (covered and text[at] in "-\n")
