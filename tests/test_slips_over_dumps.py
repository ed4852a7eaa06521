"""The corpus as a witness, in whole runs: what dumps use, what the recipe says, the review."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.recipe import Recipe, parse
from tests.conftest import publish, rows

OLD = [
    f"The {place} of the old town was lit by a Quillmark lamp, and the Quillmark lamp was bright, "
    f"though nobody in the {place} knew who had put it there or what the oil had cost them."
    for place in ("harbour", "market", "station", "library", "bakery", "theatre")
]
NEW = (
    "In the evening the keeper carried another QuiIImark lamp up the stairs of the tower, and the "
    "govemment of the island paid for the oil, as it had always done in the years before."
)


def deliver(folder: Path, texts: list[str]) -> Path:
    folder.mkdir(parents=True)
    lines = (json.dumps({"text": text}) + "\n" for text in texts)
    (folder / "texts.jsonl").write_text("".join(lines), "utf-8")
    return folder


@pytest.fixture
def dumps(tmp_path: Path) -> tuple[Path, Path]:
    return deliver(tmp_path / "2026-01-01", OLD), deliver(tmp_path / "2026-01-02", [NEW])


def text_of(out: Path) -> str:
    (row,) = rows(out, "documents", "2026-01-02")
    return str(row["text"])


def test_words_of_earlier_dumps_bear_witness(dumps: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = dumps
    alone = publish(new, tmp_path / "alone")
    assert "QuiIImark" in text_of(alone)
    assert "government" in text_of(alone), "the word list knows this one"

    both = publish(new, publish(old, tmp_path / "both"))
    assert "Quillmark lamp up" in text_of(both)
    used = {row["word"]: row["documents"] for row in rows(both, "word_counts", "2026-01-01")}
    assert used["Quillmark"] == len(OLD)
    assert used[""] == len(OLD), "the row of all documents"


def test_what_the_recipe_says_of_slips(dumps: tuple[Path, Path], tmp_path: Path) -> None:
    _, new = dumps
    settings = {
        "off": {"strength": "off"},
        "allow": {"allow": ["Quillmark"]},
        "deny": {"deny": ["govemment"]},
    }
    texts = {
        name: text_of(publish(new, tmp_path / name, recipe=parse({"typos": table})))
        for name, table in settings.items()
    }
    assert texts["off"] == NEW
    assert rows(tmp_path / "off", "word_counts") == []
    assert "Quillmark lamp up" in texts["allow"]
    assert "govemment" in texts["deny"]


def test_workers_and_shards_change_no_slip(dumps: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = dumps
    small = replace(Recipe(), ingest=replace(Recipe().ingest, shard_bytes=300))
    made = []
    for name, workers in (("one", 1), ("two", 2)):
        out = publish(old, tmp_path / name, recipe=small, workers=workers)
        publish(new, out, recipe=small, workers=workers)
        made.append([rows(out, dataset) for dataset in ("documents", "ledger", "word_counts")])
    assert made[0] == made[1]


def test_repairs_are_listed_for_review(
    dumps: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = dumps
    out = publish(new, publish(old, tmp_path / "out"))
    assert main(["typos", "2026-01-02", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "1 × govemment → government" in shown
    assert "1 × QuiIImark → Quillmark" in shown
    assert "[QuiIImark] lamp up the stairs" in shown
    assert "2 different repairs. To keep a word as it stands, add it to `deny` in [typos]." in shown
    assert main(["typos", "2026-01-02", "--out", str(out), "--limit", "1"]) == 0
    assert "2 different repairs, 1 of them shown" in capsys.readouterr().out
    assert main(["typos", "2026-01-01", "--out", str(out)]) == 0
    assert "0 different repairs" in capsys.readouterr().out
    assert main(["typos", "2020-01-01", "--out", str(out)]) == 2
    assert "has no dump 2020-01-01: there are 2026-01-01, 2026-01-02" in capsys.readouterr().err
