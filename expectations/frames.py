"""The frames that Great Expectations reads: a dataset's narrow columns, and what follows from them.

What belongs here: which columns an expectation needs, reading those and no others, columns that
compare two columns of a row. What does not: facts about whole datasets (pipeline.engine.facts).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.suites import ROWS, Declared
from pipeline.store.dataset import Dataset

IDS = "doc_id"
# Columns of words that are our own; in any other column of words, what was delivered may stand.
_LABELS = ("encoding", "language", "verdict")

_COLUMN_KEYS = ("column", "column_A", "column_B", "column_list")
_MEASURES = (
    "encoding",
    "language",
    "language_score",
    "chars",
    "words",
    "lines",
    "replacement_characters",
    "control_characters",
    "private_use_characters",
    "unassigned_characters",
    "rules_left",
    "edit_count",
    "cut_chars",
    "heavily_cut",
    "reversible",
)


@dataclass(frozen=True)
class _Derived:
    """A column that follows from others of the same row."""

    inputs: tuple[str, ...]
    compute: Callable[[pd.DataFrame], pd.Series]


def _invalid_share(frame: pd.DataFrame) -> pd.Series:
    """Control, private-use and unassigned code points in all code points, as the verdict has it."""
    invalid = (
        frame["control_characters"]
        + frame["private_use_characters"]
        + frame["unassigned_characters"]
    )
    return invalid / frame["chars"].clip(lower=1)


def _measures_missing(frame: pd.DataFrame) -> pd.Series:
    """How many measures have no value."""
    missing = pd.Series(0, frame.index)
    for name in _MEASURES:
        missing += frame[name].isna()
    return missing


def _kept_is_itself(frame: pd.DataFrame) -> pd.Series:
    """Great Expectations has such a comparison too, at 30 µs a row."""
    return frame["kept_id"] == frame[IDS]


_DERIVED = {
    "invalid_share": _Derived(
        ("chars", "control_characters", "private_use_characters", "unassigned_characters"),
        _invalid_share,
    ),
    "measures_missing": _Derived(_MEASURES, _measures_missing),
    "kept_is_itself": _Derived((IDS, "kept_id"), _kept_is_itself),
}


def stored_columns(expectation: Declared) -> tuple[str, ...]:
    """The stored columns that an expectation looks at, each once."""
    found: dict[str, None] = {}
    for name in _columns_in(expectation.kwargs):
        found |= dict.fromkeys(_DERIVED[name].inputs if name in _DERIVED else (name,))
    return tuple(found)


def _columns_in(kwargs: Any) -> Iterator[str]:
    """Names of columns anywhere in an expectation's arguments, row conditions included."""
    if isinstance(kwargs, Mapping):
        for key, value in kwargs.items():
            if key not in _COLUMN_KEYS:
                yield from _columns_in(value)
            elif isinstance(value, Mapping):
                yield value["name"]
            else:
                yield from [value] if isinstance(value, str) else value
    elif isinstance(kwargs, list):
        for item in kwargs:
            yield from _columns_in(item)


def rows(dataset: Dataset, expectations: Iterable[Declared]) -> pd.DataFrame:
    """The columns of a dataset that its expectations look at, and the ids; those it has not are
    left out, and whoever asks for them is told.
    """
    wanted = {IDS: None}
    for expectation in expectations:
        if expectation.frame == ROWS:
            wanted |= dict.fromkeys(stored_columns(expectation))
    there = dataset.columns
    # One column after the other, so that no more than one is in memory twice.
    columns = {name: _series(dataset.table([name])[name]) for name in wanted if name in there}
    return pd.DataFrame(columns, copy=False)


def _series(column: pa.ChunkedArray) -> pd.Series:
    """A column for pandas. Floats of 32 bits are widened: Great Expectations compares those in a
    Python loop.
    """
    if pa.types.is_float32(column.type):
        column = pc.cast(column, pa.float64())
    series: pd.Series = column.to_pandas()
    return series


def asked_of(frame: pd.DataFrame, expectations: Iterable[Declared]) -> pd.DataFrame:
    """The columns that expectations name, derived ones among them, as far as the frame has what it
    takes; what only served to derive them is left out, since the frame will be copied often.
    """
    wanted = {name for entry in expectations for name in _columns_in(entry.kwargs)}
    derived = {
        name: column.compute(frame)
        for name, column in _DERIVED.items()
        if name in wanted and set(column.inputs) <= set(frame.columns)
    }
    stored = [name for name in frame.columns if name in {IDS, *wanted}]
    return frame[stored].assign(**derived)


def is_ours(column: str, frame: pd.DataFrame) -> bool:
    """Whether the values of a column may be shown: numbers and labels, never delivered words."""
    if column not in frame.columns:
        return False
    return column in _LABELS or pd.api.types.is_numeric_dtype(frame[column])
