"""The verdict on a word: the witness of the corpus, the user's own words, the parts of a score."""

import json

import pyarrow as pa
import pytest

from pipeline.slips.judge import WITNESSES, Alike, Judge, Slip, Totals
from pipeline.slips.settings import TypoSettings
from pipeline.slips.strokes import keys_of

CORPUS = Totals(documents=10_000, words=5_000_000)


def verdict(
    word: str,
    corpus: dict[str, int] | None = None,
    settings: TypoSettings | None = None,
    language: str = "en",
    totals: Totals = CORPUS,
) -> Slip | None:
    judge = Judge(settings or TypoSettings(), language, totals)
    (strokes,) = keys_of(pa.array([word])).tolist()
    return next(judge.verdicts(Alike(strokes, {word: 1, **(corpus or {})}, [word])), None)


def meant(*arguments: object, **named: object) -> str | None:
    found = verdict(*arguments, **named)  # type: ignore[arg-type]
    return found.meant if found else None


def test_a_word_of_many_documents_is_known() -> None:
    assert meant("lnstagrarn") == "Instagram"
    assert meant("Ostrelbrom") is None
    assert meant("Ostrelbrorn", {"Ostrelbrom": 300}) == "Ostrelbrom", "the corpus knows it"
    assert meant("Ostrelbrorn", {"Ostrelbrom": WITNESSES - 1}) is None, "too few know it"


def test_a_rare_surname_in_forty_documents_is_let_be() -> None:
    assert meant("Carneron") == "Cameron"
    assert meant("Carneron", {"Carneron": 40}, totals=Totals(1_000, 500_000)) is None


def test_a_slip_that_runs_through_a_scan_is_one_all_the_same() -> None:
    # In 10,000 documents of 500 words "international" is to be expected in some 1,100.
    assert meant("lnternational", {"lnternational": 40}) == "International"
    assert meant("lnternational", {"lnternational": 3_000}) is None, "a name, then"


def test_in_a_small_corpus_nothing_is_to_be_expected_often() -> None:
    few = Totals(documents=20, words=4_000)
    assert meant("govemment", {"govemment": 3}, totals=few) == "government"
    assert meant("govemment", {"govemment": 8}, totals=few) is None


def test_words_of_the_user() -> None:
    own = TypoSettings(allow=("Quillmark",))
    assert meant("QuiIImark") is None
    assert meant("QuiIImark", settings=own) == "Quillmark"
    assert meant("lntelligence", settings=TypoSettings(allow=("lntelligence",))) is None
    assert meant("lntelligence", settings=TypoSettings(deny=("lntelligence",))) is None
    assert meant("lntelligence", settings=TypoSettings(deny=("LNTELLIGENCE",))) is None
    assert meant("lntelligence", settings=TypoSettings(strength="off")) is None


def test_the_only_good_one_is_taken() -> None:
    assert meant("sma1l") == "small"
    assert meant("ma1l") is None, "mail, or mall"


@pytest.mark.parametrize(
    ("language", "word", "wanted"),
    [
        *(("de", "lnternet", "Internet"), ("fr", "pub1ique", "publique")),
        *(("es", "púb1ico", "público"), ("it", "pubb1ico", "pubblico")),
        *(("pt", "púb1ico", "público"), ("nl", "pub1iek", "publiek")),
        *(("pl", "pub1iczny", "publiczny"), ("ru", "г0род", "город"), ("uk", "г0лова", "голова")),
        *(("sw", "pub1ic", None), ("sw", "bаnk", "bank"), ("sw", "ba\xadnk", "bank")),
    ],
)
def test_each_language_by_its_own_list(language: str, word: str, wanted: str | None) -> None:
    assert meant(word, language=language) == wanted


def test_evidence_adds_up() -> None:
    slip = verdict("lnternational", {"lnternational": 7})
    assert slip is not None
    facts = json.loads(slip.evidence)
    assert facts["slips"] == ["l=I"]
    assert facts["documents"] == 7
    assert facts["looks_like_a_word"] is False
    assert facts["score"] == pytest.approx(
        facts["zipf_meant"] - facts["zipf"] - facts["cost"], abs=0.02
    )


def test_what_is_not_asked_about_is_not_judged() -> None:
    judge = Judge(TypoSettings(), "en", CORPUS)
    words = {"lntelligence": 1, "Inte1ligence": 1}
    (strokes,) = set(keys_of(pa.array(list(words))).tolist())
    found = judge.verdicts(Alike(strokes, words, ["lntelligence"]))
    assert [slip.slip for slip in found] == ["lntelligence"]
