"""Mojibake is repaired as ftfy repairs it, in edits that say what was wrong."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import ftfy
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import apply, restore
from pipeline.stages.mojibake import Mojibake, MojibakeSettings, rule_name

STAGE = Mojibake(MojibakeSettings())


def repaired(text: str, stage: Mojibake = STAGE) -> str:
    return apply(text, stage.propose(text, "und"))[0]


def by_ftfy(text: str, settings: MojibakeSettings) -> str:
    options = asdict(settings) | {"normalization": settings.normalization or None}
    return ftfy.fix_text(text, ftfy.TextFixerConfig(**options, explain=True))


def ftfy_cases(shared: Path) -> list[dict[str, Any]]:
    folder = shared / "data" / "ftfy-cases" / "tests" / "test-cases"
    return [case for file in sorted(folder.glob("*.json")) for case in json.loads(file.read_text())]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(MojibakeSettings(), id="our defaults"),
        pytest.param(
            MojibakeSettings(
                unescape_html=True,
                uncurl_quotes=True,
                fix_latin_ligatures=True,
                fix_character_width=True,
                fix_line_breaks=True,
            ),
            id="everything on",
        ),
        pytest.param(MojibakeSettings(normalization=""), id="no normalization"),
        pytest.param(MojibakeSettings(fix_encoding=False), id="no encodings"),
    ],
)
def test_every_ftfy_case_gets_ftfys_own_answer(shared: Path, settings: MojibakeSettings) -> None:
    stage = Mojibake(settings)
    cases = ftfy_cases(shared)
    assert len(cases) > 100
    for case in cases:
        original = case["original"]
        expected = by_ftfy(original, settings)
        assert repaired(original, stage) == expected, case["label"]
        if expected != original:
            assert stage.screen(pa.array([original])).to_pylist() == [True], case["label"]


def test_cases_that_ftfy_passes_read_as_they_should(shared: Path) -> None:
    everything = replace(MojibakeSettings(), unescape_html=True, uncurl_quotes=True)
    stage = Mojibake(replace(everything, fix_latin_ligatures=True, fix_character_width=True))
    cases = [case for case in ftfy_cases(shared) if case["expect"] == "pass"]
    wrong = [case["label"] for case in cases if repaired(case["original"], stage) != case["fixed"]]
    assert wrong == []


MESSY = st.text(
    st.sampled_from("aé€™â“”Ã©Â \u00a0\u0085\u009d\x00\x1b[0m\ufffd&amp;\n\r\t文ﬁＡ'\u0301")
    | st.characters(),
    max_size=80,
)


@given(MESSY)
def test_edits_lead_to_ftfys_answer_and_back(text: str) -> None:
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    new, ledger = apply(text, STAGE.propose(text, "und"))
    assert new == by_ftfy(text, STAGE.settings)
    assert restore(new, ledger) == text


@given(MESSY)
def test_the_screen_never_misses(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    if repaired(text) != text:
        assert STAGE.screen(pa.array([text])).to_pylist() == [True]


CLEAN = "Über den Dächern — “quoted”, naïve, 10 € & more; Київ, 東京, VICE VERSÂ."


def test_correct_text_is_left_alone() -> None:
    assert repaired(CLEAN) == CLEAN
    assert repaired("DEUS E MACHINÂ") == "DEUS E MACHINÂ"


@pytest.mark.parametrize(
    ("times", "codec", "rule"),
    [
        (1, "cp1252", "utf-8-as-windows-1252"),
        (2, "cp1252", "utf-8-as-windows-1252-twice"),
        (1, "latin-1", "utf-8-as-latin-1"),
        (1, "cp1251", "utf-8-as-windows-1251"),
    ],
)
def test_the_rule_says_what_was_done_to_the_text(times: int, codec: str, rule: str) -> None:
    clean = "The baker’s “best” loaf" if codec == "cp1252" else "дорогой хлеб из печи"
    clean = clean if codec != "latin-1" else "crème brûlée à la carte"
    broken = clean
    for _ in range(times):
        broken = broken.encode().decode(f"sloppy-windows-{codec[2:]}" if "cp" in codec else codec)
    text, ledger = apply(broken, STAGE.propose(broken, "und"))
    assert text == clean
    assert {edit.rule for edit in ledger} == {rule}


def test_edits_are_as_small_as_the_damage() -> None:
    text = "It\u00e2\u20ac\u2122s a long line of plain words, and one caf\u00c3\u00a9 at the end."
    edits = list(STAGE.propose(text, "en"))
    assert [(edit.before, edit.after) for edit in edits] == [("â€™", "’"), ("Ã©", "é")]


def test_a_line_is_never_cut_at_the_middle_of_mojibake() -> None:
    broken = "Wait…".encode().decode("latin-1")
    assert "\u0080\u00a6" in broken
    assert repaired(f"first\n{broken}\nlast") == "first\nWait…\nlast"
    nel = "Å is a letter".encode().decode("latin-1")  # holds U+0085
    assert repaired(nel) == "Å is a letter"


def test_the_explanation_can_be_replayed() -> None:
    broken = "L’été".encode().decode("sloppy-windows-1252")
    fixed, steps = ftfy.fix_and_explain(broken, STAGE._config)
    assert steps is not None
    assert ftfy.apply_plan(broken, steps) == fixed == repaired(broken)
    assert rule_name(steps) == "utf-8-as-windows-1252"


SETTINGS = [
    ("fix_encoding", "cafÃ©"),
    ("restore_byte_a0", "voilÃ  le travail"),
    ("replace_lossy_sequences", "â€œlike thisâ€�"),
    ("decode_inconsistent_utf8", "é “ Ã© ” â€œx"),
    ("fix_surrogates", None),
    ("remove_control_chars", "a\x00b"),
    ("remove_terminal_escapes", "\x1b[31mred\x1b[0m"),
    ("unescape_html", "Fish &amp; chips"),
    ("uncurl_quotes", "“x”"),
    ("fix_latin_ligatures", "ﬁne"),
    ("fix_character_width", "ＡＢＣ"),
    ("fix_line_breaks", "a\r\nb"),
    ("normalization", "e\u0301"),
]


@pytest.mark.parametrize(("name", "text"), [case for case in SETTINGS if case[1]])
def test_each_setting_does_what_its_name_says(name: str, text: str) -> None:
    default = getattr(MojibakeSettings(), name)
    off = "" if name == "normalization" else False
    on = "NFC" if name == "normalization" else True
    plain = replace(MojibakeSettings(), remove_control_chars=name == "remove_control_chars")
    results = {
        value: repaired(text, Mojibake(replace(plain, **{name: value}))) for value in (on, off)
    }
    assert results[on] != results[off]
    assert default in (on, off)


def test_a_wrong_normalization_is_refused() -> None:
    with pytest.raises(ValueError, match="NFC, NFD, NFKC, NFKD"):
        MojibakeSettings(normalization="NFX")


def test_long_lines_are_compared_in_bounded_time() -> None:
    text = "слово Ã© " * 50_000
    new, ledger = apply(text, STAGE.propose(text, "und"))
    assert restore(new, ledger) == text
