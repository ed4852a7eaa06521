"""Letters that a rule takes for each other have the same strokes, or a slip would not be found."""

from unicodedata import normalize

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline import rules
from pipeline.slips.cleaned import cleaned
from pipeline.slips.explain import explain, pairs_of
from pipeline.slips.lexicon import LANGUAGES
from pipeline.slips.strokes import keys_of, skeleton, strokes_of
from tests.kernels.conftest import characters


@pytest.mark.parametrize(
    "rule", rules.confusions(), ids=lambda rule: f"{rule.language}-{rule.name}"
)
def test_a_slip_has_the_strokes_of_what_was_meant(rule: rules.ConfusionRule) -> None:
    for wrong, right in rule.pairs:
        assert skeleton(wrong) == skeleton(right), f"{wrong}={right}"


# Letters that, with their mark, look like another (é like 6); an accent beside its letter looks
# like nothing yet.
MARKED = [letter for letter in rules.strokes() if len(normalize("NFD", letter)) > 1]


@given(st.text(characters, max_size=12))
def test_what_is_put_right_keeps_its_strokes(word: str) -> None:
    made = cleaned(word).word
    assume(all(made.lower().count(letter) == word.lower().count(letter) for letter in MARKED))
    assert skeleton(made) == skeleton(word)


@pytest.mark.parametrize("letter", MARKED)
def test_an_accent_beside_its_letter_is_of_the_letter(letter: str) -> None:
    first, mark = normalize("NFD", letter)
    beside = {"\u0301": "´", "\u0303": "˜", "\u0308": "¨"}[mark]
    assert cleaned(first + beside).word == letter
    assert skeleton(first + beside) == skeleton(first)


words_of = st.text(
    characters.filter(lambda character: " " not in strokes_of(character)), max_size=12
)


@given(st.lists(words_of))
def test_equal_strokes_are_equal_keys(words: list[str]) -> None:
    keys = keys_of(pa.array(words, pa.string())).tolist()
    by_key = dict(zip(keys, map(skeleton, words), strict=True))
    assert [by_key[key] for key in keys] == list(map(skeleton, words))
    assert len(set(keys)) == len(set(map(skeleton, words)))


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_any_slips_of_a_word_are_explained_and_have_its_strokes(
    language: str, data: st.DataObject
) -> None:
    word = data.draw(st.text("abcdefghijklmnoprstuvwöéñłавеион", min_size=3, max_size=10))
    pairs = pairs_of(language, "ocr")
    places = [
        (at, wrong, right)
        for options in pairs.values()
        for wrong, right, _, _ in options
        for at in range(len(word))
        if word.startswith(right.lower(), at)
    ]
    if not places:
        return
    at, wrong, right = data.draw(st.sampled_from(places))
    slip = word[:at] + wrong + word[at + len(right) :]
    assert skeleton(slip) == skeleton(word)
    way = explain(slip, word, pairs)
    if way is None:  # the capital that comes out stands within the word
        assert right != right.lower()
    else:
        assert way.meant.lower() == word
