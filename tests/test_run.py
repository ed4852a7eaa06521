"""The invariants: nothing lost, reversible, deterministic, whole or not at all, constant memory."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline import provenance
from pipeline import run as steps
from pipeline.dedup.settings import DedupSettings
from pipeline.document import Edit, restore
from pipeline.recipe import Recipe
from pipeline.schema import PUBLISHED, VERDICTS
from pipeline.sources.settings import IngestSettings
from pipeline.steps.ingest import decoded_hash
from tests.conftest import EXAMPLES, ROOT, publish, rows, tree

SMALL_SHARDS = replace(Recipe(), ingest=IngestSettings(shard_bytes=4000))


def datasets(out: Path) -> Mapping[str, bytes]:
    """Everything that readers see."""
    return {name: data for name, data in tree(out).items() if name.split("/")[0] in PUBLISHED}


# --- nothing lost


def test_every_record_is_published_or_rejected_once(example_corpus: Path) -> None:
    for dump, records in (("2026-11-21", 8), ("2026-11-22", 37)):
        published = [row["doc_id"] for row in rows(example_corpus, "documents", dump)]
        rejected = [row["doc_id"] for row in rows(example_corpus, "rejected", dump)]
        assert len(published) + len(rejected) == records
        assert len({*published, *rejected}) == records


def test_every_planned_file_has_its_fate(example_corpus: Path) -> None:
    sources = {
        row["source"] for name in ("documents", "rejected") for row in rows(example_corpus, name)
    }
    files = {
        path.relative_to(dump).as_posix() for dump in EXAMPLES.iterdir() for path in dump.rglob("*")
    }
    assert sources == files


EXPECTED_VERDICTS = {
    ("empty.txt", 1): "empty",
    ("binary-sensor.txt", 1): "undecodable",
    ("harbour.bin", 0): "unreadable",
    ("village.jsonl", 2): "malformed",
    ("village.jsonl", 3): "undecodable",
    ("village.jsonl", 4): "malformed",
    ("village.jsonl", 5): "malformed",
    ("exact-clocks.jsonl.gz", 2): "duplicate:exact",
    ("near-seeds.jsonl.zst", 2): "duplicate:near",
    ("coast.parquet", 1): "duplicate:exact",
    ("coast.parquet", 2): "duplicate:near",
    ("chain-b.txt", 1): "duplicate:near",
}


def test_the_example_dump_meets_its_readme(example_corpus: Path) -> None:
    found = rows(example_corpus, "rejected")
    assert {(row["source"], row["record"]): row["verdict"] for row in found} == EXPECTED_VERDICTS
    assert all(row["reason"] for row in found)
    assert all(row["verdict"].split(":")[0] in VERDICTS for row in found)
    texts = {row["source"]: row["text"] for row in rows(example_corpus, "documents")}
    assert "Artificial Intelligence" in texts["typos-robotics.txt"]
    assert "lntelligence" not in texts["typos-robotics.txt"]
    assert "Leave a Reply" not in texts["comment-form-bees.txt"]
    assert "Leave a reply at the desk and the porter will carry it up." in texts["keep-porter.txt"]
    assert "Getty" not in texts["photo-share-market.txt"]
    assert "bibliothèque" in texts["mojibake-twice-library.txt"]
    assert "café" in texts["mojibake-once-cafe.txt"]
    assert "\x00" not in texts["crlf-control-ferry.txt"]
    assert "\r" not in texts["crlf-control-ferry.txt"]


# --- reversible


def test_every_text_can_be_turned_back(example_corpus: Path) -> None:
    ledger: dict[str, list[dict[str, object]]] = {}
    for row in rows(example_corpus, "ledger"):
        ledger.setdefault(row["doc_id"], []).append(row)
    checked = 0
    for row in rows(example_corpus, "documents") + rows(example_corpus, "rejected"):
        if row["text"] is None:
            continue
        mine = ledger.get(row["doc_id"], [])
        assert (
            [edit["position"] for edit in mine]
            == list(range(len(mine)))
            == list(range(row["edit_count"]))
        )
        edits = [Edit(*(edit[name] for name in Edit.__slots__)) for edit in mine]  # type: ignore[arg-type]
        original = restore(row["text"], edits)
        assert decoded_hash(original) == row["decoded_hash"]
        assert row["reversible"]
        checked += 1
        if row["source"].endswith((".txt", ".md")):
            raw = (EXAMPLES / row["dump"] / row["source"]).read_bytes()
            mark = "\ufeff" if row["byte_order_mark"] else ""
            assert (mark + original).encode(row["encoding"]) == raw
    assert checked > 30


# --- deterministic

# Of the examples' (source, record, doc_id). An id is known to others, so that it outlives releases.
EXAMPLE_IDS = "d8352a08dfb084fe1c28b6f494dd8f7add99f1b3a0da53543a269127319ea86c"


def test_ids_are_the_same_with_every_python(example_corpus: Path) -> None:
    found = sorted(
        (row["source"], row["record"], row["doc_id"])
        for name in ("documents", "rejected")
        for row in rows(example_corpus, name)
    )
    assert hashlib.sha256(json.dumps(found).encode()).hexdigest() == EXAMPLE_IDS


def test_workers_and_the_order_of_files_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = DedupSettings(passages=True, passage_words=3, passage_documents=2)
    recipe = replace(SMALL_SHARDS, dedup=passages)  # every step has something to do
    for name, workers in (("one", 1), ("two", 2)):
        for dump in sorted(EXAMPLES.iterdir()):
            publish(dump, tmp_path / name, recipe=recipe, workers=workers)
    assert len(list((tmp_path / "one/documents/2026-11-22").glob("*.parquet"))) > 3
    assert "passages" in {row["stage"] for row in rows(tmp_path / "one", "ledger")}
    assert datasets(tmp_path / "one") == datasets(tmp_path / "two")

    # The same files, created in another order and listed in yet another.
    real = os.scandir
    for dump in sorted(EXAMPLES.iterdir()):
        copy = tmp_path / "copy" / dump.name
        copy.mkdir(parents=True)
        files = list(dump.iterdir())
        random.Random(7).shuffle(files)
        for file in files:
            shutil.copy(file, copy / file.name)

    class Shuffled:
        def __init__(self, path: str) -> None:
            self._entries = list(real(path))[::-1]

        def __enter__(self) -> list[os.DirEntry[str]]:
            return self._entries

        def __exit__(self, *_: object) -> None: ...

        def __iter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self._entries)  # as `pathlib` of Python 3.12 goes through them

    monkeypatch.setattr(os, "scandir", Shuffled)
    for dump in sorted((tmp_path / "copy").glob("*")):
        publish(dump, tmp_path / "three", recipe=recipe)
    assert datasets(tmp_path / "one") == datasets(tmp_path / "three")


def test_shards_change_no_row(example_corpus: Path, tmp_path: Path) -> None:
    for dump in sorted(EXAMPLES.iterdir()):
        publish(dump, tmp_path, recipe=SMALL_SHARDS)
    for name in PUBLISHED:
        found, expected = rows(tmp_path, name), rows(example_corpus, name)
        if name == "document_index":  # which says in which shard shingles are
            found, expected = [*map(_elsewhere, found)], [*map(_elsewhere, expected)]
        assert found == expected


def _elsewhere(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"shard": None, "start": None}


# --- whole or not at all

POINTS = [
    pytest.param("raw_documents", id="while the first shard of documents is put in its place"),
    pytest.param("repaired_documents/", id="while repaired documents are written"),
    pytest.param("near_duplicates_passes", id="while duplicates are looked for"),
    pytest.param("commit.json", id="before the commit is written down"),
    pytest.param("exchange", id="in the middle of the commit"),
]


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "tests.killed", *map(str, words)]


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two deliveries of a dump, the second in place of the first; nobody killed anything."""
    folder = tmp_path_factory.mktemp("never-killed")
    deliver(folder, second=False)
    subprocess.run(
        command("(nowhere)", "run", folder / "raw", "--out", folder / "out"), check=True, cwd=ROOT
    )
    shutil.copytree(folder / "out", folder / "first")
    deliver(folder, second=True)
    subprocess.run(
        command("(nowhere)", "run", folder / "raw", "--out", folder / "out"), check=True, cwd=ROOT
    )
    return folder


