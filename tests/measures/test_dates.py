"""Dates in words become ISO dates where nothing has to be guessed."""

import pytest

from pipeline.measures.dates import iso_date

CASES = [
    ("August 23, 2024", "en", "2024-08-23"),
    ("3rd June 2023", "en", "2023-06-03"),
    ("3 mai 2024", "fr", "2024-05-03"),
    ("3. März 2024", "de", "2024-03-03"),
    ("2024年5月3日", "zh-cn", "2024-05-03"),
    ("03/05/2024", "en", "2024-03-05"),
    ("03/05/2024", "de", "2024-05-03"),
    ("2024-05-03", "und", "2024-05-03"),
    ("May 2024", "en", "May 2024"),
    ("yesterday", "en", "yesterday"),
    ("vor 3 Stunden", "de", "vor 3 Stunden"),
    ("31 February 2023", "en", "31 February 2023"),
]


@pytest.mark.parametrize(("words", "language", "wanted"), CASES)
def test_dates(words: str, language: str, wanted: str) -> None:
    assert iso_date(words, language) == wanted
