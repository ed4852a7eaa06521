"""Verdicts: where measures and the recipe's thresholds decide that a document is not kept.

What belongs here: every threshold that rejects a readable document for itself.
What does not: measuring, and duplicates, whose verdict needs a second document (dedup).
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.measures.language import LanguageSettings


@dataclass(frozen=True)
class QualitySettings:
    """What a text must be to be published.

    min_words: fewer words are rejected as quality:min_words.
    max_replacement_characters: more U+FFFD are rejected as quality:replacement_characters.
    max_invalid_share: a larger share of control, private-use and unassigned code points is
    rejected as quality:invalid_characters.
    """

    min_words: int = 1
    max_replacement_characters: int = 0
    max_invalid_share: float = 0.05

    def __post_init__(self) -> None:
        if self.min_words < 0 or self.max_replacement_characters < 0:
            raise ValueError("min_words and max_replacement_characters must not be negative")
        if not 0 <= self.max_invalid_share <= 1:
            raise ValueError("max_invalid_share must be between 0 and 1")


def decide(table: pa.Table, language: LanguageSettings, quality: QualitySettings) -> pa.Table:
    """Fill `verdict` and `reason` of measured documents that have none yet.

    The first rule that holds wins: empty, language, quality.
    """
    for verdict, applies, reason in _rules(table, language, quality):
        free = pc.is_null(table["verdict"])
        hit = pc.and_(free, pc.fill_null(applies, False))
        if pc.any(hit).as_py():
            table = _set(table, "verdict", pc.if_else(hit, verdict, table["verdict"]))
            table = _set(table, "reason", pc.if_else(hit, reason, table["reason"]))
    return table


def _rules(
    table: pa.Table, language: LanguageSettings, quality: QualitySettings
) -> list[tuple[str, pa.ChunkedArray, pa.ChunkedArray]]:
    """(verdict, where it applies, reason) for each rule, in order of precedence."""
    invalid = pc.add(
        pc.add(table["control_characters"], table["private_use_characters"]),
        table["unassigned_characters"],
    )
    share = pc.divide(pc.cast(invalid, pa.float64()), pc.max_element_wise(table["chars"], 1))
    replaced = table["replacement_characters"]
    rules = [
        (schema.EMPTY, pc.equal(table["lines"], 0), _say("no text is left", table)),
        (
            f"{schema.QUALITY}:min_words",
            pc.less(table["words"], quality.min_words),
            _join(table["words"], f" words, at least {quality.min_words} are wanted"),
        ),
        (
            f"{schema.QUALITY}:replacement_characters",
            pc.greater(replaced, quality.max_replacement_characters),
            _join(
                replaced, f" times U+FFFD, at most {quality.max_replacement_characters} are allowed"
            ),
        ),
        (
            f"{schema.QUALITY}:invalid_characters",
            pc.greater(share, quality.max_invalid_share),
            _join(
                invalid,
                " control, private-use or unassigned code points, "
                f"more than the allowed share of {quality.max_invalid_share:g}",
            ),
        ),
    ]
    if language.wanted:
        wanted = ", ".join(language.wanted)
        known = pc.is_in(table["language"], value_set=pa.array(language.wanted))
        unsure = pc.less(table["language_score"], language.min_score)
        score = pc.cast(pc.round(table["language_score"], ndigits=3), pa.string())
        rules[1:1] = [
            (
                schema.LANGUAGE,
                pc.invert(known),
                _join(table["language"], f" is not among the wanted languages: {wanted}"),
            ),
            (
                schema.LANGUAGE,
                unsure,
                pc.binary_join_element_wise(
                    table["language"],
                    " with score ",
                    score,
                    f", at least {language.min_score:g} is wanted",
                    "",
                ),
            ),
        ]
    return rules


def _say(words: str, table: pa.Table) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(words, table.num_rows)])


def _join(values: pa.ChunkedArray, words: str) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(pc.cast(values, pa.string()), words, "")


def _set(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), column)
