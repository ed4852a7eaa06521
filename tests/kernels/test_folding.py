"""Folding replaces character by character, and leaves one blank between words."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given

from pipeline.dedup.folding import alike, alike_folding, same, same_folding
from pipeline.kernels.folding import Folding, fold, folding_of
from pipeline.kernels.texts import Texts, texts_of
from tests.kernels import twins
from tests.kernels.conftest import arrays


def read(texts: Texts) -> list[str]:
    return [bytes(texts.data[a:b]).decode() for a, b in pairwise(texts.offsets.tolist())]


def grown(character: str) -> str:
    """A folding with every kind of answer: blanks, nothing, itself, other and longer texts."""
    answers = {" ": " ", "\n": " ", "-": " ", "a": "A", "é": "e", "ß": "ss", "🙂": "", "…": " . "}
    return answers.get(character, character)


@cache
def grown_folding() -> Folding:
    return folding_of(grown)


FOLDINGS = [
    pytest.param(same, same_folding, id="same"),
    pytest.param(alike, alike_folding, id="alike"),
    pytest.param(grown, grown_folding, id="every kind of answer"),
]


@given(array=arrays())
@pytest.mark.parametrize(("function", "made"), FOLDINGS)
def test_folding_is_that_of_its_twin(
    function: Callable[[str], str], made: Callable[[], Folding], array: pa.Array
) -> None:
    expected = [twins.folded(text or "", function) for text in array.to_pylist()]
    assert read(fold(texts_of(array), made())) == expected


CASES = [
    (
        "L’Été, 2024: ＡＢＣ_x!\n",
        "l ete 0000 abc x",
        "FineWeb's folding",
    ),
    ("  a\u00ad\u200db  ", "ab", "soft hyphens and joiners are not there"),
    ("Straße STRASSE", "strasse strasse", "case folding, not lower case"),
    ("ΣΑΣ σας", "σασ σασ", "a final sigma is a sigma"),
    ("कि हिंदी", "कि हिंदी", "vowel signs belong to words"),
    ("ﬁne ½", "fine 0 0", "compatibility forms come apart"),
    ("한국", "한국", "Hangul stays in syllables"),
    ("", "", "nothing stays nothing"),
    (" \n\t", "", "blanks alone are nothing"),
]


@pytest.mark.parametrize(("text", "folded", "why"), CASES)
def test_alike(text: str, folded: str, why: str) -> None:
    assert read(fold(texts_of(pa.array([text])), alike_folding())) == [folded], why
