"""Languages: the same answer for the same text, langdetect's, with a score that means something."""

import itertools
import re
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from pipeline.measures import declared, language
from pipeline.measures.codes import code_of, group_of, scripts
from pipeline.measures.language import LanguageSettings
from pipeline.measures.profiles import profiles
from tests.kernels.conftest import arrays

ENGLISH = "The tide tables hang beside the door of the harbour office."
GERMAN = "Die Imkerin öffnet die Kästen erst, wenn der Nebel sich verzogen hat."
UKRAINIAN = "Годинникар щоранку відчиняє майстерню і слухає всі годинники."

LANGUAGES = [
    pytest.param(ENGLISH, "en", id="English"),
    pytest.param(GERMAN, "de", id="German"),
    pytest.param("Le marché s’installe sous les arcades dès que la pluie commence.", "fr", id="fr"),
    pytest.param(UKRAINIAN, "uk", id="Ukrainian"),
    pytest.param("港の地図は毎年少しずつ変わります。", "ja", id="no blanks between words"),
    pytest.param("Նավահանգստի քարտեզը կախված է դռան մոտ։", "hy", id="Armenian, by script"),
    pytest.param("ნავსადგურის რუკა კართან კიდია.", "ka", id="Georgian, by script"),
    pytest.param("ផែនទីកំពង់ផែព្យួរនៅក្បែរទ្វារ។", "km", id="Khmer, by script"),
    pytest.param("የወደቡ ካርታ በበሩ አጠገብ ተሰቅሏል።", "am", id="Amharic, by script"),
    pytest.param("වරායේ සිතියම දොර ළඟ එල්ලා ඇත.", "si", id="Sinhala, by script"),
    pytest.param("Tide ნავსადგურის რუკა კართან კიდია.", "ka", id="most letters, not all"),
    pytest.param("ნავსადგ " + ENGLISH, "en", id="fewer letters than the rest"),
    pytest.param("12345 + 678 = ?!", "und", id="no letters"),
    pytest.param(" \u3000 \n", "und", id="blanks, one of them wide"),
    pytest.param("・・・", "und", id="no letters, though langdetect reads kana"),
    pytest.param(
        "https://tide.example/harbour you@tide.example", "und", id="addresses are no text"
    ),
    pytest.param("ᐃᓄᒃᑎᑐᑦ ᐅᖃᐅᓯᖅ", "und", id="a script that several languages share"),
    pytest.param("𐌰𐌱𐌲", "und", id="letters of a script that nobody knows here"),
    pytest.param("", "und", id="nothing"),
]


@pytest.mark.parametrize(("text", "name"), LANGUAGES)
def test_languages(text: str, name: str) -> None:
    found, score = language.detect(text)
    assert found == name
    assert (score > 0.8) == (name != "und")


@given(arrays())
def test_each_text_has_one_answer_wherever_it_stands(array: pa.Array) -> None:
    found = language.measure(array)
    alone = [language.measure(pa.array([text], pa.string())) for text in array.to_pylist()]
    for name, column in found.items():
        assert column.to_pylist() == [answer[name][0].as_py() for answer in alone]
    for text, *answer in zip(array.to_pylist(), *found.values(), strict=True):
        code, score, second, shares = (value.as_py() for value in answer)
        assert (code, score) == language.detect(text or "")
        assert {code, second or code} <= set(language.languages())
        assert 0 <= score <= 1
        assert (score == 0) == (code == "und")
        assert second != code
        assert shares is None  # too short


@given(st.integers(0, 3), st.integers(0, 3), st.integers(1, 40))
def test_the_score_is_the_odds_of_all_languages(before: int, after: int, words: int) -> None:
    text = " ".join((ENGLISH.split() * before + GERMAN.split() * after)[:words])
    sums = language._sums(pa.array([text]))
    odds = language._probabilities(sums.sums[:, : len(profiles().languages)])[0]
    assert odds.sum() == pytest.approx(1)
    found = language.measure(pa.array([text]))
    if text:
        assert found["language_score"][0].as_py() == pytest.approx(odds.max())
        order = sorted(range(len(odds)), key=lambda lane: -odds[lane])
        assert found["language_runner_up"][0].as_py() == profiles().languages[order[1]]


# (paragraph, how often), and which languages have which share of them
MIXED = [
    pytest.param([ENGLISH], None, id="short texts have none"),
    pytest.param([ENGLISH * 9], None, id="nor has one paragraph"),
    pytest.param([ENGLISH * 6, ENGLISH * 6], {"en": 1}, id="one language"),
    pytest.param([GERMAN * 8, UKRAINIAN * 8, UKRAINIAN * 8], {"uk": 2, "de": 1}, id="two"),
    pytest.param([ENGLISH * 6, "ნავსადგურის რუკა. " * 20], {"en": 1, "ka": 1}, id="by script"),
    pytest.param([ENGLISH * 6, "ᐃᓄᒃᑎᑐᑦ " * 50], {"en": 1, "und": 1}, id="what cannot be told"),
    pytest.param(
        [ENGLISH * 6, ENGLISH * 6, GERMAN], {"en": 1}, id="a short rest goes with the one before"
    ),
    pytest.param([ENGLISH] * 6 + [GERMAN] * 6, {"en": 1, "de": 1}, id="lines make a paragraph"),
    pytest.param([(ENGLISH + " ") * 30 + (GERMAN + " ") * 30], {"en": 1, "de": 1}, id="long ones"),
]


