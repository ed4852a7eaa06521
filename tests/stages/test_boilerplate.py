"""Boilerplate goes by rules, cleanly; what an author wrote stays."""

import json

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


PAGE = "\n".join(
    ["Home", "Our catalogue of ropes", "Sign in", "Cart", "Ropes", "Knots", "Anchors", "Follow us"]
    + [PROSE, f"{PROSE} Nobody had an answer to that.", f"Still, {PROSE.lower()}"] * 3
    + ["Ten best ropes of the year", "Contact us", "Careers", "Privacy policy"]
)
ARTICLE = Boilerplate(BoilerplateSettings(strength="article"))


def test_an_article_is_what_a_page_is_about() -> None:
    new, ledger = apply(PAGE, ARTICLE.propose(PAGE, "en"))
    assert restore(new, ledger) == PAGE
    assert [line for line in new.split("\n") if len(line) > 60] == [
        line for line in PAGE.split("\n") if len(line) > 60
    ]
    # Words just above the text may be its title: the model keeps Ropes, Knots and Anchors.
    assert not {"Our catalogue of ropes", "Cart", "Careers"} & set(new.split("\n"))
    assert "line-model" in {edit.rule for edit in ledger}
    assert "Our catalogue of ropes" in stripped(PAGE, "de"), "`careful` does not know it"


def test_a_few_lines_are_no_page() -> None:
    assert list(ARTICLE.propose("Knots\nAnchors", "en")) == []


def test_lines_too_long_for_any_rule() -> None:
    assert list(STAGE.propose("x" * 5_000, "en")) == []


def test_a_byline_and_a_dateline_say_what_they_say() -> None:
    text = f"THE TIDE\nBy Sarah Example\n7:53 AM PDT • August 23, 2024\n{PROSE}"
    new, ledger = apply(text, STAGE.propose(text, "en"))
    assert new == f"THE TIDE\n{PROSE}"
    said = [json.loads(edit.evidence) for edit in ledger]
    assert said == [{"author": "Sarah Example"}, {"published": "August 23, 2024"}]
    title_page = f"THE TIDE\nBy Sarah Example\n{PROSE}"
    assert stripped(title_page) == title_page, "alone it may be a title page"


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


@given(LINES)
def test_what_a_model_leaves_no_rule_would_cut(lines: list[str]) -> None:
    text = "\n".join(lines).encode("utf-8", "replace").decode()
    new, ledger = apply(text, ARTICLE.propose(text, "en"))
    assert restore(new, ledger) == text
    assert list(STAGE.propose(new, "en")) == []


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


LANGUAGES = rules.boilerplate_languages()


def examples(rule: rules.BoilerplateRule) -> list[str]:
    shown = [*rule.hits, *rule.phrases]
    return [hit.replace("{n}", "7").replace("{}", "Ann Example") for hit in shown]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screen_sees_a_line_wherever_it_stands(language: str) -> None:
    places = [
        place
        for rule in rules.boilerplate(language)
        for hit in examples(rule)
        for place in (hit, f" \t{hit} \t", f"{PROSE}\n{hit}", f"{hit}\n{PROSE}", f"\n{hit}\n\n")
    ]
    seen = screened(places, language)
    assert [place for place, found in zip(places, seen, strict=True) if not found] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_hangs_on_its_worst_case(language: str) -> None:
    for rule in rules.boilerplate(language):
        hits = [*rule.hits, *rule.phrases[:3]]
        near = [(hit[:-1] + " ") * (100_000 // len(hit)) for hit in hits]
        assert not any(rule.matches(pa.array(near)).to_pylist()), rule.name
    many = "\n".join(
        line + "x" for rule in rules.boilerplate(language) for line in examples(rule)[:2] * 50
    )
    new, ledger = apply(many, STAGE.propose(many, language))
    assert restore(new, ledger) == many
