"""A slip is explained by the cheapest slips of letters, and comes out in a normal case."""

import pytest

from pipeline.slips.explain import explain, pairs_of

SAFE, OCR = pairs_of("en", "safe"), pairs_of("en", "ocr")

CASES = [
    ("lntelligence", "intelligence", "Intelligence", ("l=I",), "one letter"),
    ("fulfi11ed", "fulfilled", "fulfilled", ("11=ll",), "two side by side count as one"),
    ("ARTlFICIAL", "artificial", "ARTIFICIAL", ("l=I",), "capitals stay"),
    ("Retumed", "returned", "Returned", ("m=rn",), "a capital stays"),
    ("1ndia", "india", "India", ("1=I",), "the capital rather than a small i: it costs less"),
    ("civic", "civic", "civic", (), "nothing to explain"),
]


@pytest.mark.parametrize(("slip", "word", "meant", "pairs", "why"), CASES)
def test_explained(slip: str, word: str, meant: str, pairs: tuple[str, ...], why: str) -> None:
    way = explain(slip, word, SAFE)
    assert way is not None
    assert (way.meant, way.pairs) == (meant, pairs), why
    assert len(way.rules) == len(pairs)


UNEXPLAINED = [
    ("table", "cable", SAFE, "no rule takes t for c"),
    ("tbat", "that", SAFE, "b for h is a rule of `ocr`"),
    ("1111", "illi", SAFE, "four slips in four letters"),
    ("oIl", "oil", SAFE, "another letter would be missing"),
    ("artlcle", "artIcle", SAFE, "words are given in small letters"),
    ("school", "schools", SAFE, "a letter is missing"),
]


@pytest.mark.parametrize(("slip", "word", "pairs", "why"), UNEXPLAINED)
def test_unexplained(slip: str, word: str, pairs: object, why: str) -> None:
    assert explain(slip, word, pairs) is None, why  # type: ignore[arg-type]


def test_a_strength_knows_what_the_one_before_knows() -> None:
    for first, options in SAFE.items():
        assert set(options) <= set(OCR[first])
    assert explain("tbat", "that", OCR) is not None


def test_another_slip_in_a_word_costs_more() -> None:
    one, two = explain("fa1sely", "falsely", SAFE), explain("fa1se1y", "falsely", SAFE)
    assert one is not None
    assert two is not None
    assert two.cost > one.cost
