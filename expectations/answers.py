"""What an answer of Great Expectations means: answers in, outcomes in plain values out.

What belongs here: what counts as looked at, as empty, as failed, and how it is put into words.
What does not: asking (ask). No value of a delivered text gets into an outcome.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import IDS, is_ours
from expectations.suites import TOTALS, Declared, Suite
from pipeline.report.outcome import Outcome

FAILING = 20
"""At most so many failing rows are named."""

_SHOWN_VALUES = 3
_LONGEST_ERROR = 300


@dataclass(frozen=True)
class Answer:
    """What Great Expectations said about one expectation.

    result: its own words, as in its documentation. errors: what went wrong while it was asked.
    """

    passed: bool
    result: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


def outcome(
    suite: Suite,
    entry: Declared,
    frame: pd.DataFrame,
    missing: Sequence[str],
    answer: Answer | None,
) -> Outcome:
    """The outcome of one expectation on a frame; an expectation without an answer has failed.

    missing: columns that it looks at and that were not there.
    """
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        return _outcome(entry, passed=False, error=f"the {entry.frame} have no column {names}")
    if answer is None:
        return _outcome(entry, passed=False, error="Great Expectations gave no answer")
    if answer.errors:
        return _outcome(entry, passed=False, error=_in_words(answer.errors))
    if frame.empty:
        return _outcome(
            entry, passed=suite.may_be_empty, vacuous=True, observed="there are no rows"
        )
    return _looked_at(entry, frame, answer)


def _looked_at(entry: Declared, frame: pd.DataFrame, answer: Answer) -> Outcome:
    """The outcome where there are rows; not all of them need be concerned, or have a value."""
    result = answer.result
    rows = int(result.get("element_count", len(frame)))
    empty = int(result.get("missing_count") or 0)
    if rows == 0:  # a row condition that holds nowhere
        return _outcome(entry, passed=True, vacuous=True, observed="no row is concerned")
    if rows == empty:
        return _outcome(
            entry, passed=entry.nulls_ok, vacuous=True, observed="no row has a value there"
        )
    ids = frame[IDS] if IDS in frame.columns else pd.Series(dtype="object")
    places = [at for at in result.get("partial_unexpected_index_list") or () if at in ids.index]
    failing = ids.loc[places].dropna().astype(str)
    return _outcome(
        entry,
        passed=answer.passed,
        checked=rows - empty,
        unexpected=int(result.get("unexpected_count") or 0),
        failing_ids=tuple(dict.fromkeys(failing))[:FAILING],
        observed=_observed(entry, frame, result, rows - empty, empty),
    )


def _observed(
    entry: Declared, frame: pd.DataFrame, result: Mapping[str, Any], checked: int, empty: int
) -> str:
    """What was found, in words."""
    column = entry.kwargs.get("column", "")
    if "observed_value" in result:
        return f"{column}: {_shown(result['observed_value'])}"
    if entry.frame == TOTALS:
        return f"{column}: {_shown(frame[column].iloc[0])}"
    unexpected = int(result.get("unexpected_count") or 0)
    words = f"{checked:,} rows"
    if unexpected:
        words = f"{unexpected:,} of {words} are not as expected"
    if unexpected and is_ours(column, frame):
        found = dict.fromkeys(map(_shown, result.get("partial_unexpected_list") or ()))
        words += f": {', '.join(list(found)[:_SHOWN_VALUES])}"
    return f"{words}; {empty:,} more have no value" if empty else words


def _shown(value: Any) -> str:
    """A plain value in a few words; numbers are taken out of NumPy's wrapping."""
    plain = value.item() if isinstance(value, np.generic) else value
    return f"{plain:.6g}" if isinstance(plain, float) else str(plain)


def _in_words(errors: Iterable[str]) -> str:
    """Each message once, on one line, no longer than a person reads."""
    words = "; ".join(dict.fromkeys(" ".join(error.split()) for error in errors))
    if len(words) > _LONGEST_ERROR:
        words = f"{words[:_LONGEST_ERROR]}…"
    return f"it could not be checked: {words}"


def _outcome(entry: Declared, *, passed: bool, **found: Any) -> Outcome:
    return Outcome(
        suite=entry.suite,
        name=entry.name,
        description=entry.description,
        reason=entry.reason,
        severity=entry.severity,
        passed=passed,
        **found,
    )
