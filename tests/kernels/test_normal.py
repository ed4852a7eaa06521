"""Texts that normalization would alter are found without normalizing them."""

import unicodedata
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.normal import FORMS, Form, alterable, alterations
from tests.kernels.conftest import arrays, characters

# Every character that a normal form changes, composes or moves, as often as all others.
ACTIVE = [
    c
    for c in map(chr, range(0x110000))
    if unicodedata.combining(c) or (unicodedata.decomposition(c) and not "가" <= c <= "힣")
]
texts = st.text(st.sampled_from(ACTIVE) | st.sampled_from("aeoAuᄀ가각ᅡᆨেোা") | characters, max_size=9)


def crossed(text: str) -> bool:
    """Whether a mark follows a letter whose own accent belongs behind the mark."""
    return any(
        0 < unicodedata.combining(mark) < unicodedata.combining(unicodedata.normalize("NFD", a)[-1])
        for a, mark in pairwise(text)
        if not unicodedata.combining(a)
    )


def twin(text: str, form: Form, suspects: str) -> bool:
    return (
        any(c in suspects for c in text)
        or not unicodedata.is_normalized(form, text)
        or crossed(text)
    )


@given(arrays(texts), st.sampled_from(FORMS), st.sampled_from(["", "\x00é🙂"]))
def test_the_kernel_says_what_its_twin_says(array: pa.Array, form: Form, suspects: str) -> None:
    found = alterable(array, alterations(form, frozenset(suspects))).to_pylist()
    assert found == [twin(text or "", form, suspects) for text in array.to_pylist()]


@pytest.mark.parametrize("form", FORMS)
def test_every_character_alone(form: Form) -> None:
    every = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    found = alterable(pa.array(every), alterations(form)).to_pylist()
    assert found == [not unicodedata.is_normalized(form, c) for c in every]


@given(arrays())
def test_without_a_form_only_suspects_count(array: pa.Array) -> None:
    found = alterable(array, alterations("", frozenset("a\n"))).to_pylist()
    assert found == [not {"a", "\n"}.isdisjoint(text or "") for text in array.to_pylist()]


CLEAN = [
    ("hi", "यह साफ़ हिन्दी का वाक्य है और इसमें क्ष भी है।", "nukta and virama are marks that stay"),
    ("bn", "বাংলা ভাষায় কোনো ভুল নেই।", "vowel signs that could have been two"),
    ("ta", "தமிழ் மொழி பேசும் மக்கள்", "vowel signs on both sides"),
    ("th", "ภาษาไทยไม่มีวรรคระหว่างคำ", "tone marks above vowels"),
    ("vi", "Tiếng Việt có nhiều dấu", "two accents on one letter"),
    ("he", "בְּרֵאשִׁית בָּרָא", "points in their order"),
    ("ar", "اللُّغَة العَرَبِيَّة", "vowel marks and doubling"),
    ("ko", "한국어 문장", "syllables"),
    ("yo", "Ọjọ́ tó dára ẹ̀kọ́", "an accent that no letter has, above a dot below"),
]


@pytest.mark.parametrize(("language", "text", "why"), CLEAN)
def test_marks_of_clean_text_are_no_reason(language: str, text: str, why: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert alterable(pa.array([text]), alterations("NFC")).to_pylist() == [False], why


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="'NFX' is none of NFC, NFD, NFKC, NFKD"):
        alterations("NFX")
