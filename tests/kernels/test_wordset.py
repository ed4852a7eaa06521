"""Words of a set are found in texts as a plain search for runs of letters finds them."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.wordset import holds_word, word_set
from tests.kernels.conftest import arrays, characters

WORDS = ["lndia", "ab", "abc", "pubIic", "Z", "zzzzzzzzzzzzzzzzzzzz", "don't", "naïve", "x1", ""]
texts = st.lists(st.sampled_from(WORDS) | st.sampled_from(" .’éﬁ_1{[@`\n") | characters).map(
    "".join
)


def twin(text: str, words: set[str]) -> bool:
    return any(run in words for run in re.findall("[A-Za-z]+", text))


@given(arrays(texts), st.sets(st.sampled_from(WORDS) | st.text(characters)))
def test_the_kernel_finds_what_its_twin_finds(array: pa.Array, words: set[str]) -> None:
    found = holds_word(array, word_set(words)).to_pylist()
    assert found == [twin(text or "", words) for text in array.to_pylist()]


CASES = [
    ("see lndia now", True, "between blanks"),
    ("lndia", True, "alone"),
    ("élndiaß", True, "between letters that are not ASCII: what stands around does not count"),
    ("lndia5 _lndia", True, "beside digits and underscores"),
    ("lndian", False, "part of a longer word"),
    ("LNDIA", False, "in other case"),
    ("lnd ia", False, "in two"),
    ("", False, "nothing"),
]


@pytest.mark.parametrize(("text", "wanted", "why"), CASES)
def test_a_word_is_a_whole_run_of_letters(text: str, wanted: bool, why: str) -> None:
    assert holds_word(pa.array([text]), word_set(["lndia"])).to_pylist() == [wanted], why


def test_large_sets_lose_no_word_and_find_no_other() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    every = [a + b + c + "q" for a in letters for b in letters for c in letters]
    known = word_set(every[::2])
    assert holds_word(pa.array(every), known).to_pylist() == [True, False] * (len(every) // 2)


def test_in_no_words_nothing_is_found() -> None:
    assert holds_word(pa.array(["a", "", None]), word_set([])).to_pylist() == [False] * 3
