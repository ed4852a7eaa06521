"""Addresses and Vietnamese marks go as langdetect's own regular expressions take them away."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect.detector import Detector
from langdetect.utils.ngram import NGram

from pipeline.kernels.webwords import without_web_words
from pipeline.measures.profiles import profiles
from tests.kernels.conftest import plain_texts


def twin(text: str) -> str:
    text = Detector.MAIL_RE.sub(" ", Detector.URL_RE.sub(" ", text))
    return str(NGram.normalize_vi(text))


def compiled(text: str) -> str:
    encoded = text.encode()
    scratch = np.full(len(encoded) + 8, ord("/"), np.uint8)  # what follows must not matter
    scratch[: len(encoded)] = np.frombuffer(encoded, np.uint8)
    end = without_web_words(scratch, len(encoded), profiles().web)
    return scratch[:end].tobytes().decode()


CASES = [
    pytest.param("see https://a.example/b?c=1 there", "see   there", id="a web address"),
    pytest.param("see http:// there", "see http:// there", id="no address: nothing follows"),
    pytest.param("xhttps://ahttp://b", "x ://b", id="one within a word and up to the next colon"),
    pytest.param("HTTP://a.example", "HTTP://a.example", id="langdetect knows small letters only"),
    pytest.param("https://ä.example", "https://ä.example", id="and ASCII only"),
    pytest.param("to me.and.you@here.example!", "to  !", id="a mail address"),
    pytest.param("a@b", "a@b", id="too short behind the @"),
    pytest.param("a@bc", " ", id="long enough"),
    pytest.param("@here and me@", "@here and me@", id="one side alone"),
    pytest.param("a@bc@de", " @de", id="nothing is left before the second @"),
    pytest.param("y" * 70 + "@" + "z" * 600, "y" * 6 + " " + "z" * 90, id="longer than it may be"),
    pytest.param("https://" + "u" * 2080, " uuuu", id="a web address that is too long"),
    pytest.param("hoa\u0300 bình", "hoà bình", id="a letter and a mark"),
    pytest.param("a\u0302\u0301 â\u0301", "a\u0302\u0301 ấ", id="one mark of Vietnamese alone"),
    pytest.param("\u0301a\u0301", "\u0301á", id="a mark without a letter"),
    pytest.param("", "", id="nothing"),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_what_goes(text: str, wanted: str) -> None:
    assert twin(text) == wanted
    assert compiled(text) == wanted


pieces = st.sampled_from(
    ["http", "https", "://", ":/", "b9", "a" * 70, "b" * 260, "c" * 2080]
) | st.sampled_from("h@.-aéü А\n🙂Ơư\u0300\u0301\u0303\u0309\u0323")


@given(st.lists(pieces | plain_texts, max_size=12).map("".join))
def test_the_loops_do_what_the_expressions_do(text: str) -> None:
    assert compiled(text) == twin(text)
