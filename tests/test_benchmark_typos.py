"""What the benchmark of typos says can be believed: slips are where it says, and counted right."""

import tomllib
from collections import Counter

import pytest

from benchmarks.typos import measure, noise
from benchmarks.typos.measure import compared
from benchmarks.typos.page import listing
from benchmarks.typos.repair import repair
from pipeline.slips.settings import TypoSettings
from tests.slips.repairs import repaired

TEXT = "The miller filled seven sacks with flour before the little school opened. " * 40


@pytest.mark.parametrize("kind", noise.KINDS)
def test_slips_are_put_where_it_says_and_nowhere_else(kind: str) -> None:
    noisy = noise.put_into([TEXT, "short", TEXT], kind)
    assert noise.put_into([TEXT, "short", TEXT], kind) == noisy, "the same every time"
    words = 2 * len(TEXT.split()) + 1
    assert 0 < sum(map(len, noisy.slips)) <= round(noise.SHARE * words)
    for text, slips, clean in zip(noisy.texts, noisy.slips, [TEXT, "short", TEXT], strict=True):
        undone = text
        for start, (slip, word) in sorted(slips.items(), reverse=True):
            assert undone[start : start + len(slip)] == slip
            assert slip != word
            undone = undone[:start] + word + undone[start + len(slip) :]
        assert undone == clean


def test_repairs_are_found_at_the_places_of_slips() -> None:
    noisy = noise.put_into([TEXT] * 5, noise.L_I)
    done = repair(noisy.texts, "en", TypoSettings())
    places = [{edit.start for edit in edits} for edits in done.edits]
    assert any(places)
    assert all(found <= set(slips) for found, slips in zip(places, noisy.slips, strict=True))


def test_words_are_compared_one_by_one() -> None:
    original = ["one two three\nfour five", "six"]
    noisy = ["one tvvo thnee\nf0ur five", "six"]
    outs = ["one two three\nfore fine", "siX"]
    counts = compared(original, noisy, outs)
    assert counts == {"right": 2, "wrong": 1, "left": 0, "harmed": 2}
    assert compared(original, noisy, noisy) == {"right": 0, "wrong": 0, "left": 3, "harmed": 0}
    parted = ["on e two three\nfour five", "six"]
    assert compared(original, noisy, parted)["harmed"] == 2


SORTED = tomllib.loads(measure.SORTED.read_text("utf-8"))["edit"]


@pytest.mark.parametrize("entry", [e for e in SORTED if e["right"]], ids=lambda e: e["before"])
def test_slips_that_were_found_in_novels_are_repaired(entry: dict[str, str]) -> None:
    text = f"“{entry['before']}”"
    assert repaired(text, entry["language"], TypoSettings("ocr"))[0] == f"“{entry['after']}”"


def test_the_list_of_edits_is_one_line_a_change() -> None:
    change = ("safe", "novels", "en", "line-end-hyphen", "intelli-\ngence", "intelligence\n")
    lines = listing(Counter({change: 3})).split("\n")
    assert lines[1] == "3\tsafe\tnovels\ten\tline-end-hyphen\tintelli-\\ngence\tintelligence\\n"
    assert lines[2:] == [""]
