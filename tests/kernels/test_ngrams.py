"""N-grams are langdetect's own, and their sums those of plain Python, paragraph by paragraph."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langdetect.detector import Detector
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.utils.ngram import NGram

from pipeline.kernels.ngrams import COUNT_LANE, LONG_PARAGRAPH, PARAGRAPH, Found
from pipeline.measures.codes import scripts
from pipeline.measures.language import _sums
from pipeline.measures.profiles import SCALE, profiles
from tests.kernels.conftest import arrays, plain_texts

LANGUAGES = len(profiles().languages)


@cache
def factory() -> DetectorFactory:
    found = DetectorFactory()
    found.load_profile(PROFILES_DIRECTORY)
    return found


@cache
def weights(ngram: str) -> np.ndarray:
    """The weight of an n-gram for each of our lanes, from langdetect's own probabilities."""
    shares = dict(zip(factory().langlist, factory().word_lang_prob_map[ngram], strict=True))
    share = np.array([shares[name] for name in profiles().languages])
    return np.rint(np.log1p(share / (0.5 / 10000)) * SCALE).astype(np.int64)


def cleaned(text: str) -> str:
    """The text as langdetect counts it."""
    detector = Detector(factory())
    text = Detector.MAIL_RE.sub(" ", Detector.URL_RE.sub(" ", text))
    detector.text = NGram.normalize_vi(text)
    detector.cleaning_text()
    return str(detector.text)


@dataclass
class Paragraph:
    """What is counted of a paragraph."""

    ngrams: list[str] = field(default_factory=list)
    scripts: Counter[int] = field(default_factory=Counter)
    symbols: int = 0

    def sums(self) -> np.ndarray:
        return sum(map(weights, self.ngrams), np.zeros(LANGUAGES, np.int64))

    def column(self) -> int:
        """The language or script that it counts for; -1 for none."""
        for script, count in self.scripts.items():
            if 2 * count > self.symbols:
                return LANGUAGES + script
        return int(np.argmax(self.sums())) if self.ngrams else -1


def paragraphs(text: str) -> list[Paragraph]:
    """Its paragraphs, the last one perhaps without any symbol."""
    found, grams, run = [Paragraph()], NGram(), 0
    for char in cleaned(text):
        if run and run % 30 == 0 and found[-1].symbols >= LONG_PARAGRAPH:  # no blank for so long
            found += [Paragraph()] * (NGram.normalize(char) != " ")
        grams.add_char(char)
        known = (grams.get(size) for size in (1, 2, 3))
        found[-1].ngrams += [gram for gram in known if gram in factory().word_lang_prob_map]
        if NGram.normalize(char) != " ":
            run += 1
            found[-1].symbols += 1
            for number, script in enumerate(scripts()):
                if any(first <= ord(char) <= last for first, last in script.ranges):
                    found[-1].scripts[number] += 1
            continue
        run = 0
        enough = PARAGRAPH if char == "\n" else LONG_PARAGRAPH
        if found[-1].symbols >= enough:
            found.append(Paragraph())
    return found


def check(found: Found, row: int, text: str) -> None:
    parts = [part for part in paragraphs(text) if part.symbols]
    ngrams = [ngram for part in parts for ngram in part.ngrams]
    assert found.sums[row, COUNT_LANE] == len(ngrams)
    total = sum((part.sums() for part in parts), np.zeros(LANGUAGES, np.int64))
    assert found.sums[row, :LANGUAGES].tolist() == total.tolist()
    assert found.symbols[row] == sum(part.symbols for part in parts)
    assert found.letters[row] == any(map(str.isalpha, cleaned(text)))
    written = sum((part.scripts for part in parts), Counter[int]())
    assert found.scripts[row].tolist() == [written[n] for n in range(len(scripts()))]
    columns = [part.column() for part in parts]
    if len(parts) > 1 and parts[-1].symbols < PARAGRAPH:  # a short rest goes with the one before
        columns[-1] = columns[-2]
    shares = np.zeros(found.shares.shape[1], np.int64)
    for column, part in zip(columns, parts, strict=True):
        shares[column] += part.symbols
    assert found.shares[row].tolist() == shares.tolist()
    assert found.paragraphs[row] == max(
        bool(parts), len(parts) - (len(parts) > 1 and parts[-1].symbols < PARAGRAPH)
    )


@given(arrays())
def test_any_text(array: pa.Array) -> None:
    found = _sums(array)
    for row, text in enumerate(array.to_pylist()):
        check(found, row, text or "")


# Words in capitals, other scripts, no blanks for long, and lines.
words = st.sampled_from(
    ["The tide", "HARBOUR", "ПАРОМ іде", "ՆԱՎԸ նավ", "港の地図", "ไทย", "ღამე", "ⴰⵎⴰⵏ"]
)
words |= st.sampled_from(["NaN", "ŞEhir", "한국어", "https://a.example", "you@here.example"])
words |= st.sampled_from("Ǆ\n x🙂・½Ạ")
long_texts = st.lists(
    st.tuples(st.lists(words | plain_texts, max_size=4).map("".join), st.integers(1, 150)),
    max_size=6,
).map(lambda parts: "".join(part * times for part, times in parts))


@settings(max_examples=60)
@given(arrays(long_texts))
def test_long_texts(array: pa.Array) -> None:
    found = _sums(array)
    for row, text in enumerate(array.to_pylist()):
        check(found, row, text or "")


STRIPPED = [
    ("tide" * 2 + "港" * 17, True, "more than twice as many letters of another script"),
    ("tide" * 2 + "港" * 16, False, "twice as many are not more than twice"),
    ("tide" * 2 + "港" * 16 + "ạ", True, "langdetect counts Latin Extended Additional too"),
    ("tide" * 2 + "港" * 16 + "a\u0323", True, "and after it has put letters and marks together"),
]


@pytest.mark.parametrize(("text", "stripped", "why"), STRIPPED)
def test_latin_letters_are_left_out_where_langdetect_does(
    text: str, stripped: bool, why: str
) -> None:
    assert ("tide" not in cleaned(text)) == stripped, why
    check(_sums(pa.array([text])), 0, text)


@given(st.lists(words | plain_texts, max_size=8).map("".join))
def test_the_twin_finds_the_n_grams_of_langdetect(text: str) -> None:
    detector = factory().create()
    detector.append(text)
    detector.cleaning_text()
    found = [ngram for part in paragraphs(text) for ngram in part.ngrams]
    assert found == detector._extract_ngrams()


def test_more_words_than_the_cache_holds_do_not_change_a_sum() -> None:
    letters = str.maketrans("0123456789", "ghijklmnop")
    texts = [f"{n:x} {n * 7:x}".translate(letters) for n in range(40_000)]
    whole = _sums(pa.array([" ".join(texts), *texts[::400]]))
    alone = [_sums(pa.array([text])) for text in texts[::400]]
    assert whole.sums[1:].tolist() == [found.sums[0].tolist() for found in alone]
    parts = sum(_sums(pa.array([f"{text} "])).sums[0] for text in texts[:300])
    assert _sums(pa.array([" ".join(texts[:300]) + " "])).sums[0].tolist() == parts.tolist()
