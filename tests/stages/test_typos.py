"""Where a slip may be repaired: in prose, and never in what only looks like it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rules
from pipeline.document import apply, restore
from pipeline.slips.judge import Slip, Totals
from pipeline.slips.lexicon import LANGUAGES
from pipeline.slips.settings import TypoSettings
from pipeline.stages.typos import Typos
from tests.kernels.conftest import characters
from tests.slips.repairs import documents, repaired, stage_for

SLIPS = [slip for rule in rules.confusions() for slip, _ in rule.hits]
WRONG = sorted({rule.wrong for rule in rules.contexts()})
AROUND = [
    *(" ", " ", "\n", ". ", "’", "'", "-", "_", ".", "@", "x", "7", "https://", "`", "```\n", "|"),
    *(" is ", " the ", "-powered ", "港", "é", "<b>", "$", "\\", "\n\n", "“", "def ", "(", "{"),
]
TEXTS = st.lists(
    st.sampled_from(SLIPS)
    | st.sampled_from(WRONG)
    | st.sampled_from(AROUND)
    | st.sampled_from(["public", "India", "intelli-\ngence, ", "lot"])
    | characters
).map(lambda pieces: "".join(pieces).encode("utf-8", "replace").decode())


@given(TEXTS, st.sampled_from([*LANGUAGES, "sw"]), st.sampled_from(["safe", "ocr"]))
def test_the_screen_never_misses_and_every_repair_can_be_taken_back(
    text: str, language: str, strength: str
) -> None:
    new, edits = repaired(text, language, TypoSettings(strength))  # raises where it is missed
    assert restore(new, edits) == text
    for edit in edits:
        assert json.loads(edit.evidence)
        assert edit.rule
    assert new.count("\n") <= text.count("\n")


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_what_is_repaired_is_left_alone_the_next_time(text: str, language: str) -> None:
    new, _ = repaired(text, language)
    again, edits = repaired(new, language)
    # A repair may let the word beside it be seen as prose, or as the start of a sentence.
    assert again == new or len(edits) < len(text)


PROSE = [
    ("On “lreland” he was firm.", "in quotation marks"),
    ("(lreland)", "in brackets"),
    ("lreland, lreland!", "before a comma and an exclamation mark"),
    ("*lreland* and **lreland**", "with emphasis"),
    ("# lreland", "in a heading"),
    ("- lreland", "in a list"),
    ("an lreland-loving folk", "in a compound"),
    ("It cost $5, and lreland $6.", "between prices"),
    ("He said `yes, and lreland ´ was his word.", "between old quotation marks"),
]


@pytest.mark.parametrize(("text", "why"), PROSE)
def test_in_prose_it_is_repaired(text: str, why: str) -> None:
    assert repaired(text)[0] == text.replace("lreland", "Ireland"), why


OTHER = [
    ("https://example.org/lreland", "an address"),
    ("www.lreland.example", "an address without a scheme"),
    ("lreland@example.org", "mail"),
    ("#lreland @lreland", "a tag, a handle"),
    ("share/lreland/day.txt", "a path"),
    ("C:\\lreland\\day", "another path"),
    ("lreland.txt", "a file"),
    ("lreland_day", "an identifier"),
    ("lreland(day)", "a call"),
    ("self.lreland = 5", "a member"),
    ("`lreland`", "code in a line"),
    ("```\nlreland\n```", "code between fences"),
    ("~~~\nlreland", "fences that nobody closed"),
    ("<lreland>x</lreland>", "tags"),
    ('<a title="lreland">x</a>', "an attribute"),
    ("if lreland == 5:", "a line of code"),
    ("    lreland = day[0]", "an indented one"),
    ("$ grep lreland notes", "a line for the shell"),
    ("| lreland | day |", "a table"),
    ("--lreland", "an option"),
    ("\\lreland{x}", "TeX"),
    ("$lreland + 1$", "a formula"),
]


@pytest.mark.parametrize(("text", "why"), OTHER)
def test_elsewhere_it_stays(text: str, why: str) -> None:
    assert repaired(text)[0] == text, why


CASES = [
    ("He went lnto the barn.", "He went into the barn.", "no capital within a sentence"),
    ("lnto the barn he went.", "Into the barn he went.", "one at its start"),
    ("A Walk lnto Town", "A Walk Into Town", "and one in a title"),
    ("We sailed in 0ctober.", "We sailed in October.", "a name keeps its capital"),
    ("They met Mr Retumed.", "They met Mr Retumed.", "it may be a name"),
    ("Retumed mail is burnt.", "Returned mail is burnt.", "here it starts a sentence"),
    ("an intelli-\ngence test", "an intelligence\ntest", "the line ends after the word"),
    ("the intelli-\ngence, they say", "the intelligence,\nthey say", "and its comma"),
    ("intelli-\ngence\nends", "intelligence\nends", "where it ends anyway, no other is made"),
]


@pytest.mark.parametrize(("text", "becomes", "why"), CASES)
def test_by_what_stands_around(text: str, becomes: str, why: str) -> None:
    assert repaired(text)[0] == becomes, why


def test_a_denied_word_is_not_repaired_by_its_context_either() -> None:
    text = "Al-powered, and lt is new. lt is."
    assert repaired(text)[0] == "AI-powered, and lt is new. It is."
    denied = TypoSettings(deny=("al", "lt"))
    assert repaired(text, settings=denied)[0] == text


def test_a_word_that_is_a_slip_by_both_is_edited_once() -> None:
    # "lch" is judged to be "Ich", and a context rule says the same where a sentence begins.
    slip = Slip("de", "lch", "Ich", "l-for-I", anywhere=True, common=False, evidence="{}")
    stage = Typos(TypoSettings(), {"de": {"lch": slip}})
    new, (edit,) = apply("lch bin hier.", stage.propose("lch bin hier.", "de"))
    assert new == "Ich bin hier."
    assert edit.rule == "l-for-I"


def test_in_another_language_the_same_letters_are_no_slip() -> None:
    assert repaired("lt is lt", "de")[0] == "lt is lt"
    assert repaired("Artificial lntelligence", "sw")[0] == "Artificial lntelligence"


def test_novels_are_let_be(shared: Path) -> None:
    files = sorted((shared / "data" / "eltec-eng-10").rglob("*.xml"))
    texts = [part for file in files for part in file.read_text("utf-8").split("</p>")]
    table = documents(texts, "en")
    stage = stage_for(table, "en", totals=Totals(len(texts), 1_900_000))
    edits = [edit for text in texts for edit in apply(text, stage.propose(text, "en"))[1]]
    # The one slip that is in them.
    assert [(edit.before, edit.after) for edit in edits] == [("fulfi11ed", "fulfilled")]
