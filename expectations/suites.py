"""The suites as they are declared: TOML files in, plain values out.

What belongs here: reading the files beside this module and saying what is wrong with them. Dagster
imports this when it loads. What does not: Great Expectations, data (runner).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.report.outcome import ERROR, WARNING

SUITES = ("raw", "documents", "rejected", "duplicates")
"""In the order in which they are asked and shown."""

ROWS = "rows"
TOTALS = "totals"

# Suites whose failed errors mean broken data: what is downstream must not be made.
_BLOCKING = ("raw", "documents")
_FOLDER = Path(__file__).parent
# It becomes the name of a Dagster check, which has to fit into a narrow column.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SUITE_KEYS = {"dataset": str, "description": str, "may_be_empty": bool, "expectation": list}
_ENTRY_KEYS = {"type": str, "kwargs": dict, "meta": dict}
_META_KEYS = {"name": str, "description": str, "reason": str, "severity": str, "frame": str}
_OPTIONAL_META_KEYS = {"nulls_ok": bool}
_WORDS = {str: "a text", bool: "true or false", list: "a list of tables", dict: "a table"}


class SuiteError(ValueError):
    """A suite's file is wrong; the message names the file and the entry."""


@dataclass(frozen=True)
class Declared:
    """One expectation as its file declares it.

    suite, name: together unique. description: what is expected, in words. reason: why it matters.
    severity: `error` or `warning`. blocking: a failure stops what is downstream.
    frame: `rows`, one row a document, or `totals`, one row of facts about whole datasets.
    type, kwargs: Great Expectations' own; a value `{"$PARAMETER": name}` is given by the run.
    nulls_ok: a column without any value passes.
    """

    suite: str
    name: str
    description: str
    reason: str
    severity: str
    blocking: bool
    frame: str
    type: str
    kwargs: Mapping[str, Any] = field(hash=False)
    nulls_ok: bool = False


@dataclass(frozen=True)
class Suite:
    """The expectations on one dataset.

    may_be_empty: a dataset without rows passes the expectations on rows.
    """

    name: str
    dataset: str
    description: str
    may_be_empty: bool
    expectations: tuple[Declared, ...]


def declared(suite: str | None = None) -> tuple[Declared, ...]:
    """The expectations of one suite, or of all, in the order of the files.

    Raises `SuiteError` for an unknown suite or a wrong file.
    """
    names = SUITES if suite is None else (suite,)
    return tuple(entry for name in names for entry in read(name).expectations)


def read(name: str) -> Suite:
    """The suite of that name. Raises `SuiteError`."""
    if name not in SUITES:
        raise SuiteError(f"there is no suite '{name}'; there are {', '.join(SUITES)}")
    return load(_FOLDER / f"{name}.toml")


def load(path: Path) -> Suite:
    """The suite in a TOML file, named as the file is. Raises `SuiteError`."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SuiteError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path}: is not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(f"{path}: is not TOML: {error}") from error
    _check_keys(table, _SUITE_KEYS, {}, str(path))
    entries: list[Declared] = []
    for number, entry in enumerate(table["expectation"], 1):
        found = _entry(path, number, entry)
        if found.name in {other.name for other in entries}:
            raise SuiteError(f"{path}: entry {number}: the name '{found.name}' is taken")
        if any((o.type, o.kwargs) == (found.type, found.kwargs) for o in entries):
            # Great Expectations would keep only one of the two.
            raise SuiteError(f"{path}: entry {number} ({found.name}): expects what another does")
        entries.append(found)
    return Suite(
        path.stem, table["dataset"], table["description"], table["may_be_empty"], tuple(entries)
    )


def _entry(path: Path, number: int, entry: Any) -> Declared:
    place = f"{path}: entry {number}"
    _check_keys(entry, _ENTRY_KEYS, {}, place)
    meta = entry["meta"]
    if isinstance(name := meta.get("name"), str):
        place = f"{place} ({name})"
    _check_keys(meta, _META_KEYS, _OPTIONAL_META_KEYS, place)
    if not _NAME.fullmatch(name):
        raise SuiteError(
            f"{place}: a name is at most 32 small letters, digits and underscores, a letter first"
        )
    if not entry["type"].startswith("expect_"):
        raise SuiteError(f"{place}: 'type' is the name of an expectation, as in expect_…_to_be_…")
    for key, known in (("severity", (ERROR, WARNING)), ("frame", (ROWS, TOTALS))):
        if meta[key] not in known:
            raise SuiteError(f"{place}: '{key}' is {' or '.join(known)}, not {meta[key]!r}")
    for key in ("description", "reason"):
        if not meta[key].strip():
            raise SuiteError(f"{place}: '{key}' is blank")
    return Declared(
        path.stem,
        blocking=meta["severity"] == ERROR and path.stem in _BLOCKING,
        type=entry["type"],
        kwargs=entry["kwargs"],
        **meta,
    )


def _check_keys(
    table: Any, needed: Mapping[str, type], optional: Mapping[str, type], place: str
) -> None:
    """Each needed key is there, no other one is, and each value has its type."""
    known = {**needed, **optional}
    if not isinstance(table, dict):
        raise SuiteError(f"{place}: is no table")
    for key in table:
        if key not in known:
            raise SuiteError(f"{place}: unknown key '{key}'; known here are {', '.join(known)}")
    for key in needed:
        if key not in table:
            raise SuiteError(f"{place}: '{key}' is missing")
    for key, value in table.items():
        if type(value) is not known[key]:
            raise SuiteError(f"{place}: '{key}' takes {_WORDS[known[key]]}, not {value!r}")
