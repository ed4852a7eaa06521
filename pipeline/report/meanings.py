"""What each verdict means, in plain words.

What belongs here: one sentence a verdict, for a reader who knows neither the code nor the recipe.
What does not: the reason of a single record, which its row carries.
"""

from pipeline import schema

_MEANINGS = {
    schema.UNREADABLE: "The file could not be read, or not to its end, or nothing here can read "
    "that kind of file.",
    schema.UNSAFE: "It will not be opened: an archive that unpacks to more than the recipe allows, "
    "a name or link that leads out of it, archives within archives without end "
    "(ingest.max_unpacked_ratio, max_unpacked_bytes, max_members, max_depth).",
    schema.PASSED_OVER: "No text, and not asked for: counted, not read.",
    schema.OVERSIZE: "The record is larger than the recipe allows (ingest.max_record_bytes).",
    schema.MALFORMED: "Not a record: torn JSON, no text field, or a text field that holds no text.",
    schema.UNDECODABLE: "Its bytes are not text in any encoding that fits.",
    schema.EMPTY: "No text is left to publish.",
    schema.LANGUAGE: "Not in a language that the recipe wants, or not surely so (language.wanted, "
    "language.min_score).",
    schema.QUALITY: "The text does not reach a limit that the recipe sets under [quality].",
    f"{schema.QUALITY}:min_words": "Fewer words than the recipe wants (quality.min_words).",
    f"{schema.QUALITY}:replacement_characters": "Characters were lost before the text came here "
    "and U+FFFD stands in their place (quality.max_replacement_characters).",
    f"{schema.QUALITY}:invalid_characters": "Too many control, private-use or unassigned "
    "characters (quality.max_invalid_share).",
    "duplicate": "The text is published already.",
    schema.DUPLICATE_EXACT: "The same text is published already; case and white space aside, the "
    "two are equal.",
    schema.DUPLICATE_NEAR: "Nearly the same text is published already (dedup.threshold).",
    f"{schema.FAILED}:html": "The web page could not be read, or took longer than the recipe "
    "allows (html.seconds). All other records went on.",
    schema.FAILED: "A step could not work on this text; its error is the reason. All other "
    "records went on.",
}


def meaning(verdict: str) -> str:
    """The verdict in words; an empty text for one that nobody has explained."""
    return _MEANINGS.get(verdict) or _MEANINGS.get(family(verdict), "")


def family(verdict: str) -> str:
    """The verdict's kind, the part before its colon."""
    return verdict.partition(":")[0]
