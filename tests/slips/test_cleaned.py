"""What nobody sees or tells apart is put right by its logic alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.slips.cleaned import cleaned
from tests.kernels.conftest import characters

CASES = [
    ("in\xadtel\xadligence", "intelligence", ("unseen",), False, "soft hyphens"),
    ("bro\u200bken", "broken", ("unseen",), False, "a zero-width space"),
    ("red\u200bBlue", "red\u200bBlue", (), False, "it parts two words"),
    ("\u200bword\u200b", "\u200bword\u200b", (), False, "at the edges it hides nothing"),
    ("می\u200cروم", "می\u200cروم", (), False, "Persian needs its joiners"),
    ("क्\u200dष", "क्\u200dष", (), False, "so does Hindi"),
    ("Рython", "Python", ("mixed-script",), False, "a Cyrillic letter in a Latin word"),
    ("Mосква", "Москва", ("mixed-script",), False, "and the other way round"),
    ("вiн", "він", ("mixed-script",), False, "a Latin i in a Ukrainian word"),
    ("собi", "собі", ("mixed-script",), True, "at its end only a known word bears it out"),
    ("нi", "ні", ("mixed-script",), True, "and in a tie"),
    ("πρoς", "προς", ("mixed-script",), False, "a Latin o in a Greek word"),
    ("вWindows", "вWindows", (), False, "в looks like no Latin letter"),
    ("сWindows", "сWindows", (), False, "two words: the case would be odd"),
    ("µm", "µm", (), False, "a unit"),
    ("ﬁnd", "find", ("compatibility-form",), False, "a ligature"),
    ("ｗｏｒｄ", "word", ("compatibility-form",), False, "full-width letters"),
    ("cafe´", "café", ("loose-accent",), False, "an accent beside its letter"),
    ("intelli-\ngence", "intelligence", ("line-end-hyphen",), False, "over a line's end"),
    ("plain", "plain", (), False, "nothing"),
]


@pytest.mark.parametrize(("word", "new", "names", "doubtful", "why"), CASES)
def test_put_right(word: str, new: str, names: tuple[str, ...], doubtful: bool, why: str) -> None:
    assert cleaned(word) == (new, names, doubtful), why


@given(st.text(characters, max_size=20))
def test_it_names_what_it_did_and_is_content_with_it(word: str) -> None:
    made = cleaned(word)
    assert (made.word != word) == bool(made.rules)
    assert cleaned(made.word).word == made.word
