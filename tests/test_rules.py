"""Each rule brings its proof, and the proof holds."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import rules
from pipeline.document import apply
from pipeline.stages.typos import Typos, TypoSettings

BOILERPLATE = [
    pytest.param(rule, id=f"{rule.language}-{rule.name}") for rule in rules.boilerplate()
]
CONFUSIONS = [pytest.param(rule, id=f"{rule.language}-{rule.name}") for rule in rules.confusions()]


@pytest.mark.parametrize("rule", BOILERPLATE)
def test_boilerplate_hits_and_keeps(rule: rules.BoilerplateRule) -> None:
    assert rule.source
    assert len(rule.hits) >= 2
    assert len(rule.keeps) >= 2
    assert all(rule.matches(pa.array(rule.hits)).to_pylist()), rule.hits
    assert not any(rule.matches(pa.array(rule.keeps)).to_pylist()), rule.keeps


def repaired(text: str, language: str) -> str:
    return apply(text, Typos(TypoSettings()).propose(text, language))[0]


@pytest.mark.parametrize("rule", CONFUSIONS)
def test_confusion_hits_and_keeps(rule: rules.ConfusionRule) -> None:
    assert rule.source
    stage = Typos(TypoSettings())
    for slip, meant in rule.hits:
        text = f"It says {slip}, and more."
        new, (edit,) = apply(text, stage.propose(text, rule.language))
        assert new == f"It says {meant}, and more."
        assert edit.rule == rule.name
        assert stage.screen(pa.array([text])).to_pylist() == [True]
    for kept in rule.keeps:
        text = f"It says {kept}, and more."
        assert repaired(text, rule.language) == text


def test_names_are_unique_within_a_language() -> None:
    for found in (rules.boilerplate(), rules.confusions()):
        names = [(rule.language, rule.name) for rule in found]
        assert len(names) == len(set(names))


def test_slips_of_a_language_without_rules_are_left_alone() -> None:
    assert repaired("Artificial lntelligence", "de") == "Artificial lntelligence"


def test_switched_off_typos_stay() -> None:
    stage = Typos(TypoSettings(repair=False))
    assert stage.screen(pa.array(["Artificial lntelligence"])).to_pylist() == [False]


BAD_FILES = [
    pytest.param("name = 'x'", "scope, pattern, source missing", id="missing"),
    pytest.param(
        "name='x'\nscope='line'\npattern='a'\nsource='s'\nhits=['a']\nkeeps=['b']\ncolour='red'",
        "unknown colour",
        id="unknown",
    ),
    pytest.param(
        "name='x'\nscope='page'\npattern='a'\nsource='s'\nhits=['a']\nkeeps=['b']",
        "scope 'page' is none of line, head, tail",
        id="scope",
    ),
    pytest.param(
        "name='x'\nscope='line'\npattern='a'\nsource='s'\nhits=['a']", "hits and keeps", id="proof"
    ),
    pytest.param(
        "name='x'\nscope='line'\npattern='(?=a)'\nsource='s'\nhits=['a']\nkeeps=['b']",
        "not RE2",
        id="pattern",
    ),
]


@pytest.mark.parametrize(("entry", "message"), BAD_FILES)
def test_a_wrong_rule_file_is_named(
    entry: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "rules" / "boilerplate"
    folder.mkdir(parents=True)
    (folder / "xx.toml").write_text(f"[[rule]]\n{entry}\n")
    monkeypatch.setattr(rules, "files", lambda _: tmp_path)
    rules.boilerplate.cache_clear()
    try:
        with pytest.raises(
            rules.RuleError, match=f"rules/boilerplate/xx.toml, rule x: .*{message}"
        ):
            rules.boilerplate()
    finally:
        rules.boilerplate.cache_clear()
