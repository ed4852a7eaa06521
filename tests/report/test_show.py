"""Values in words: harmless, exact about nothing and everything, the same both ways."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.measures.language import LanguageSettings
from pipeline.recipe import Recipe, parse
from pipeline.report import show
from pipeline.report.meanings import meaning


@given(st.text())
def test_a_harmless_text_is_one_line_that_turns_nothing_around(text: str) -> None:
    shown = show.harmless(text)
    assert isinstance(shown, str)
    assert not set(shown) & set("\n\r\x00\x1b\x85\u2028\u202e\u2066\ufeff")
    shown.encode("utf-8")


def test_ordinary_text_in_any_script_is_left_alone() -> None:
    text = "Grüße, мир, 世界\u3000と, שלום, नमस्ते, می\u200cخواهم, 👩\u200d🚀"
    assert show.harmless(text) == text


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("lntelligence", "Intelligence", ("lntelligence", "Intelligence")),
        ("  \t", "", (r"␣␣\t", "")),
        ("a b", "ab", ("a b", "ab")),
        ("x\xa0", "x", (r"x\xa0", "x")),
        ("a\u200cb", "ab", (r"a\u200cb", "ab")),
        ("e\u0301", "é", (r"e\u0301", r"\xe9")),
        ("\n\nBy Editor", "", ("\n\nBy Editor", "")),
    ],
)
def test_a_change_can_be_seen(before: str, after: str, seen: tuple[str, str]) -> None:
    assert show.change(before, after) == seen


@given(st.text(), st.text())
def test_sides_that_differ_look_different(before: str, after: str) -> None:
    if before != after:
        one, other = map(show.harmless, show.change(before, after))
        # A text may spell an escape out itself; nothing else may look the same.
        assert one != other or "\\" in before + after or set("↵␣") & set(before + after)


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "–"),
        (0, 7, "0.0\u202f%"),
        (1, 100_000, "<\u202f0.1\u202f%"),
        (99_999, 100_000, ">\u202f99.9\u202f%"),
        (2, 3, "66.7\u202f%"),
        (3, 3, "100.0\u202f%"),
    ],
)
def test_a_share_never_hides_the_last_one(part: int, whole: int, words: str) -> None:
    assert show.share(part, whole) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (41_900, "41.9 kB"), (3 * 10**15, "3000.0 TB")],
)
def test_sizes(number: int, words: str) -> None:
    assert show.size(number).replace("\u202f", " ") == words


def test_one_is_not_many() -> None:
    counted = [show.one_or_many(number, "file") for number in (0, 1, 2, 1234)]
    assert [words.replace("\xa0", " ") for words in counted] == [
        "0 files",
        "1 file",
        "2 files",
        "1,234 files",
    ]


def test_a_recipe_can_be_read_back() -> None:
    recipe = replace(Recipe(), language=LanguageSettings(wanted=("de", "en"), min_score=0.5))
    assert parse(tomllib.loads(show.toml(recipe))) == recipe


def test_every_verdict_has_a_meaning() -> None:
    for verdict in (*schema.VERDICTS, schema.DUPLICATE_EXACT, schema.DUPLICATE_NEAR):
        assert meaning(verdict).endswith("."), verdict
    assert meaning("failed:mojibake") == meaning(schema.FAILED)
    assert meaning("quality:a_rule_to_come") == meaning(schema.QUALITY)
    assert meaning("quality:min_words") != meaning(schema.QUALITY)
    assert meaning("unheard of") == ""
