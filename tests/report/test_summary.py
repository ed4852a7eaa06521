"""A dataset in numbers and examples."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline import schema
from pipeline.document import Edit
from pipeline.report.summary import rules_of, sample_edits, shorten, summarise, touched_by
from pipeline.store.dataset import Dataset, Provenance, Target, write_shard
from tests.report.conftest import Case


def dataset(folder: Path, documents: list[tuple[str, list[Edit]]]) -> Dataset:
    """A dataset of texts with their edits."""
    columns = pa.schema([schema.RAW.field(name) for name in ("doc_id", "text", "edits")])
    rows: list[dict[str, Any]] = [
        {
            "doc_id": str(at),
            "text": text,
            "edits": [{name: getattr(edit, name) for name in Edit.__slots__} for edit in edits],
        }
        for at, (text, edits) in enumerate(documents)
    ]
    target = Target(folder, columns, Provenance("texts", "day", "print", "{}", ()))
    return target.finish(
        write_shard(folder / f"part-{at}.parquet", columns, [pa.Table.from_pylist([row], columns)])
        for at, row in enumerate(rows)
    )


TYPO = Edit("typos", "l-for-I", 2, "ln", "In")
BLANK = Edit("characters", "trailing-blank", 4, " ", "")


def test_a_rule_touches_a_document_once_however_often_it_edits_it(tmp_path: Path) -> None:
    twice = [TYPO, Edit("typos", "l-for-I", 6, "ln", "In")]
    made = dataset(tmp_path, [("a In, In", twice), ("no edits", []), ("a In", [BLANK, TYPO])])
    assert touched_by(made) == Counter(
        {("typos", "l-for-I"): 2, ("characters", "trailing-blank"): 1}
    )
    assert summarise(made).rules == Counter(
        {("typos", "l-for-I"): 3, ("characters", "trailing-blank"): 1}
    )


def test_samples_show_the_text_as_the_stage_found_it(tmp_path: Path) -> None:
    made = dataset(tmp_path, [("a In", [BLANK, TYPO])])
    blank, typo = sample_edits(made, 1)
    assert (blank.left, blank.before, blank.after, blank.right) == ("a ln", " ", "", "")
    assert (typo.left, typo.before, typo.after, typo.right) == ("a ", "ln", "In", "")
    assert [sample.stage for sample in sample_edits(made, 1, stages=["typos"])] == ["typos"]


def test_a_ledger_that_does_not_fit_its_text_is_sampled_without_context(tmp_path: Path) -> None:
    made = dataset(tmp_path, [("something else", [TYPO])])
    (sample,) = sample_edits(made, 1)
    assert (sample.left, sample.before, sample.after, sample.right) == ("", "ln", "In", "")


def test_summaries_count_bytes_and_verdicts(example: Case) -> None:
    raw = summarise(example.run.dataset("raw_documents"))
    texts = example.run.dataset("raw_documents").table(["text"])["text"].to_pylist()
    assert raw.text_bytes == sum(len((text or "").encode()) for text in texts)
    assert raw.verdicts == Counter(keep=31, malformed=3, undecodable=2, unreadable=1)
    measured = example.run.dataset("measured_documents")
    assert rules_of(example.candidate["ledger"]) == summarise(measured).rules


def test_a_long_text_keeps_both_ends() -> None:
    assert shorten("a" * 160) == "a" * 160
    short = shorten("a" * 500 + "z")
    assert len(short) <= 160
    assert short.startswith("aaa")
    assert short.endswith("z")