def deliver(folder: Path, *, second: bool) -> None:
    shutil.rmtree(folder / "raw", ignore_errors=True)
    shutil.copytree(EXAMPLES / ("2026-11-22" if second else "2026-11-21"), folder / "raw")


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_leaves_the_last_good_and_ends_the_same(
    point: str, never_killed: Path, tmp_path: Path
) -> None:
    shutil.copytree(never_killed / "first", tmp_path / "out")
    deliver(tmp_path, second=True)
    words = ("run", tmp_path / "raw", "--out", tmp_path / "out")
    killed = subprocess.run(command(point, *words), cwd=ROOT, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    if point != "exchange":
        assert datasets(tmp_path / "out") == datasets(never_killed / "first")
    for name in PUBLISHED:  # every dataset is whole, old or new
        manifest = json.loads((tmp_path / "out" / name / "raw" / "_manifest.json").read_bytes())
        assert manifest["rows"] == len(rows(tmp_path / "out", name))
    again = subprocess.run(command("(nowhere)", *words), cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert tree(tmp_path / "out") == tree(never_killed / "out")


def test_a_restart_does_only_what_is_missing(tmp_path: Path) -> None:
    raw = EXAMPLES / "2026-11-22"
    killed = subprocess.run(
        command("near_duplicates_passes", "run", raw, "--out", tmp_path),
        cwd=ROOT,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL
    work = tmp_path / "_work" / "2026-11-22" / "measured_documents"
    before = {path: path.stat().st_mtime_ns for path in work.rglob("*.parquet")}
    assert before
    publish(raw, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in work.rglob("*.parquet")} == before


# --- input that changed is seen by its content


def test_a_changed_file_of_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text("The first delivery says one thing.")
    stamp = (raw / "a.txt").stat()
    publish(raw, tmp_path / "out")
    (raw / "a.txt").write_text("The later delivery says another...")
    os.utime(raw / "a.txt", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    (raw / "b.txt").write_text("And one more file has come since then.")
    publish(raw, tmp_path / "out")
    assert [row["text"][:9] for row in rows(tmp_path / "out", "documents")] == [
        "The later",
        "And one m",
    ]


def test_a_file_that_vanishes_is_a_rejected_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("a", "b"):
        (raw / f"{name}.txt").write_text(f"File {name} was here when the dump was listed.")
    planned = steps.ingest_step.plan

    def plan_then_remove(*arguments: object) -> object:
        found = planned(*arguments)  # type: ignore[arg-type]
        (raw / "a.txt").unlink()
        return found

    monkeypatch.setattr(steps.ingest_step, "plan", plan_then_remove)
    out = publish(raw, tmp_path / "out")
    assert [row["source"] for row in rows(out, "documents")] == ["b.txt"]
    (gone,) = rows(out, "rejected")
    assert (gone["source"], gone["verdict"]) == ("a.txt", "unreadable")
    assert "No such file" in gone["reason"]


# --- one failing document costs itself alone


def test_a_document_that_a_stage_fails_on_is_rejected_with_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ftfy

    real = ftfy.fix_and_explain

    def fails_on(text: str, config: ftfy.TextFixerConfig) -> ftfy.ExplainedText:
        if "strange" in text:
            raise RecursionError("too strange")
        return real(text, config)

    monkeypatch.setattr(ftfy, "fix_and_explain", fails_on)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "good.txt").write_text("It\u00e2\u20ac\u2122s a good text.")
    (raw / "strange.txt").write_text("A strange text, tr\u00c3\u00a8s \u00c3\u00a9trange.")
    out = publish(raw, tmp_path / "out")
    assert [row["text"] for row in rows(out, "documents")] == ["It’s a good text."]
    (row,) = rows(out, "rejected")
    assert (row["verdict"], row["reason"]) == ("failed:mojibake", "RecursionError: too strange")
    assert row["text"] == "A strange text, tr\u00c3\u00a8s \u00c3\u00a9trange."


# --- constant memory

_PEAK = """
import sys
from pathlib import Path
from tests.conftest import publish
from tests.memory import peak
if __name__ == "__main__":
    publish(Path(sys.argv[1]), Path(sys.argv[2]))
    print(peak())
"""


def peak_megabytes(tmp_path: Path, megabytes: int) -> float:
    raw = tmp_path / f"raw-{megabytes}"
    raw.mkdir()
    chooser = random.Random(megabytes)
    words = [f"w{n:x}" for n in range(5000)]
    with (raw / "big.jsonl").open("w") as file:
        for _ in range(megabytes * 2):
            text = " ".join(chooser.choices(words, k=100_000))
            file.write(json.dumps({"text": text}) + "\n")
    script = tmp_path / "peak.py"
    script.write_text(_PEAK)
    done = subprocess.run(
        [sys.executable, script, raw, tmp_path / f"out-{megabytes}"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def test_memory_does_not_grow_with_the_dump(tmp_path: Path) -> None:
    """Batches are full from 20 MB on: 630 MB are held then, and 690 MB for eight times as much."""
    small, large = peak_megabytes(tmp_path, 20), peak_megabytes(tmp_path, 40)
    assert large < 1.25 * small, f"{small:.0f} MB for 20 MB, {large:.0f} MB for 40 MB"


# --- what plain readers see


def test_published_files_have_the_schema_with_its_meanings(example_corpus: Path) -> None:
    for name, schema in PUBLISHED.items():
        for file in (example_corpus / name).glob("**/*.parquet"):
            found = pq.read_schema(file)
            assert found.equals(schema)
            assert all(found.field(n).metadata == schema.field(n).metadata for n in schema.names)
            groups = pq.ParquetFile(file).metadata
            packed = {
                groups.row_group(n).column(0).compression for n in range(groups.num_row_groups)
            }
            flat = name in ("band_index", "document_index", "shingles")
            assert packed <= {"UNCOMPRESSED" if flat else "ZSTD"}


def test_manifests_name_what_is_there(example_corpus: Path) -> None:
    for path in example_corpus.glob("*/*/_manifest.json"):
        manifest = json.loads(path.read_bytes())
        files = {file.name for file in path.parent.glob("*.parquet")}
        assert {file["name"] for file in manifest["files"]} == files
        assert manifest["dataset"] == path.parent.parent.name
        assert manifest["recipe"]["dedup"]["threshold"] == 0.75
        assert "ftfy" in manifest["versions"]


@pytest.mark.parametrize(
    "name", ["steps/measure.py", "measures/languages.toml", "decode/letters.npz"]
)
def test_datasets_are_known_by_code_and_tables(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "pipeline"
    for made in ("steps/measure.py", "measures/languages.toml", "decode/letters.npz", "cli.py"):
        (code / made).parent.mkdir(parents=True, exist_ok=True)
        (code / made).write_text("one")
    monkeypatch.setattr(provenance, "_CODE", code)
    fingerprint = provenance.code_fingerprint.__wrapped__
    before = fingerprint()
    (code / "cli.py").write_text("what only shows")
    assert fingerprint() == before
    (code / name).write_text("two")
    assert fingerprint() != before


def test_every_file_of_the_pipeline_is_part_of_that_or_only_shows() -> None:
    code = ROOT / "pipeline"
    for path in code.rglob("*"):
        inside = path.relative_to(code)
        if path.is_file() and "__pycache__" not in inside.parts:
            known = any(path.match(kind) for kind in provenance._MAKES)
            assert known or inside.parts[0] in provenance._SHOWS, inside
