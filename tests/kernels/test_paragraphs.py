"""Where a paragraph begins and ends, how many words it has, and which two are one."""

import pyarrow as pa
import pytest

from pipeline.dedup.folding import same_folding
from pipeline.kernels.paragraphs import Paragraphs, paragraphs_of
from pipeline.kernels.texts import texts_of


def words(count: int, of: str = "tide") -> str:
    return " ".join(f"{of}{number}" for number in range(count))


def found(*texts: str | None, least: int = 50) -> Paragraphs:
    return paragraphs_of(texts_of(pa.array(texts, pa.string())), least, same_folding())


WRAPPED = "\n".join(words(12, f"line{number}of") for number in range(5))

# (text, first and last line of each paragraph that is found, why)
CASES = [
    ("", [], "nothing stands there"),
    ("\n\n \n", [], "nor there"),
    (words(50), [(0, 0)], "as many words as are wanted"),
    (words(49), [], "one less"),
    (f"Title\n\n{words(60)}\n\nEnd", [(2, 2)], "between blank lines"),
    (f"Title\n \t\u00a0\n{words(60)}\n", [(2, 2)], "a line of blanks is blank"),
    (f"Title\r\n\r\n{words(60)}\r\n\r\nEnd\r\n", [(2, 2)], "lines of another system"),
    (f"{words(60)}\n{words(60, 'x')}", [(0, 0), (1, 1)], "long lines are paragraphs by themselves"),
    (f"Title\n{words(60)}\nSigned", [(1, 1)], "the short ones beside it are not of it"),
    (WRAPPED, [(0, 4)], "lines that are wrapped are one paragraph"),
    (f"{WRAPPED}\n\n{WRAPPED}", [(0, 4), (6, 10)], "until a blank one"),
    ("潮" * 50, [(0, 0)], "an ideograph is a word"),
    ("潮" * 49, [], "and no more than one"),
    ("ものがたり" * 10, [(0, 0)], "so is a kana"),
    ("สวัสดี" * 45, [(0, 0)], "Thai has words though no space is between them"),
    ("สวัสดี" * 10, [], "and not as many as letters"),
    ("មនុស្ស" * 45, [(0, 0)], "as has Khmer"),
    ("— " * 60, [], "signs are no words"),
]


@pytest.mark.parametrize(("text", "wanted", "why"), CASES)
def test_paragraphs(text: str, wanted: list[tuple[int, int]], why: str) -> None:
    paragraphs = found("one before", None, text, words(60))
    mine = paragraphs.texts == 2
    places = zip(paragraphs.firsts[mine].tolist(), paragraphs.lasts[mine].tolist(), strict=True)
    assert list(places) == wanted, why
    assert paragraphs.texts[~mine].tolist() == [3]


SAME = [
    (words(60), words(60).upper(), True, "case"),
    (words(60), words(60).replace(" ", " \u00a0 "), True, "white space"),
    (WRAPPED, WRAPPED.replace("\n", " "), True, "where lines are wrapped"),
    (words(60) + " café", words(60) + " cafe\u0301", True, "an accent as a character of its own"),
    (words(60), words(60) + ".", False, "punctuation"),
    (words(60), words(60).replace("tide7", "tide8"), False, "numbers"),
]


@pytest.mark.parametrize(("one", "other", "same", "what"), SAME)
def test_what_two_paragraphs_may_differ_in(one: str, other: str, same: bool, what: str) -> None:
    hashes = found(one, other).hashes
    assert len(hashes) == 2
    assert bool(hashes[0] == hashes[1]) is same, what


def test_a_slice_of_texts_is_read_as_such() -> None:
    texts = pa.array([words(60), f"a\n\n{words(60, 'x')}", words(70)])
    part = paragraphs_of(texts_of(texts.slice(1)), 50, same_folding())
    whole = paragraphs_of(texts_of(texts), 50, same_folding())
    assert part.texts.tolist() == [0, 1]
    assert part.firsts.tolist() == [2, 0]
    assert part.hashes.tolist() == whole.hashes[1:].tolist()


def test_a_line_of_fewer_words_is_a_paragraph_where_fewer_are_wanted() -> None:
    text = f"{words(20)}\n{words(20, 'x')}"
    assert found(text, least=20).lasts.tolist() == [0, 1]
    assert found(text, least=30).lasts.tolist() == [1]
