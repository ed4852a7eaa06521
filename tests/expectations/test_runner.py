"""How suites are asked: what passes, what fails, what is empty, and what an outcome may hold."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations import answers, frames, runner, suites
from expectations.parameters import known_encodings, parameters
from expectations.suites import Declared, Suite
from pipeline import recipe, schema
from pipeline.report.outcome import Outcome, stops
from pipeline.store.dataset import Dataset, Provenance, Target, write_shard
from tests.expectations.conftest import RECIPE, Examined


def declare(name: str, kind: str, **kwargs: Any) -> Declared:
    frame = kwargs.pop("frame", "rows")
    return Declared(
        "documents", name, "It is so.", "It matters.", "error", True, frame, kind, kwargs
    )


def suite_of(*entries: Declared) -> Suite:
    return replace(suites.read("documents"), expectations=entries, may_be_empty=False)


def dataset_of(table: pa.Table, folder: Path, columns: pa.Schema) -> Dataset:
    target = Target(folder, columns, Provenance(folder.name, "2026-11-22", "0", "{}", ()))
    return target.finish([write_shard(folder / "part-00000.parquet", columns, [table])])


def failed(outcomes: Mapping[str, Outcome]) -> set[str]:
    return {name for name, outcome in outcomes.items() if not outcome.passed}


# The whole, on a real dump.


def test_the_example_dump_is_as_it_must_be(examined: Examined) -> None:
    raw = runner.check_raw(examined.run)
    candidate = runner.check_candidate(examined.run, examined.candidate)

    assert not [outcome for outcome in raw + candidate if not outcome.passed]
    assert not stops(raw + candidate)


def test_each_expectation_has_one_outcome_in_the_order_of_the_files(examined: Examined) -> None:
    outcomes = runner.check_raw(examined.run) + runner.check_candidate(
        examined.run, examined.candidate
    )

    assert [(o.suite, o.name, o.description, o.reason, o.severity) for o in outcomes] == [
        (e.suite, e.name, e.description, e.reason, e.severity) for e in suites.declared()
    ]


def test_a_document_that_vanishes_on_the_way_out_stops_the_run(
    examined: Examined, tmp_path: Path
) -> None:
    whole = examined.candidate["documents"]
    table = pa.concat_tables(pq.read_table(path, partitioning=None) for path in whole.paths)
    torn = dataset_of(table.slice(1), tmp_path / "documents", schema.DOCUMENTS)

    outcomes = runner.check_candidate(examined.run, {**examined.candidate, "documents": torn})

    assert stops(outcomes)
    found = {outcome.name: outcome for outcome in outcomes}
    assert found["records_lost"].observed == "records_lost: 1"
    assert found["records_gained"].observed == "records_gained: -1"


# What looks at nothing.


def test_a_dump_without_records_does_not_pass_by_being_empty(examined: Examined) -> None:
    looked_at = examined.frames("raw")
    looked_at["rows"] = looked_at["rows"][:0]
    looked_at["totals"]["records"] = 0

    outcomes = examined.check("raw", looked_at)

    rows = {e.name for e in suites.declared("raw") if e.frame == suites.ROWS}
    assert failed(outcomes) == rows | {"some_records"}
    assert all(outcomes[name].vacuous and not outcomes[name].checked for name in rows)


@pytest.mark.parametrize("suite", ["documents", "rejected", "duplicates"])
def test_a_dataset_that_may_be_empty_says_that_nothing_was_looked_at(
    examined: Examined, suite: str
) -> None:
    looked_at = examined.frames(suite)
    looked_at["rows"] = looked_at["rows"][:0]

    outcomes = examined.check(suite, looked_at)

    assert not failed(outcomes)
    assert {name for name, outcome in outcomes.items() if outcome.vacuous} == {
        entry.name for entry in suites.declared(suite) if entry.frame == suites.ROWS
    }


def test_a_column_without_any_value_does_not_pass(examined: Examined) -> None:
    looked_at = {"rows": examined.frames("documents")["rows"].assign(language_score=np.nan)}

    outcomes = examined.check("documents", looked_at)

    assert failed(outcomes) == {"language_certain", "measures_present"}
    assert outcomes["language_certain"].vacuous
    assert outcomes["language_certain"].observed == "no row has a value there"


def test_a_dump_of_which_nothing_could_be_decoded_has_no_unknown_encoding(
    examined: Examined,
) -> None:
    rows = examined.frames("raw")["rows"]
    rows = rows.assign(encoding=None, verdict="undecodable", reason="looks binary")

    outcomes = examined.check("raw", {"rows": rows})

    assert failed(outcomes) == {"mostly_readable"}
    assert outcomes["encoding_known"].vacuous


def test_a_condition_that_holds_for_no_row_is_no_failure(examined: Examined) -> None:
    rows = examined.frames("raw")["rows"]
    rows = rows.assign(encoding="utf-8", verdict=None, reason=None)

    outcomes = examined.check("raw", {"rows": rows})

    assert not failed(outcomes)
    assert outcomes["undecoded_rejected"].vacuous
    assert outcomes["undecoded_rejected"].checked == 0


# What goes wrong while asking.


def test_a_missing_column_fails_what_looks_at_it_and_is_named(examined: Examined) -> None:
    looked_at = {
        "rows": examined.frames("documents")["rows"].drop(columns=["heavily_cut", "words"])
    }

    outcomes = examined.check("documents", looked_at)

    assert failed(outcomes) == {"enough_words", "moderate_cuts", "measures_present"}
    assert outcomes["enough_words"].error == "the rows have no column 'words'"
    assert outcomes["moderate_cuts"].error == "the rows have no column 'heavily_cut'"


def test_a_missing_column_of_a_row_condition_fails_too(examined: Examined) -> None:
    looked_at = {"rows": examined.frames("raw")["rows"].drop(columns="encoding")}

    outcomes = examined.check("raw", looked_at)

    assert failed(outcomes) == {"encoding_known", "undecoded_rejected"}


def test_without_ids_nothing_is_named_and_nothing_breaks(examined: Examined) -> None:
    rows = examined.frames("documents")["rows"].drop(columns="doc_id").assign(words=0)

    outcomes = examined.check("documents", {"rows": rows})

    assert failed(outcomes) == {"id_present", "id_unique", "enough_words"}
    assert outcomes["enough_words"].failing_ids == ()


def test_a_dataset_without_a_column_is_read_all_the_same(tmp_path: Path) -> None:
    columns = pa.schema([("doc_id", pa.string()), ("words", pa.int64())])
    dataset = dataset_of(pa.table({"doc_id": ["a"], "words": [3]}, columns), tmp_path, columns)

    assert list(frames.rows(dataset, suites.declared("documents"))) == ["doc_id", "words"]


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (
            declare("x", "expect_column_values_to_be_between", column="language", max_value=3),
            "it could not be checked: Column values, min_value, and max_value must",
        ),
        (
            declare("x", "expect_column_values_to_be_lovely", column="language"),
            "expect_column_values_to_be_lovely not found",
        ),
        (
            declare("x", "expect_column_values_to_be_unique", column="language", most=1),
            "extra fields not permitted",
        ),
        (
            declare(
                "x",
                "expect_column_values_to_be_between",
                column="words",
                max_value={"$PARAMETER": "longest"},
            ),
            "it could not be checked: nothing gives the parameter 'longest'",
        ),
    ],
    ids=["raises inside", "no such type", "no such argument", "no such parameter"],
)
def test_an_expectation_that_cannot_be_asked_fails_by_itself(
    examined: Examined, entry: Declared, complaint: str
) -> None:
    suite = suite_of(entry, declare("ids", "expect_column_values_to_be_unique", column="doc_id"))

    outcomes = examined.check(suite, {"rows": examined.frames("documents")["rows"]})

    assert failed(outcomes) == {"x"}
    assert complaint in outcomes["x"].error
    assert "Traceback" not in outcomes["x"].error
    assert "\n" not in outcomes["x"].error
    assert outcomes["ids"].passed


def test_an_expectation_without_an_answer_has_failed(examined: Examined) -> None:
    suite = suites.read("documents")

    found = [
        answers.outcome(suite, entry, examined.frames("documents")[entry.frame], [], None)
        for entry in suite.expectations
    ]

    assert {(outcome.passed, outcome.error) for outcome in found} == {
        (False, "Great Expectations gave no answer")
    }


# What an outcome holds.


def test_the_first_twenty_failing_ids_are_named(examined: Examined) -> None:
    rows = examined.frames("documents")["rows"].assign(language="it")

    outcome = examined.check("documents", {"rows": rows})["language_wanted"]

    assert len(rows) > 20
    assert outcome.failing_ids == tuple(rows["doc_id"][:20])
    assert outcome.unexpected == outcome.checked == len(rows)
    assert outcome.observed == f"{len(rows)} of {len(rows)} rows are not as expected: it"


def test_an_outcome_holds_plain_values_only(examined: Examined) -> None:
    suite = suite_of(
        declare("mean", "expect_column_mean_to_be_between", column="words", min_value=1e9),
        declare("few", "expect_column_values_to_be_between", column="words", max_value=1),
        declare("lost", "expect_column_max_to_be_between", column="records", frame="totals"),
    )

    outcomes = examined.check(suite, examined.frames("documents"))

    assert json.loads(json.dumps([asdict(outcome) for outcome in outcomes.values()]))
    for outcome in outcomes.values():
        assert {type(outcome.passed), type(outcome.vacuous)} == {bool}
        assert {type(outcome.checked), type(outcome.unexpected)} == {int}
        assert {type(doc_id) for doc_id in outcome.failing_ids} <= {str}
        assert "np." not in outcome.observed
    assert failed(outcomes) == {"mean", "few"}


def test_no_delivered_words_get_into_an_outcome(examined: Examined) -> None:
    suite = suite_of(
        declare("reason", "expect_column_values_to_match_regex", column="reason", regex="^never$"),
        declare("once", "expect_column_values_to_be_unique", column="reason"),
    )
    rows = examined.frames("rejected")["rows"].astype({"reason": "object"})
    rows["reason"] = "<script>alert(1)</script>"
    rows.loc[0, "reason"] = None

    outcomes = examined.check(suite, {"rows": rows})

    assert failed(outcomes) == {"reason", "once"}
    assert "alert" not in repr(outcomes)


@pytest.mark.parametrize("suite", ["documents", "rejected", "duplicates"])
def test_texts_are_never_read(examined: Examined, suite: str) -> None:
    columns = set(examined.frames(suite)["rows"])

    assert columns
    assert not columns & {"text", "metadata", "source", "edits"}


# Where thresholds come from.


def test_a_recipe_that_names_no_language_takes_every_known_one() -> None:
    given = parameters(recipe.Recipe(), {"records": 10})

    assert {"en", "uk", "zh-tw", "und"} <= set(given["languages"])
    assert given["min_language_score"] == 0
    assert parameters(RECIPE, {"records": 10})["languages"] == list(RECIPE.language.wanted)


def test_equal_texts_are_fine_where_the_recipe_does_not_reject_them(examined: Examined) -> None:
    lax = recipe.parse({"dedup": {"exact": False}})
    totals = examined.frames("documents")["totals"].assign(texts_repeated=2)
    both = [replace(examined, given=parameters(r, {"records": 36})) for r in (RECIPE, lax)]

    passed = [e.check("documents", {"totals": totals})["text_unique"].passed for e in both]

    assert passed == [False, True]


@pytest.mark.parametrize(("below", "passes"), [(False, True), (True, False)])
def test_a_similarity_at_the_threshold_passes_although_it_is_stored_in_32_bits(
    examined: Examined, tmp_path: Path, below: bool, passes: bool
) -> None:
    jaccard = np.float32(0.7)  # a little below 0.7 when looked at in 64 bits
    jaccard = np.nextafter(jaccard, np.float32(0)) if below else jaccard
    row = {"doc_id": "b", "kept_id": "a", "jaccard": float(jaccard), "verdict": "duplicate:near"}
    table = pa.Table.from_pylist([row], schema.DUPLICATES)
    dataset = dataset_of(table, tmp_path / "duplicates", schema.DUPLICATES)
    given = parameters(recipe.parse({"dedup": {"threshold": 0.7}}), {"records": 2})
    rows = frames.rows(dataset, suites.declared("duplicates"))

    outcomes = replace(examined, given=given).check("duplicates", {"rows": rows})

    assert outcomes["jaccard_high"].passed is passes


def test_encodings_are_those_of_texts() -> None:
    known = set(known_encodings())

    assert {"utf-8", "utf-16-le", "utf-32-be", "cp1252", "koi8-r", "cp932", "gb18030"} <= known
    assert not known & {"base64", "hex", "rot13", "punycode", "unicode-escape", "undefined", "utf8"}


# Great Expectations keeps to itself.


def test_it_says_nothing_and_leaves_nothing(
    examined: Examined,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    runner.check_candidate(examined.run, examined.candidate)

    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())


def test_importing_it_leaves_the_warnings_of_others_alone() -> None:
    code = (
        "import warnings; shown = warnings.showwarning; import expectations.runner; "
        "print(warnings.showwarning is shown)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "True"


def test_its_own_pages_are_one_site_for_all_runs(examined: Examined, tmp_path: Path) -> None:
    runner.check_raw(replace(examined.run, dump="2026-11-21"), data_docs=tmp_path)
    runner.check_raw(examined.run, data_docs=tmp_path)
    runner.check_candidate(examined.run, examined.candidate, data_docs=tmp_path)

    index = (tmp_path / "index.html").read_text("utf-8")
    assert [page.parent for page in tmp_path.rglob("index.html")] == [tmp_path]
    for suite in suites.SUITES:
        assert f"validations/{suite}_rows/2026-11-22/" in index
        assert (f"validations/{suite}_rows/2026-11-21/" in index) is (suite == "raw")
    assert len(list((tmp_path / "validations").rglob("*.html"))) == 2 + 2 * len(suites.SUITES)
