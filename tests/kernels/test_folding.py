"""Folding replaces character by character, and leaves one blank between words."""

from collections.abc import Callable
from functools import cache
from itertools import combinations, pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    answers |= {"+": "", "&": "and", ";": " ; "}  # of ASCII too: more bytes than one, and none
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


# What interrupts a stretch of characters of one byte each: kept, left out, longer, a blank, two;
# of one byte to four.
PIECES = (
    " ", "  ", "\n", " -", "- -", "a ", " é", "é ", "a", "+", " + ", "&", ";", " ;", "\0", " \0 ",
    "\x1f", "\x7f", "\x85", "é", "ß", "\u0301", "…", " …", "… ", "港", "🙂", " 🙂 ", "\U00010348",
)  # fmt: skip
# Two groups of eight bytes, and one byte of a third.
LONGEST = 17


def check_folded(texts: list[str], function: Callable[[str], str], folding: Folding) -> None:
    """All of them in one call, so that each is written behind what is left of the one before."""
    found = read(fold(texts_of(pa.array(texts)), folding))
    for text, one in zip(texts, found, strict=True):
        assert one == twins.folded(text, function), repr(text)


@pytest.mark.parametrize(("function", "made"), FOLDINGS)
def test_each_piece_at_each_place_of_groups_of_eight_and_each_end(
    function: Callable[[str], str], made: Callable[[], Folding]
) -> None:
    letters = "bcdefghijklmnopqr"
    texts = [
        letters[:place] + piece + letters[:rest]
        for piece in PIECES
        for place in range(LONGEST)
        for rest in range(LONGEST + 1 - place)
    ]
    check_folded(texts, function, made())


@pytest.mark.parametrize("blank", [" ", "\n", "-", "…", "+ "])
def test_two_blanks_at_any_two_places(blank: str) -> None:
    """So one after the other at each place, at the seam of two groups, at both ends."""
    texts = []
    for size in range(LONGEST + 1):
        for one, other in combinations(range(size), 2):
            letters = ["b"] * size
            letters[one], letters[other] = " ", blank
            texts.append("".join(letters))
    assert "bbbbbbb" + " " + blank + "bbbbbbbb" in texts, "the seam"
    check_folded(texts, grown, grown_folding())


@given(array=arrays(st.text(st.sampled_from("  aabbcdxyz.-+&\n\0é"), max_size=70)))
@pytest.mark.parametrize(("function", "made"), FOLDINGS)
def test_mostly_ascii_is_folded_as_its_twin_does(
    function: Callable[[str], str], made: Callable[[], Folding], array: pa.Array
) -> None:
    expected = [twins.folded(text or "", function) for text in array.to_pylist()]
    assert read(fold(texts_of(array), made())) == expected


def test_a_text_is_written_to_its_own_room_and_nothing_behind_it_counts() -> None:
    """Eight bytes are read only where the text has eight: what follows are another's."""
    texts = [letters[:size] for letters in ("bcdefghi", "b c d e ") for size in range(9)]
    for behind in (" ", "x", "é"):
        array = pa.array([text for each in texts for text in (each, behind)])
        assert read(fold(texts_of(array), grown_folding()))[::2] == [
            twins.folded(text, grown) for text in texts
        ]


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
