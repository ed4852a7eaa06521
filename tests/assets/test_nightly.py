"""The nightly job on the example dumps: what it publishes and what Dagster knows about it."""

import json
from pathlib import Path

import dagster as dg
import pytest

from assets.checks import ASSETS
from expectations import suites
from pipeline import schema
from tests.assets.conftest import Night
from tests.conftest import EXAMPLES, tree

STEPS = (
    "raw_documents",
    "repaired_documents",
    "word_counts",
    "slips",
    "mended_documents",
    "line_counts",
    "repeated_lines",
    "stripped_documents",
    "measured_documents",
    "near_duplicates",
    "passages",
    "cut_documents",
)
DUMP = "2026-11-22"


def metadata(night: Night, asset: str, dump: str = DUMP) -> dict[str, dg.MetadataValue]:
    """What the materialization of one asset says."""
    (event,) = (
        event.step_materialization_data.materialization
        for event in night.runs[dump].get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(asset)
    )
    assert event.partition == dump
    return dict(event.metadata)


def numbers(night: Night, asset: str) -> dict[str, object]:
    """The plain numbers, which Dagster plots."""
    return {
        name: value.value
        for name, value in metadata(night, asset).items()
        if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue)
    }


def test_both_dumps_are_published(night: Night) -> None:
    for dump, result in night.runs.items():
        assert result.success
        for name in schema.PUBLISHED:
            assert (night.dagster.out / name / dump / "_manifest.json").is_file()


@pytest.mark.parametrize("name", schema.PUBLISHED)
def test_dagster_and_the_command_line_write_the_same_bytes(
    night: Night, example_corpus: Path, name: str
) -> None:
    by_hand = tree(example_corpus / name)
    assert any(path.endswith(".parquet") for path in by_hand)
    assert tree(night.dagster.out / name) == by_hand


def test_every_dataset_says_its_rows_columns_and_place(night: Night) -> None:
    for asset in (*STEPS, "documents", "rejected", "ledger", "duplicates"):
        about = metadata(night, asset)
        folder = Path(str(about["path"].value))
        manifest = json.loads((folder / "_manifest.json").read_text())
        assert about["dagster/row_count"].value == manifest["rows"]
        columns = about["dagster/column_schema"].value
        assert isinstance(columns, dg.TableSchema)
        assert all(column.description for column in columns.columns)


def test_the_dump_says_what_was_delivered(night: Night) -> None:
    found = metadata(night, "dump")
    assert found["files"].value == sum(path.is_file() for path in (EXAMPLES / DUMP).iterdir())
    assert found["path"].value == str(EXAMPLES / DUMP)
    assert found["mb"].value


def test_steps_count_what_they_keep_and_reject(night: Night) -> None:
    assert numbers(night, "raw_documents") | {"text_mb": 0} == {
        "dagster/row_count": 37,
        "kept": 31,
        "rejected": 6,
        "text_mb": 0,
    }
    assert numbers(night, "measured_documents")["kept"] == 30
    assert numbers(night, "near_duplicates") == {"dagster/row_count": 37, "exact": 2, "near": 3}
    assert numbers(night, "duplicates") == {
        "dagster/row_count": 5,
        "exact": 2,
        "near": 3,
        "clusters": 5,
        "largest_cluster": 3,
        "sources_losing": 0,
    }
    assert "| 3 | 1 | 0.825 |" in str(metadata(night, "duplicates")["largest_clusters"].value)
    assert numbers(night, "repeated_lines") == {"dagster/row_count": 0, "sites": 0}
    assert "| malformed | 3 |" in str(metadata(night, "raw_documents")["verdicts"].value)
    assert "| uk | 2 |" in str(metadata(night, "documents")["languages"].value)


def test_rejected_has_a_number_for_every_kind_of_verdict(night: Night) -> None:
    found = numbers(night, "rejected")
    assert found["rejected_duplicate"] == 5
    assert found["rejected_language"] == 0
    kinds = {name: found[f"rejected_{name}"] for name in schema.VERDICTS}
    assert sum(map(int, map(str, kinds.values()))) == found["dagster/row_count"]


def test_a_step_shows_the_rules_that_it_applied_with_examples(night: Night) -> None:
    documents = ("repaired_documents", "mended_documents", "stripped_documents")
    repaired, mended, stripped = (metadata(night, name) for name in documents)
    assert "| mojibake/utf-8-as-windows-1252 | 21 |" in str(repaired["top_rules"].value)
    assert "| typos/l-for-I | 3 |" in str(mended["top_rules"].value)
    assert "| Artificial lntelligence" in str(mended["edit_samples"].value)
    assert "| Artificial Intelligence" in str(mended["edit_samples"].value)
    assert "boilerplate" not in str(mended["top_rules"].value)
    assert "| boilerplate/photo-credit | 1 |" in str(stripped["top_rules"].value)
    assert "typos" not in str(stripped["edit_samples"].value)
    total = [numbers(night, name)["edits"] for name in documents]
    assert sum(map(int, map(str, total))) == numbers(night, "ledger")["edits"]


def test_every_expectation_is_recorded_for_the_dump(night: Night) -> None:
    for dump, result in night.runs.items():
        recorded = {
            (check.asset_key.to_user_string(), check.check_name, check.partition)
            for check in result.get_asset_check_evaluations()
        }
        assert recorded == {(ASSETS[d.suite], d.name, dump) for d in suites.declared()}
        assert all(
            check.passed
            for check in result.get_asset_check_evaluations()
            if check.severity == dg.AssetCheckSeverity.ERROR
        )


def test_a_check_speaks_about_the_materialization_of_its_own_run(night: Night) -> None:
    for result in night.runs.values():
        for check in result.get_asset_check_evaluations():
            assert check.target_materialization_data
            assert check.target_materialization_data.run_id == result.run_id


def test_the_report_is_a_page_and_numbers(night: Night) -> None:
    about = metadata(night, "expectation_report")
    page = Path(str(about["path"].value))
    assert page.suffix == ".html"
    assert DUMP in page.read_text("utf-8")
    assert json.loads(Path(str(about["json"].value)).read_text("utf-8"))
    assert about["expectations"].value == len(suites.declared())
    assert about["failed_errors"].value == 0
