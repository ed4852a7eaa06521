"""Verdicts: the first threshold that a measured document fails, in words."""

import pyarrow as pa
import pytest

from pipeline import schema
from pipeline.measures.language import LanguageSettings
from pipeline.verdicts import QualitySettings, decide


def measured(**changed: object) -> pa.Table:
    """One clean document, some of its measures changed."""
    row: dict[str, object] = dict.fromkeys(schema.MEASURED.names)
    row |= {"text": "A text.", "language": "en", "language_score": 0.99, "edits": []}
    row |= {"chars": 100, "words": 20, "lines": 2}
    kinds = ("replacement", "control", "private_use", "unassigned")
    row |= {f"{kind}_characters": 0 for kind in kinds}
    nullable = pa.schema([field.with_nullable(True) for field in schema.MEASURED])
    return pa.Table.from_pylist([row | changed], nullable)


VERDICTS = [
    pytest.param({}, None, "", id="a clean document is kept"),
    pytest.param({"lines": 0, "words": 0}, "empty", "no text is left", id="empty comes first"),
    pytest.param({"language": "fi"}, "language", "fi is not among the wanted", id="language"),
    pytest.param(
        {"language_score": 0.5}, "language", "en with score 0.5, at least 0.65 is", id="score"
    ),
    pytest.param({"words": 4}, "quality:min_words", "4 words, at least 5", id="words"),
    pytest.param(
        {"replacement_characters": 2}, "quality:replacement_characters", "2 times U", id="U+FFFD"
    ),
    pytest.param({"control_characters": 6}, "quality:invalid_characters", "6 control", id="odd"),
    pytest.param({"control_characters": 5}, None, "", id="odd, but within the share"),
    pytest.param({"verdict": "malformed", "reason": "r", "lines": 0}, "malformed", "r", id="stays"),
]


@pytest.mark.parametrize(("changed", "verdict", "reason"), VERDICTS)
def test_verdicts(changed: dict[str, object], verdict: str | None, reason: str) -> None:
    settings = LanguageSettings(wanted=("en", "de"))
    table = decide(measured(**changed), settings, QualitySettings(min_words=5))
    assert table["verdict"].to_pylist() == [verdict]
    assert reason in (table["reason"][0].as_py() or "")


def test_without_wanted_languages_every_language_and_score_is_kept() -> None:
    table = measured(language="und", language_score=0.0)
    assert decide(table, LanguageSettings(), QualitySettings())["verdict"].to_pylist() == [None]
