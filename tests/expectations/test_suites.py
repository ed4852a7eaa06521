"""The suites' files: well-formed, complete, and read without Great Expectations."""

import subprocess
import sys
from pathlib import Path

import pytest

from expectations import frames, suites
from expectations.suites import Declared, SuiteError
from pipeline import schema

GOOD = """
dataset = "documents"
description = "Documents."
may_be_empty = false

[[expectation]]
type = "expect_column_values_to_not_be_null"
kwargs = { column = "doc_id" }
[expectation.meta]
name = "id_present"
description = "Each document has an id."
reason = "Others refer to it."
severity = "error"
frame = "rows"
"""

DECLARED = suites.declared()


def test_there_is_a_suite_for_each_dataset_that_has_expectations() -> None:
    found = {suite.name: suite.dataset for suite in map(suites.read, suites.SUITES)}

    assert found == {
        "raw": "raw_documents",
        "documents": "documents",
        "rejected": "rejected",
        "duplicates": "duplicates",
    }
    assert {entry.suite for entry in DECLARED} == set(found)


def test_one_suite_can_be_asked_for_and_an_unknown_one_is_named() -> None:
    assert suites.declared("raw") == tuple(entry for entry in DECLARED if entry.suite == "raw")
    with pytest.raises(SuiteError, match="no suite 'row'; there are raw, documents"):
        suites.declared("row")


@pytest.mark.parametrize("entry", DECLARED, ids=lambda entry: f"{entry.suite}-{entry.name}")
def test_each_expectation_says_what_it_expects_and_why(entry: Declared) -> None:
    assert entry.description.endswith(".")
    assert entry.reason.endswith(".")
    assert entry.reason != entry.description
    assert entry.severity in {"error", "warning"}


def test_errors_on_what_goes_downstream_block_it_and_nothing_else_does() -> None:
    blocking = {(entry.suite, entry.severity) for entry in DECLARED if entry.blocking}
    others = {(entry.suite, entry.severity) for entry in DECLARED if not entry.blocking}

    assert blocking == {("raw", "error"), ("documents", "error")}
    assert not blocking & others


@pytest.mark.parametrize(
    ("suite", "columns"),
    [
        ("raw", schema.RAW),
        ("documents", schema.DOCUMENTS),
        ("rejected", schema.REJECTED),
        ("duplicates", schema.DUPLICATES),
    ],
)
def test_expectations_on_rows_look_at_columns_of_the_schema_but_not_at_texts(
    suite: str, columns: object
) -> None:
    looked_at = {
        name
        for entry in suites.declared(suite)
        if entry.frame == suites.ROWS
        for name in frames.stored_columns(entry)
    }

    assert looked_at <= set(columns.names)  # type: ignore[attr-defined]
    assert not looked_at & {"text", "metadata", "edits", "source"}


def test_the_columns_of_a_row_condition_are_looked_at_too() -> None:
    (entry,) = (e for e in suites.declared("raw") if e.name == "undecoded_rejected")

    assert set(frames.stored_columns(entry)) == {"verdict", "encoding"}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('frame = "rows"', 'frame = "row"', r"entry 1 \(id_present\): 'frame' is rows or totals"),
        ('"error"', '"fatal"', r"\(id_present\): 'severity' is error or warning, not 'fatal'"),
        ('reason = "Others refer to it."', "", r"entry 1 \(id_present\): 'reason' is missing"),
        ('"Others refer to it."', '" "', r"entry 1 \(id_present\): 'reason' is blank"),
        ("reason =", "reasons =", r"\(id_present\): unknown key 'reasons'; known here are name"),
        ('name = "id_present"', "name = 7", "entry 1: 'name' takes a text, not 7"),
        ('"id_present"', '"ID present"', "a name is at most 32 small letters"),
        ('"id_present"', f'"{"x" * 33}"', "a name is at most 32 small letters"),
        ('type = "expect_', 'type = "', "'type' is the name of an expectation"),
        ("kwargs = {", "kwarg = {", "entry 1: unknown key 'kwarg'; known here are type, kwargs"),
        ("may_be_empty = false", "", "'may_be_empty' is missing"),
        ("may_be_empty = false", "may_be_empty = 0", "'may_be_empty' takes true or false, not 0"),
        ("dataset", "data_set", "unknown key 'data_set'; known here are dataset"),
        ("[[expectation]]", "[expectation]", "'expectation' takes a list of tables"),
        ("[[expectation]]", "[[expectation", "is not TOML"),
    ],
)
def test_a_wrong_file_is_told_by_file_entry_and_key(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    file = tmp_path / "documents.toml"
    file.write_text(GOOD.replace(old, new, 1), "utf-8")

    with pytest.raises(SuiteError, match=complaint) as caught:
        suites.load(file)

    assert str(caught.value).startswith(str(file))


def test_the_same_file_without_a_mistake_is_read(tmp_path: Path) -> None:
    file = tmp_path / "documents.toml"
    file.write_text(GOOD, "utf-8")

    (entry,) = suites.load(file).expectations

    assert entry == Declared(
        suite="documents",
        name="id_present",
        description="Each document has an id.",
        reason="Others refer to it.",
        severity="error",
        blocking=True,
        frame="rows",
        type="expect_column_values_to_not_be_null",
        kwargs={"column": "doc_id"},
    )


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    entry = GOOD[GOOD.index("[[expectation]]") :].replace('"doc_id"', '"dump"')
    file = tmp_path / "documents.toml"
    file.write_text(GOOD + entry, "utf-8")

    with pytest.raises(SuiteError, match="entry 2: the name 'id_present' is taken"):
        suites.load(file)


def test_two_entries_that_expect_the_same_are_refused(tmp_path: Path) -> None:
    entry = GOOD[GOOD.index("[[expectation]]") :].replace('"id_present"', '"id_there"')
    file = tmp_path / "documents.toml"
    file.write_text(GOOD + entry, "utf-8")

    with pytest.raises(SuiteError, match=r"entry 2 \(id_there\): expects what another does"):
        suites.load(file)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="cannot be read: No such file"):
        suites.load(tmp_path / "documents.toml")
    (tmp_path / "raw.toml").write_bytes(b"dataset = '\xff'")
    with pytest.raises(SuiteError, match="is not UTF-8 at byte 11"):
        suites.load(tmp_path / "raw.toml")


def test_reading_the_suites_imports_no_heavy_library() -> None:
    code = (
        "import sys; from expectations import suites; suites.declared(); "
        "print(*{'great_expectations', 'pandas', 'pyarrow', 'duckdb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
