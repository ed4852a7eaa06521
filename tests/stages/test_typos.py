"""Slips: the screen lets through every text that a repair would change, and hardly any other.

What each rule repairs and keeps is proved in `tests/test_rules.py`.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rules
from pipeline.stages.typos import Typos, TypoSettings, slips_of

STAGE = Typos(TypoSettings())
LANGUAGES = sorted({rule.language for rule in rules.confusions()})
SLIPS = sorted(slip for language in LANGUAGES for slip in slips_of(language))
AROUND = st.sampled_from(
    ["", " ", "é", "\n", "’", "'", "-", "_", ".", "@", "x", "7", "https://", "港"]
)
TEXTS = st.lists(
    st.sampled_from(SLIPS) | AROUND | st.sampled_from(["public", "India", "lot"]) | st.characters()
).map("".join)


def passes(text: str) -> bool:
    return bool(STAGE.screen(pa.array([text]))[0].as_py())


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_the_screen_never_misses(text: str, language: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    if list(STAGE.propose(text, language)):
        assert passes(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slip_passes_and_every_meant_word_does_not(language: str) -> None:
    slips = slips_of(language)
    texts = [f"It says “{slip}”." for slip in slips]
    touched = [text for text in texts if list(STAGE.propose(text, language))]
    assert len(touched) > 1000
    assert pc.all(STAGE.screen(pa.array(touched))).as_py()
    meant = {right for _, right in slips.values()} - set(slips)
    assert not pc.any(STAGE.screen(pa.array([f"“{word}”." for word in sorted(meant)]))).as_py()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The last of all: a public, legal, official bill.", "clean words with confusable letters"),
        ("ln, lt, Il", "too short to tell"),
        ("Годинникар щоранку відчиняє майстерню.", "another script"),
        ("", "nothing"),
    ],
)
def test_clean_texts_are_let_be(text: str, why: str) -> None:
    assert not passes(text), why


def test_novels_are_let_be(shared: Path) -> None:
    files = sorted((shared / "data" / "eltec-eng-10").rglob("*.xml"))
    lines = "\n".join(file.read_text("utf-8") for file in files).split("\n")
    assert len(lines) > 1000
    assert pc.sum(STAGE.screen(pa.array(lines))).as_py() < 0.001 * len(lines)
