"""Dumps in an object store: seen, run and shown as those in a folder."""

from pathlib import Path

import dagster as dg
import pytest

from assets.corpus import Corpus
from tests.assets.conftest import Dagster, message
from tests.assets.test_automation import at_night, tick
from tests.conftest import EXAMPLES, rows
from tests.stores import s3

DUMP = "2026-11-21"


def test_a_dump_in_a_store_is_seen_and_run(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3(monkeypatch) as store:
        store.mkdir("nightly")
        for path in (EXAMPLES / DUMP).iterdir():
            store.pipe_file(f"nightly/raw/{DUMP}/{path.name}", path.read_bytes())
        raw = "s3://nightly/raw"
        waiting = tick(raw)
        assert f"Still arriving: {DUMP}" in (waiting.skip_message or "")
        store.pipe_file(f"nightly/raw/{DUMP}/_SUCCESS", b"")
        landed = tick(raw, waiting.cursor)
        assert [request.partition_key for request in landed.run_requests] == [DUMP]
        assert "As they were" in (tick(raw, landed.cursor).skip_message or "")
        (request,) = at_night(raw, "2026-11-22").run_requests
        assert request.partition_key == DUMP
        assert f"no folder {raw}/2026-11-20" in (at_night(raw, "2026-11-21").skip_message or "")

        dagster = Dagster(instance, Corpus(raw=raw, out=str(tmp_path / "out")))
        result = dagster.run(DUMP)
        assert result.success
        (shown,) = [
            event.materialization.metadata["path"].value
            for event in result.get_asset_materialization_events()
            if event.asset_key == dg.AssetKey("dump")
        ]
        assert shown == f"{raw}/{DUMP}"
        assert rows(dagster.out, "documents")

        gone = dagster.run("2026-11-20")
        assert not gone.success
        assert f"{raw}/2026-11-20" in message(gone)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("s3://me:word@bucket/raw", "a name or a password"),
        ("https://host/raw", "web servers do not say what is in a folder"),
        ("gs://bucket/raw", r'pip install "corpus-hygiene[gcs]"'),
    ],
)
def test_a_place_that_cannot_be_listed_is_told(
    raw: str, words: str, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    told = [
        tick(raw).skip_message or "",
        at_night(raw, "2026-11-22").skip_message or "",
        message(Dagster(instance, Corpus(raw=raw, out=str(tmp_path / "out"))).run(DUMP)),
    ]
    for each in told:
        assert words in each
        assert "word@" not in each
