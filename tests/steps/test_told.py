"""What cut lines say goes into metadata, and nothing that was there goes."""

import json
from typing import Any

import pyarrow as pa

from pipeline import schema
from pipeline.steps.told import with_told


def edit(stage: str, said: dict[str, str] | None) -> dict[str, Any]:
    evidence = json.dumps(said) if said else ""
    return {
        "stage": stage,
        "rule": "r",
        "start": 0,
        "before": "x",
        "after": "",
        "evidence": evidence,
    }


def test_authors_and_dates() -> None:
    rows = [
        ([edit("boilerplate", {"author": "Ann"}), edit("boilerplate", {"author": "Ben"})], {}),
        ([edit("boilerplate", {"published": "3. März 2024"})], {"author": "Cid"}),
        ([edit("boilerplate", {"author": "Dee"})], {"author": "Eve"}),
        ([edit("typos", {"author": "Fay"}), edit("boilerplate", None)], {"id": 7}),
        ([], {}),
    ]
    table = pa.table(
        {
            "edits": pa.array([edits for edits, _ in rows], pa.list_(schema.EDIT)),
            "metadata": [json.dumps(fields) for _, fields in rows],
            "language": ["en", "de", None, "en", "en"],
        }
    )
    found = with_told(table, "boilerplate")["metadata"].to_pylist()
    assert [json.loads(fields) for fields in found] == [
        {"author": "Ann"},
        {"published": "2024-03-03", "author": "Cid"},
        {"author": "Eve"},
        {"id": 7},
        {},
    ]


def test_nothing_said_nothing_touched() -> None:
    table = pa.table(
        {"edits": pa.array([[]], pa.list_(schema.EDIT)), "metadata": ["{}"], "language": ["en"]}
    )
    assert with_told(table, "boilerplate") is table