@pytest.mark.parametrize(("parts", "wanted"), MIXED)
def test_a_mixed_text_can_be_seen(parts: list[str], wanted: dict[str, int] | None) -> None:
    found = language.measure(pa.array(["x", "\n".join(parts)])[1:])["languages"][0].as_py()
    if wanted is None:
        assert found is None
        return
    shares = {entry["language"]: entry["share"] for entry in found}
    assert sum(shares.values()) == pytest.approx(1)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert shares == {
        code: pytest.approx(part / sum(wanted.values()), abs=0.2) for code, part in wanted.items()
    }


def test_a_recipe_may_want_what_only_its_script_tells() -> None:
    assert LanguageSettings(wanted=("hy", "en")).wanted == ("hy", "en")
    assert {"en", "zh-tw", "hy", "ka", "km", "lo", "my", "am", "si", "bo", "und"} <= set(
        language.languages()
    )
    assert list(language.languages()) == sorted(set(language.languages()))


def test_no_script_is_in_the_table_twice() -> None:
    ranges = sorted(pair for script in scripts() for pair in script.ranges)
    assert all(first <= last for first, last in ranges)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(ranges))
    assert not {script.language for script in scripts()} & set(profiles().languages)


# What records declare.

CODES = [
    ("en", "en"),
    ("EN", "en"),
    (" en-US ", "en"),
    ("en_GB.UTF-8", "en"),
    ("eng", "en"),
    ("eng_Latn", "en"),
    ("ger", "de"),
    ("German", "de"),
    ("iw", "he"),
    ("fil", "tl"),
    ("zh-Hant-TW", "zh"),
    ("cmn", "zh"),
    ("nb", "nb"),
    ("eo", "eo"),  # no language of ours, but one
    ("tlh", "tlh"),
    ("und", None),
    ("mul", None),
    ("", None),
    ("e", None),
    ("12", None),
    ("unknown", None),
    ("English, French", None),
]


@pytest.mark.parametrize(("text", "code"), CODES)
def test_codes(text: str, code: str | None) -> None:
    assert code_of(text) == code


DECLARED = [
    pytest.param('{"language": "en-US"}', "en", "en", True, id="agrees"),
    pytest.param('{"lang": "de"}', "en", "de", False, id="does not"),
    pytest.param('{"lang" : "de", "language": "en"}', "en", "en", True, id="language comes first"),
    pytest.param('{"language": 7, "lang": "en"}', "en", "en", True, id="where it is a text"),
    pytest.param("{}", "en", None, None, id="nothing is declared"),
    pytest.param('{"title": "my \\"lang\\": x"}', "en", None, None, id="not even here"),
    pytest.param('{"page": {"lang": "de"}}', "en", None, None, id="nor about the record"),
    pytest.param('{"lang": "unknown"}', "en", None, None, id="no code"),
    pytest.param('{"lang": "en"}', "und", "en", None, id="there is nothing to compare"),
    pytest.param('{"lang": "en"}', None, "en", None, id="nor where no text is"),
    pytest.param('{"lang": "zh-Hans"}', "zh-tw", "zh", True, id="Chinese is one"),
    pytest.param('{"lang": "nn"}', "no", "nn", True, id="so is Norwegian"),
    pytest.param('{"lang": "srp"}', "hr", "sr", True, id="Serbian and Croatian"),
    pytest.param('{"lang": "ms"}', "id", "ms", True, id="Malay and Indonesian"),
    pytest.param('{"lang": "eo"}', "es", "eo", False, id="a language that cannot be told"),
]


@pytest.mark.parametrize(("metadata", "found", "code", "agrees"), DECLARED)
def test_declared(metadata: str, found: str | None, code: str | None, agrees: bool | None) -> None:
    table = pa.table({"metadata": ["{}", metadata, '{"lang": "fr"}'], "found": ["en", found, "fr"]})
    columns = declared.measure(table["metadata"], table["found"].cast(pa.string()))
    assert columns["declared_language"].to_pylist() == [None, code, "fr"]
    assert columns["language_agrees"].to_pylist() == [None, agrees, True]


# On labelled sentences, where they are there.


def sentences(shared: Path, count: int) -> dict[str, list[str]]:
    """Labelled sentences of languages that langdetect has, evenly taken."""
    known = {group_of(code.split("-")[0]) for code in profiles().languages}
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((shared / "data/laser-tatoeba/data/tatoeba/v1").glob("tatoeba.*-eng.*")):
        code = group_of(code_of(path.suffix[1:]) or "")
        if code in known and path.suffix != ".eng":
            lines = [line for line in path.read_text("utf-8").split("\n") if line]
            found[code] += [
                line
                for line in lines[:: max(1, len(lines) // count)]
                if code != "hr" or not re.search("[а-я]", line)
            ]
    return found


def test_it_is_langdetects_answer_where_langdetect_has_only_one(shared: Path) -> None:
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    steady = same = 0
    for texts in sentences(shared, 4).values():
        for text, ours in zip(texts, language.measure(pa.array(texts))["language"], strict=True):
            answers = set()
            for seed in range(10):
                factory.set_seed(seed)
                detector = factory.create()
                detector.append(text)
                answers.add(detector.detect())
            steady += len(answers) == 1
            same += answers == {ours.as_py()}
    assert steady > 150
    assert same / steady >= 0.995


def test_of_sentences_scored_nine_tenths_nine_in_ten_are_right(shared: Path) -> None:
    right, count, close, close_count = 0, 0, 0, 0
    for code, texts in sentences(shared, 1000).items():
        found = language.measure(pa.array(texts))
        answers = (found["language"].to_pylist(), found["language_score"].to_pylist())
        for answer, score in zip(*answers, strict=True):
            hit = group_of(answer.split("-")[0]) == code
            right, count = right + hit, count + 1
            if 0.85 <= score < 0.95:
                close, close_count = close + hit, close_count + 1
    assert right / count > 0.89
    assert close / close_count == pytest.approx(0.9, abs=0.03)
