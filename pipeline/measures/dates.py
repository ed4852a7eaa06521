"""The only door to dateparser: a date in words as an ISO date.

What belongs here: reading dates. What does not: finding them in texts (rules/boilerplate).
"""

from dateparser import parse
from dateparser.conf import SettingValidationError

# Nothing that counts from today ("yesterday", "3 hours ago"), and no guesses at what is missing.
_SETTINGS = {
    "PARSERS": ["absolute-time"],
    "REQUIRE_PARTS": ["day", "month", "year"],
    "RETURN_AS_TIMEZONE_AWARE": False,
}


def iso_date(words: str, language: str) -> str:
    """The date as YYYY-MM-DD; as it stands where it cannot be read.

    03/05/2024 is the third of May but where the language is English, as people there mostly mean
    the fifth of March.
    """
    order = "MDY" if language == "en" else "DMY"
    for languages in ([language.split("-")[0]], ["en"]):
        try:
            found = parse(words, languages=languages, settings=_SETTINGS | {"DATE_ORDER": order})
        except (ValueError, OverflowError, SettingValidationError):
            continue  # a language that dateparser does not know, a year that no calendar has
        if found:
            return str(found.date().isoformat())
    return words
