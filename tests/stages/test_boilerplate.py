"""Boilerplate goes by rules, cleanly; what an author wrote stays."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rules
from pipeline.document import apply, restore
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings

STAGE = Boilerplate(BoilerplateSettings())
PROSE = "The tide had gone out further than anyone remembered, and the boats lay on their sides."
FORM = "Leave a Reply\n\nYour email address will not be published. Required fields are marked *"


def stripped(text: str, language: str = "en") -> str:
    return apply(text, STAGE.propose(text, language))[0]


def screened(texts: list[str], language: str = "en") -> list[bool]:
    sliced = pa.array([PROSE, *texts])[1:]
    found: list[bool] = STAGE.screen(sliced, pa.array([language] * len(texts))).to_pylist()
    return found


CASES = [
    pytest.param(f"{PROSE}\n\n{FORM}", PROSE, id="a comment form at the end"),
    pytest.param(f"{PROSE}\n\n\n{FORM}\n", PROSE, id="with the blank lines around it"),
    pytest.param(f"© A B | Getty Images\n\n{PROSE}", PROSE, id="a credit at the start"),
    pytest.param(
        f"{PROSE}\n\nBy Editor\n\n{PROSE}", f"{PROSE}\n\n{PROSE}", id="one blank line stays"
    ),
    pytest.param(f"{PROSE}\nBy Editor\n{PROSE}", f"{PROSE}\n{PROSE}", id="no blank line appears"),
    pytest.param(f"  Read more »  \n{PROSE}", PROSE, id="blanks around a line do not hide it"),
    pytest.param(
        f"{PROSE}\n\nShare this:\nFacebook\nTwitter\n\n{FORM}", PROSE, id="one form inside another"
    ),
    pytest.param(f"{PROSE}\n\nLeave a Reply\n\n{PROSE}", None, id="prose after the marker"),
    pytest.param(f"Skip to content\n{PROSE}", PROSE, id="a head"),
    pytest.param(FORM, "", id="nothing but a form"),
    pytest.param(f"He said: leave a reply.\n{PROSE}", None, id="words inside prose"),
    pytest.param("Leave a Reply\n" + "\n".join(["short line of a poem"] * 13), None, id="a poem"),
    pytest.param("", None, id="nothing"),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_cases(text: str, wanted: str | None) -> None:
    new, ledger = apply(text, STAGE.propose(text, "en"))
    assert new == (text if wanted is None else wanted)
    assert restore(new, ledger) == text
    assert list(STAGE.propose(new, "en")) == []


def test_rules_of_another_language_are_not_used() -> None:
    assert stripped(f"{PROSE}\n\n{FORM}", "de") == f"{PROSE}\n\n{FORM}"
    assert stripped(f"© A B | Getty Images\n\n{PROSE}", "de") == PROSE


def test_switched_off_it_does_nothing() -> None:
    off = Boilerplate(BoilerplateSettings(strength="off"))
    assert off.screen(pa.array([FORM]), pa.array(["en"])).to_pylist() == [False]


LINES = st.lists(
    st.sampled_from(
        [
            hit.replace("{n}", "7").replace("{}", "Ann Example")
            for rule in (*rules.boilerplate("any"), *rules.boilerplate("en"))
            for hit in (*rule.hits, *rule.phrases)
        ]
    )
    | st.sampled_from(["", "  ", PROSE, "short line", "Facebook"])
    | st.text(max_size=20),
    max_size=14,
)


@given(LINES, st.sampled_from(["en", "de", "und"]))
def test_what_was_cut_is_in_the_ledger_and_nothing_is_cut_twice(
    lines: list[str], language: str
) -> None:
    text = "\n".join(lines).encode("utf-8", "replace").decode()
    new, ledger = apply(text, STAGE.propose(text, language))
    assert restore(new, ledger) == text
    assert list(STAGE.propose(new, language)) == []
    assert all(edit.after == "" for edit in ledger)
    if ledger:
        assert screened([text], language) == [True]
        assert not any(edit.before.strip() == PROSE for edit in ledger)


RULES = [
    pytest.param(rule, id=f"{rule.language}-{rule.name}")
    for language in rules.boilerplate_languages()
    for rule in rules.boilerplate(language)
]


@pytest.mark.parametrize("rule", RULES)
def test_the_screen_sees_a_line_wherever_it_stands(rule: rules.BoilerplateRule) -> None:
    for hit in rule.hits:
        places = [hit, f" \t{hit} \t", f"{PROSE}\n{hit}", f"{hit}\n{PROSE}", f"\n{hit}\n\n"]
        assert screened(places, rule.language) == [True] * len(places)


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_hangs_on_its_worst_case(rule: rules.BoilerplateRule) -> None:
    for hit in (*rule.hits, *rule.phrases[:3]):
        near = (hit[:-1] + " ") * (100_000 // len(hit))
        assert rule.matches(pa.array([near])).to_pylist() == [False]
    many = "\n".join([(*rule.hits, *rule.phrases)[0] + "x"] * 2_000)
    new, ledger = apply(many, STAGE.propose(many, rule.language))
    assert restore(new, ledger) == many
