"""What is dropped, for which document, and what never is, through all steps."""

import csv
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import run as steps
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import jaccard, shingle_sets
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.schema import PUBLISHED
from pipeline.sources.places.place import Folder
from pipeline.store.dataset import StoreError
from pipeline.underway import Run
from tests.conftest import EXAMPLES, publish, rows

WORDS = [
    "harbour",
    "tide",
    "lantern",
    "rope",
    "gull",
    "slate",
    "kettle",
    "bridge",
    "orchard",
    "ledger",
    "clock",
    "feather",
    "stone",
    "window",
    "garden",
    "thunder",
    "copper",
    "needle",
    "paper",
    "river",
    "candle",
    "barrel",
    "timber",
    "anchor",
    "meadow",
]


def sentence(seed: int, length: int = 60) -> str:
    """A text of its own for every seed."""
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def corpus(tmp_path: Path, texts: dict[str, str], recipe: Recipe | None = None) -> Path:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, text in texts.items():
        (raw / f"{name}.txt").write_text(text)
    return publish(raw, tmp_path / "out", recipe=recipe)


def published(out: Path) -> set[str]:
    return {Path(row["source"]).stem for row in rows(out, "documents")}


def fates(out: Path) -> dict[str, tuple[str, str]]:
    """source -> (verdict, source of the kept one)."""
    names = {
        row["doc_id"]: Path(row["source"]).stem
        for row in rows(out, "documents") + rows(out, "rejected")
    }
    return {
        names[row["doc_id"]]: (row["verdict"], names[row["kept_id"]])
        for row in rows(out, "duplicates")
    }


def test_a_chain_loses_its_middle_alone(example_corpus: Path) -> None:
    names = {row["source"] for row in rows(example_corpus, "documents", "2026-11-22")}
    assert {"chain-a.txt", "chain-c.txt"} <= names
    assert "chain-b.txt" not in names
    found = fates(example_corpus)["chain-b"]
    assert found == ("duplicate:near", "chain-a")


def test_a_copy_of_a_dropped_text_names_what_was_kept(tmp_path: Path) -> None:
    base = sentence(3, 200)
    near = base.replace("harbour", "haven", 1)
    out = corpus(tmp_path, {"a": base + " and more", "b": near, "c": near.upper()})
    assert published(out) == {"a"}
    assert fates(out) == {"b": ("duplicate:near", "a"), "c": ("duplicate:near", "a")}


def test_copies_of_what_an_earlier_dump_published_are_dropped_all(tmp_path: Path) -> None:
    """datatrove keeps three of four copies of a text that its index holds already."""
    out = tmp_path / "out"
    for day, copies in (("2026-01-01", 1), ("2026-01-02", 4)):
        raw = tmp_path / day
        raw.mkdir()
        for n in range(copies):
            (raw / f"{day}-{n}.txt").write_text(sentence(5, 120) + " again" * n)
        publish(raw, out)
    assert len(rows(out, "documents")) == 1
    (kept,) = rows(out, "documents", "2026-01-01")
    dropped = rows(out, "duplicates", "2026-01-02")
    assert [row["kept_id"] for row in dropped] == [kept["doc_id"]] * 4


