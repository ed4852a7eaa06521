"""Each rule brings its proof, and the proof holds."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import rules
from pipeline.slips.lexicon import LANGUAGES
from pipeline.slips.settings import TypoSettings
from tests.slips.repairs import repaired

BOILERPLATE = [
    pytest.param(rule, id=f"{rule.language}-{rule.name}")
    for language in rules.boilerplate_languages()
    for rule in rules.boilerplate(language)
]
CONFUSIONS = [pytest.param(rule, id=f"{rule.language}-{rule.name}") for rule in rules.confusions()]


def shouted(phrase: str) -> str:
    """In capitals, but for letters (ß) that have none of their own."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in phrase)


@pytest.mark.parametrize("rule", BOILERPLATE)
def test_boilerplate_hits_and_keeps(rule: rules.BoilerplateRule) -> None:
    assert rule.source
    assert len(rule.phrases) + len(rule.hits) >= 2
    assert len(rule.keeps) >= 2
    assert not rule.pattern or len(rule.hits) >= 2
    phrases = [phrase.replace("{}", "Ann Example").replace("{n}", "12") for phrase in rule.phrases]
    decorated = [f"» {phrase} …" for phrase in phrases]
    for hits in (rule.hits, phrases, decorated, [*map(shouted, phrases)]):
        found = rule.matches(pa.array(hits, pa.string())).to_pylist()
        assert all(found), [hit for hit, matched in zip(hits, found, strict=True) if not matched]
    assert not any(rule.matches(pa.array(rule.keeps)).to_pylist()), rule.keeps


@pytest.mark.parametrize("rule", CONFUSIONS)
def test_confusion_hits_and_keeps(rule: rules.ConfusionRule) -> None:
    assert rule.source
    assert len(rule.hits) >= 2
    assert len(rule.keeps) >= 2
    settings = TypoSettings(rule.strength)
    language = "en" if rule.language == rules.ANY_LANGUAGE else rule.language
    for slip, meant in rule.hits:
        new, edits = repaired(f"“{slip}”, and more.", language, settings)
        assert new == f"“{meant}”, and more."
        assert rule.name in [name for edit in edits for name in (edit.rule, edit.evidence)] or any(
            f"{wrong}={right}" in edit.evidence for wrong, right in rule.pairs for edit in edits
        )
        if rule.strength == "ocr":
            assert repaired(f"“{slip}”.", language)[0] == f"“{slip}”.", "only from `ocr` on"
    for kept in rule.keeps:
        text = f"“{kept}”, and more."
        assert repaired(text, language, settings)[0] == text


CONTEXTS = [pytest.param(rule, id=f"{rule.language}-{rule.name}") for rule in rules.contexts()]


@pytest.mark.parametrize("rule", CONTEXTS)
def test_context_hits_and_keeps(rule: rules.ContextRule) -> None:
    assert rule.source
    assert len(rule.hits) >= 2
    assert len(rule.keeps) >= 2
    for text, meant in rule.hits:
        new, edits = repaired(text, rule.language)
        assert new == meant
        assert rule.name in [edit.rule for edit in edits]
    for kept in rule.keeps:
        assert repaired(kept, rule.language)[0] == kept


def test_names_are_unique_within_a_language() -> None:
    boilerplate = [rule for of in rules.boilerplate_languages() for rule in rules.boilerplate(of)]
    for found in (boilerplate, rules.confusions(), rules.contexts()):
        names = [(rule.language, rule.name) for rule in found]
        assert len(names) == len(set(names))


def test_every_language_with_a_list_has_rules_of_its_own() -> None:
    own = {rule.language for rule in (*rules.confusions(), *rules.contexts())}
    assert own == {*LANGUAGES, rules.ANY_LANGUAGE}


BAD_FILES = [
    pytest.param("name = 'x'", "scope, source missing", id="missing"),
    pytest.param(
        "name='x'\nscope='line'\npattern='a'\nsource='s'\nhits=['a']\nkeeps=['b']\ncolour='red'",
        "unknown colour",
        id="unknown",
    ),
    pytest.param(
        "name='x'\nscope='page'\npattern='a'\nsource='s'\nhits=['a']\nkeeps=['b']",
        "scope 'page' is none of line, top, end, head, tail, block",
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
            rules.boilerplate("xx")
    finally:
        rules.boilerplate.cache_clear()


def test_words_of_structure_are_in_small_letters() -> None:
    for use, words in rules.structure().items():
        assert all(word == word.lower().strip() and word for word in words), use
    assert set(rules.structure()) == {"numbers", "books", "papers", "talk", "guides"}
