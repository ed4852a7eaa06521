"""No expectation exists that cannot fail: each is shown the example dump with one thing broken, the
thing that it guards, and says so; all others on the same frame still hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from expectations import suites
from pipeline import schema
from tests.expectations.conftest import Examined


@dataclass(frozen=True)
class Broken:
    """A column set to a value, in some rows."""

    column: str
    value: Any
    rows: tuple[int, ...] = (1, 3)

    def __call__(self, frame: pd.DataFrame) -> tuple[str, ...]:
        """Break the frame; the ids that must be named."""
        if len(frame) > 1 and self.value is None:
            frame[self.column] = frame[self.column].astype("object")
        ids = tuple(frame["doc_id"].iloc[list(self.rows)]) if "doc_id" in frame else ()
        rows = list(self.rows) if len(frame) > 1 else [0]
        frame.loc[rows, self.column] = self.value
        return ids


def without_id(frame: pd.DataFrame) -> tuple[str, ...]:
    frame.loc[2, "doc_id"] = None
    return ()  # there is no id to name


def same_id(frame: pd.DataFrame) -> tuple[str, ...]:
    frame.loc[2, "doc_id"] = frame.loc[0, "doc_id"]
    return (frame.loc[0, "doc_id"],)


def keeps_itself(frame: pd.DataFrame) -> tuple[str, ...]:
    frame.loc[2, "kept_id"] = frame.loc[2, "doc_id"]
    return (frame.loc[2, "doc_id"],)


def undecoded(frame: pd.DataFrame) -> tuple[str, ...]:
    """A record that was not decoded goes on as a document."""
    row = frame["encoding"].isna().idxmax()
    frame.loc[row, ["verdict", "reason"]] = None
    return (frame.loc[row, "doc_id"],)


def unexplained(frame: pd.DataFrame) -> tuple[str, ...]:
    row = frame["verdict"].notna().idxmax()
    frame.loc[row, "reason"] = None
    return (frame.loc[row, "doc_id"],)


def misjudged(frame: pd.DataFrame) -> tuple[str, ...]:
    row = frame["verdict"].notna().idxmax()
    frame.loc[row, "verdict"] = "unlovely"
    return (frame.loc[row, "doc_id"],)


def mostly_torn(frame: pd.DataFrame) -> tuple[str, ...]:
    half = len(frame) // 2 + 1
    frame["verdict"], frame["reason"] = frame["verdict"].astype("object"), "line 1 is not JSON"
    frame["verdict"] = ["malformed"] * half + [None] * (len(frame) - half)
    frame.loc[: half - 1, "encoding"] = None
    frame.loc[half:, "encoding"] = "utf-8"
    return tuple(frame["doc_id"][:half][:20])


def all_rejected(frame: pd.DataFrame) -> tuple[str, ...]:
    frame["rejected"] = frame["records"] // 2 + 1
    return ()


Break = Callable[[pd.DataFrame], tuple[str, ...]]

BREAKS: dict[tuple[str, str], Break] = {
    ("raw", "some_records"): Broken("records", 0),
    ("raw", "files_with_records"): Broken("files_without_records", 1),
    ("raw", "delivered"): Broken("files_not_delivered", 12),
    ("raw", "id_present"): without_id,
    ("raw", "id_unique"): same_id,
    ("raw", "encoding_known"): Broken("encoding", "utf-9"),
    ("raw", "undecoded_rejected"): undecoded,
    ("raw", "verdict_explained"): unexplained,
    ("raw", "verdict_known"): misjudged,
    ("raw", "mostly_readable"): mostly_torn,
    ("documents", "some_documents"): Broken("documents", 0),
    ("documents", "records_lost"): Broken("records_lost", 1),
    ("documents", "records_gained"): Broken("records_gained", 1),
    ("documents", "edits_lost"): Broken("edits_lost", 1),
    ("documents", "id_unique_over_dumps"): Broken("ids_in_other_dumps", 1),
    ("documents", "text_unique"): Broken("texts_repeated", 1),
    ("documents", "text_unique_over_dumps"): Broken("texts_in_other_dumps", 1),
    ("documents", "id_present"): without_id,
    ("documents", "id_unique"): same_id,
    ("documents", "measures_present"): Broken("language", None),
    ("documents", "encoding_known"): Broken("encoding", "base64"),
    ("documents", "language_wanted"): Broken("language", "it"),
    ("documents", "language_certain"): Broken("language_score", 0.64),
    ("documents", "language_as_declared"): Broken("language_agrees", False),
    ("documents", "replacement_characters"): Broken("replacement_characters", 1),
    ("documents", "invalid_characters"): Broken("private_use_characters", 10_000),
    ("documents", "boilerplate_left"): Broken("rules_left", 1),
    ("documents", "moderate_cuts"): Broken("heavily_cut", True),
    ("documents", "not_empty"): Broken("chars", 0),
    ("documents", "not_blank"): Broken("lines", 0),
    ("documents", "enough_words"): Broken("words", 0),
    ("documents", "reversible"): Broken("reversible", False),
    ("documents", "bytes_restored"): Broken("bytes_restored", False),
    ("rejected", "rejected_share"): all_rejected,
    ("rejected", "duplicates_rejected"): Broken("rejected_duplicates_missing", 1),
    ("rejected", "id_present"): without_id,
    ("rejected", "id_unique"): same_id,
    ("rejected", "verdict_present"): Broken("verdict", None),
    ("rejected", "verdict_known"): Broken("verdict", "quality:"),
    ("rejected", "reason_present"): Broken("reason", None),
    ("rejected", "reason_not_blank"): Broken("reason", " \t"),
    ("duplicates", "kept_published"): Broken("kept_missing", 1),
    ("duplicates", "id_present"): without_id,
    ("duplicates", "id_unique"): same_id,
    ("duplicates", "kept_present"): Broken("kept_id", None),
    ("duplicates", "kept_is_another"): keeps_itself,
    ("duplicates", "jaccard_present"): Broken("jaccard", float("nan")),
    ("duplicates", "jaccard_high"): Broken("jaccard", 0.7499),
    ("duplicates", "verdict_known"): Broken("verdict", "duplicate"),
    ("duplicates", "source_loss"): Broken("sources_losing", 1),
}


def test_each_declared_expectation_has_its_case() -> None:
    assert list(BREAKS) == [(entry.suite, entry.name) for entry in suites.declared()]


@pytest.mark.parametrize("suite", suites.SUITES)
def test_all_hold_on_the_example_dump(examined: Examined, suite: str) -> None:
    outcomes = examined.check(suite, examined.frames(suite))

    assert not {name: o.observed + o.error for name, o in outcomes.items() if not o.passed}
    assert all(outcome.checked for outcome in outcomes.values())


@pytest.mark.parametrize(("suite", "name"), BREAKS, ids=map("-".join, BREAKS))
def test_it_fails_where_what_it_guards_is_broken(examined: Examined, suite: str, name: str) -> None:
    (entry,) = (entry for entry in suites.declared(suite) if entry.name == name)
    looked_at = {entry.frame: examined.frames(suite)[entry.frame]}
    failing = BREAKS[suite, name](looked_at[entry.frame])

    outcomes = examined.check(suite, looked_at)

    assert [outcome.name for outcome in outcomes.values() if not outcome.passed] == [name]
    found = outcomes[name]
    assert found.failing_ids == failing
    assert found.unexpected >= 1
    assert not found.error
    assert not found.vacuous


def test_no_missing_measure_is_passed_over(examined: Examined) -> None:
    frame = examined.frames("documents")["rows"]
    # Nothing need be declared, nor every decoding be without loss.
    optional = {"doc_id", "language_agrees", "bytes_restored"}
    measures = [name for name in schema.DOCUMENTS.names if name in frame and name not in optional]
    for row, measure in enumerate(measures):
        frame[measure] = frame[measure].astype("object")
        frame.loc[row, measure] = None

    found = examined.check("documents", {"rows": frame})["measures_present"]

    assert len(measures) == 15
    assert found.failing_ids == tuple(frame["doc_id"][: len(measures)])


def test_the_verdicts_of_the_schema_are_known(examined: Examined) -> None:
    frame = examined.frames("rejected")["rows"]
    ruled = ["quality:min_words", "failed:mojibake", "duplicate:near"]
    frame = pd.concat([frame] * 2, ignore_index=True)
    frame["verdict"] = ([*schema.VERDICTS, *ruled] * 4)[: len(frame)]

    assert examined.check("rejected", {"rows": frame})["verdict_known"].passed
    assert set(frame["verdict"]) == {*schema.VERDICTS, *ruled}
