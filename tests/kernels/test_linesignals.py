"""What a line looks like is what plain Python sees in it."""

import unicodedata

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.linesignals import MOST_WORDS, SIGNALS, lexis, line_signals, lines_of
from pipeline.kernels.texts import texts_of

WEIGHTS = {"cookie": -1.5, "über": 0.75, "said": 2.0, "слово": 0.5}
STOPS = frozenset({"the", "of", "и"})
ENDS, CLOSERS, COMMAS = ".!?…。！？।॥؟۔።。", "\"'”’»)]」』", ",;，、；،"
SEPARATORS, MARKS, COLONS = "|·•»→›▸►/—–>", "•·*-–—#▪■◦", ":："
BLANK_CONTROLS = "\t\r\f\v"
IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F))
TEXTS = st.lists(
    st.sampled_from(
        [
            "The cookie said: über 12 of it.",
            "© 2024 | A",
            "слово и",
            "漢字かな",
            " “End.” ",
            "$5",
            "a@b",
        ]
    )
    | st.text(max_size=30),
    max_size=6,
).map("\n".join)


def is_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM" or unicodedata.category(letter) == "Nd"


def is_ideograph(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in IDEOGRAPHS)


def is_upper(letter: str) -> bool:
    return unicodedata.category(letter) in ("Lu", "Lt")


def is_blank(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "Z" or letter in BLANK_CONTROLS


def small(letter: str) -> str:
    return letter.lower() if is_upper(letter) and len(letter.lower()) == 1 else letter


def words_of(line: str) -> list[str]:
    parted = "".join(c if is_word(c) and not is_ideograph(c) else "\0" for c in line)
    return [word for word in parted.split("\0") if word]


def twin(line: str) -> list[float]:
    words = words_of(line)
    looked_up = ["".join(map(small, word)) for word in words]
    count = len(words) + sum(map(is_ideograph, line))
    letters = sum(unicodedata.category(c)[0] in "LM" for c in line)
    weights = [WEIGHTS.get(word, 0.0) for word in looked_up if word in WEIGHTS or word in STOPS]
    if count > MOST_WORDS:
        weights = []
    bare = [c for c in line if not is_blank(c) and c not in CLOSERS]
    final = bare[-1] if bare else ""
    stops = sum(word in STOPS for word in looked_up)
    digits = sum(unicodedata.category(c) == "Nd" for c in line)
    sentences = sum(a in ENDS and is_blank(b) for a, b in zip(line, [*line[1:], " "], strict=False))
    first = line[:1]
    return [
        len(line),
        count,
        len(line) / max(1, count),
        final != "" and final in ENDS,
        final != "" and final in COLONS,
        sum(c in COMMAS for c in line),
        sentences,
        stops / max(1, count),
        stops,
        sum(map(is_upper, line)) / max(1, letters),
        sum(is_upper(word[0]) for word in words) / max(1, count),
        digits / max(1, len(line)),
        sum(c in SEPARATORS for c in line),
        any(unicodedata.category(c) == "Sc" for c in line),
        first != "" and unicodedata.category(first) == "Nd",
        first != "" and unicodedata.category(first)[0] in "LM" and not is_upper(first),
        "@" in line or "://" in line,
        "©" in line,
        "?" in line,
        first != "" and first in MARKS,
        letters / max(1, len(line)),
        sum(weights),
        sum(weights) / max(1, len(weights)),
        min([0.0, *weights]),
        max([0.0, *weights]),
        not line,
    ]


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_signals_are_those_of_plain_python(texts: list[str]) -> None:
    given_texts = texts_of(pa.array(texts, pa.string()))
    lines = lines_of(given_texts)
    found = line_signals(given_texts.data, lines, lexis(WEIGHTS, STOPS))
    wanted = [line.strip(" \t") for text in texts for line in text.split("\n")]
    assert np.diff(lines.offsets).tolist() == [text.count("\n") + 1 for text in texts]
    cut = [
        given_texts.data[start:end].tobytes().decode()
        for start, end in zip(lines.starts, lines.ends, strict=True)
    ]
    assert cut == wanted
    for line, row in zip(wanted, found, strict=True):
        plain = np.array(twin(line), np.float32)
        assert dict(zip(SIGNALS, row.tolist(), strict=True)) == dict(
            zip(SIGNALS, plain.tolist(), strict=True)
        )