def test_an_older_dump_that_comes_late_does_not_publish_a_text_twice(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for day in ("2026-01-02", "2026-01-01"):
        raw = tmp_path / day
        raw.mkdir()
        (raw / "a.txt").write_text(sentence(5, 120))
        publish(raw, out)
    assert [row["dump"] for row in rows(out, "documents")] == ["2026-01-02"]


def test_running_a_dump_again_changes_no_row(tmp_path: Path, example_corpus: Path) -> None:
    out = tmp_path / "corpus"
    shutil.copytree(example_corpus, out)
    before = {name: rows(out, name) for name in PUBLISHED}
    publish(EXAMPLES / "2026-11-21", out)
    assert {name: rows(out, name) for name in PUBLISHED} == before


@pytest.mark.parametrize(
    "first",
    [
        DedupSettings(bands=4, rows=2),
        DedupSettings(shingle_words=4),
        DedupSettings(near=False),
    ],
)
def test_dumps_made_by_other_settings_are_still_compared(
    first: DedupSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for day, text, settings in (
        ("2026-01-01", sentence(8, 300), first),
        ("2026-01-02", sentence(8, 300) + " again", DedupSettings()),
    ):
        raw = tmp_path / day
        raw.mkdir()
        (raw / "a.txt").write_text(text)
        publish(raw, out, recipe=replace(Recipe(), dedup=settings))
    assert rows(out, "documents", "2026-01-02") == []
    (dropped,) = rows(out, "duplicates", "2026-01-02")
    assert dropped["verdict"] == "duplicate:near"


def test_two_dumps_compared_with_the_same_corpus_are_not_both_published(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with LocalEngine() as engine:
        runs = []
        for day in ("2026-01-01", "2026-01-02"):
            raw = tmp_path / day
            raw.mkdir()
            (raw / "a.txt").write_text(sentence(9))
            run = Run(day, Folder(raw), out, Recipe(), engine)
            for step in (steps.ingest, *steps.CLEANING):
                step(run)
            runs.append((run, steps.publish(run)))
        steps.commit(*runs[0])
        with pytest.raises(StoreError, match="taken out while 2026-01-02 was looked at"):
            steps.commit(*runs[1])
    assert [row["dump"] for row in rows(out, "documents")] == ["2026-01-01"]


def test_a_template_of_many_texts_is_one_with_bounded_pairs(tmp_path: Path) -> None:
    base = sentence(4, 100)
    out = corpus(tmp_path, {f"n{n:03}": f"{base} number {n} of many" for n in range(120)})
    assert len(rows(out, "duplicates")) == 119
    assert len(published(out)) == 1
    assert all(row["jaccard"] >= 0.75 for row in rows(out, "duplicates"))


SWITCHES = [
    pytest.param(DedupSettings(exact=False, near=False), {"a", "b", "c"}, id="both off"),
    pytest.param(DedupSettings(near=False), {"a", "c"}, id="exact only"),
    pytest.param(DedupSettings(exact=False), {"a"}, id="near only"),
    pytest.param(DedupSettings(threshold=1.0), {"a", "c"}, id="a threshold of one"),
    pytest.param(DedupSettings(), {"a"}, id="both"),
]


@pytest.mark.parametrize(("settings", "kept"), SWITCHES)
def test_each_switch_does_what_its_name_says(
    settings: DedupSettings, kept: set[str], tmp_path: Path
) -> None:
    base = sentence(6, 150)
    texts = {
        "a": base + " and one more word",
        "b": (base + " and one more word").title(),
        "c": base,
    }
    out = corpus(tmp_path, texts, replace(Recipe(), dedup=settings))
    found = published(out)
    # Of two equal texts the smaller id is kept, whichever name that has.
    assert {"a" if name == "b" and "a" not in found else name for name in found} == kept


def test_every_dropped_document_is_alike_to_the_one_it_names(example_corpus: Path) -> None:
    texts: dict[str, Any] = {
        row["doc_id"]: row["text"]
        for row in rows(example_corpus, "documents") + rows(example_corpus, "rejected")
    }
    kept = {row["doc_id"] for row in rows(example_corpus, "documents")}
    found = rows(example_corpus, "duplicates")
    assert len(found) == 5
    for row in found:
        assert row["kept_id"] in kept
        pair = pa.array([texts[row[side]] for side in ("doc_id", "kept_id")])
        sets = shingle_sets(pair, DedupSettings())
        assert row["jaccard"] == pytest.approx(jaccard(*sets), abs=1e-6)
        assert row["jaccard"] >= 0.75


def test_real_near_duplicates(shared: Path, tmp_path: Path) -> None:
    """Debian copyright files with exact Jaccard gold over word 5-grams.

    What is dropped is alike to what it names, and hardly any alike pair is published.
    """
    folder = shared / "data" / "neardup"
    out = publish(folder / "debian-copyright", tmp_path / "out")
    kept = published(out)
    with (folder / "debian-copyright.pairs.tsv").open() as file:
        gold = list(csv.DictReader(file, delimiter="\t"))
    alike = [row for row in gold if float(row["jaccard_word5gram"]) >= 0.8]
    assert len(alike) > 100
    missed = [row for row in alike if row["doc_a"] in kept and row["doc_b"] in kept]
    assert len(missed) <= 0.02 * len(alike)
    assert all(row["jaccard"] >= 0.75 for row in rows(out, "duplicates"))


def test_signatures_of_an_older_version_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text(sentence(1))
    out = publish(tmp_path / "one", tmp_path / "out")
    for name in ("band_index", "document_index", "shingles"):
        manifest = json.loads((out / name / "one" / "_manifest.json").read_text())
        manifest["versions"]["signatures"] = "2"
        (out / name / "one" / "_manifest.json").write_text(json.dumps(manifest))
        for file in (out / name / "one").glob("*.parquet"):
            file.write_bytes(b"of another format")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "b.txt").write_text(sentence(1))
    publish(tmp_path / "two", out)
    (row,) = rows(out, "duplicates", "two")
    assert row["verdict"] == "duplicate:exact"
