"""A second run over a dump reads what has changed, and gives what a run from nothing gives."""

import hashlib
import os
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import run as steps
from pipeline import schema
from pipeline.cli import main
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Folder, Found
from pipeline.sources.settings import IngestSettings
from pipeline.steps import ingest as ingest_module
from pipeline.steps import repair as repair_module
from pipeline.store.dataset import MANIFEST, Dataset
from pipeline.underway import Run
from tests.conftest import publish, rows, tree

RECIPE = Recipe(ingest=IngestSettings(shard_bytes=4_000))
WORDS = ("harbour", "ferry", "late", "nobody", "at", "the", "quay", "knew", "when", "next", "come")


@dataclass(frozen=True)
class Noting(Folder):
    """A folder that notes which files are opened in another."""

    notes: Path = Path()

    def open(self, path: bytes) -> BufferedReader:
        (self.notes / f"{os.getpid()} {path.decode()}").touch()
        return super().open(path)


def letter(seed: int) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choices(WORDS, k=120)) + f", says letter {seed}.\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "more").mkdir(parents=True)
    for n in range(40):
        (folder / f"letter-{n:02}.txt").write_text(letter(n))
    (folder / "more" / "page.html").write_text(
        f"<html><body><article><p>{letter(900)}</p></article></body></html>"
    )
    return folder


def ingested(place: Folder, out: Path, recipe: Recipe = RECIPE, workers: int = 1) -> Dataset:
    with LocalEngine(workers) as engine:
        return steps.ingest(Run("d", place, out, recipe, engine))


def changed(raw: Path) -> None:
    (raw / "letter-07.txt").write_text(letter(107))
    (raw / "letter-21.txt").unlink()
    (raw / "letter-30.txt").rename(raw / "more" / "letter-30.txt")
    (raw / "a new one.txt").write_text(letter(200))
    os.utime(raw / "letter-10.txt", (0, 0))  # not a change


def published(out: Path) -> dict[str, bytes]:
    return {path: raw for path, raw in tree(out).items() if path.split("/")[0] in schema.PUBLISHED}


def test_a_second_run_gives_what_a_run_from_nothing_gives(raw: Path, tmp_path: Path) -> None:
    again, afresh = tmp_path / "again", tmp_path / "afresh"
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("[ingest]\nshard_bytes = 4000\n")

    def run(out: Path) -> None:
        words = ["run", str(raw), "--out", str(out), "--dump", "d", "--recipe", str(recipe)]
        assert main(words) == 0

    run(again)
    inodes = {p.stat().st_ino for p in (again / "_work").rglob("*.parquet")}
    changed(raw)
    run(again)
    kept = sum(p.stat().st_ino in inodes for p in (again / "_work").rglob("*.parquet"))
    assert kept > 10, "most shards were taken over"
    run(afresh)
    assert published(again) == published(afresh)
    assert len(rows(again, "documents")) + len(rows(again, "rejected")) == 41
    assert tree(again / "_work" / "d") == tree(afresh / "_work" / "d")


@pytest.mark.parametrize("workers", [1, 2])
def test_only_what_has_changed_is_read(
    raw: Path, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = steps.ingest_step.plan
    monkeypatch.setattr(
        steps.ingest_step, "plan", lambda place, settings: plan(Folder(place.root), settings)
    )

    def read(number: int) -> set[str]:
        """The files that were opened, but for their hash."""
        notes = tmp_path / f"notes-{number}"
        notes.mkdir()
        ingested(Noting(raw, notes=notes), tmp_path / "out", workers=workers)
        return {note.name.partition(" ")[2] for note in notes.iterdir()}

    shutil.rmtree(raw / "more")
    assert len(read(1)) == 40
    assert read(2) == set()
    (raw / "letter-07.txt").write_text(letter(107))
    third = read(3)
    assert "letter-07.txt" in third
    assert len(third) < 15, "its shard, and no more"
    (raw / "letter-07.txt").write_text(letter(7))
    assert "letter-07.txt" in read(4)


def test_repairs_are_taken_over_too(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def repaired(out: Path) -> Dataset:
        with LocalEngine() as engine:
            run = Run("d", Folder(raw), out, RECIPE, engine)
            steps.ingest(run)
            return steps.repair(run)

    first = repaired(tmp_path / "out")
    changed(raw)
    seen: list[int] = []
    real = repair_module.repair

    def counted(table: Any, *, recipe: Recipe) -> Iterator[Any]:
        seen.append(table.num_rows)
        return real(table, recipe=recipe)

    monkeypatch.setattr(steps, "repair_kernel", counted)
    second = repaired(tmp_path / "out")
    assert 4 <= sum(seen) < 30
    afresh = repaired(tmp_path / "afresh")
    assert tree(second.folder) == tree(afresh.folder)
    assert not first.folder.exists()


def test_another_recipe_for_later_steps_reads_nothing_again(raw: Path, tmp_path: Path) -> None:
    first = ingested(Folder(raw), tmp_path / "out")
    other = Recipe(ingest=RECIPE.ingest, typos=type(RECIPE.typos)(strength="off"))
    assert ingested(Folder(raw), tmp_path / "out", other).folder == first.folder
    larger = Recipe(ingest=IngestSettings(shard_bytes=8_000))
    assert ingested(Folder(raw), tmp_path / "out", larger).folder != first.folder


def damage_shard(folder: Path) -> None:
    path = sorted(folder.glob("*.parquet"))[3]
    path.write_bytes(path.read_bytes()[:-100])


def damage_manifest(folder: Path) -> None:
    path = folder / MANIFEST
    path.write_bytes(path.read_bytes()[:-100])


def lose_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def lose_shard(folder: Path) -> None:
    sorted(folder.glob("*.parquet"))[3].unlink()


@pytest.mark.parametrize("harm", [damage_shard, damage_manifest, lose_manifest, lose_shard])
def test_what_is_damaged_is_not_taken_over(
    raw: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    first = ingested(Folder(raw), tmp_path / "out")
    harm(first.folder)
    changed(raw)
    second = ingested(Folder(raw), tmp_path / "out")
    afresh = ingested(Folder(raw), tmp_path / "afresh")
    assert tree(second.folder) == tree(afresh.folder)
    assert [path.name for path in second.folder.parent.iterdir()] == [second.folder.name]


def test_without_links_all_is_read(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingested(Folder(raw), tmp_path / "out")
    changed(raw)

    def refuse(*_: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    second = ingested(Folder(raw), tmp_path / "out")
    assert tree(second.folder) == tree(ingested(Folder(raw), tmp_path / "afresh").folder)


@dataclass(frozen=True)
class Failing(Folder):
    """A folder, one of whose files cannot be read just now."""

    def open(self, path: bytes) -> BufferedReader:
        failing = self.root.parent / "failing"
        if failing.exists() and path.decode() == failing.read_text():
            raise OSError(5, "Input/output error")
        return super().open(path)

    def files(self) -> Iterator[Found]:
        """With hashes, so that the plan opens none."""
        for found in super().files():
            raw = (self.root / os.fsdecode(found.path)).read_bytes()
            yield Found(found.path, "", hashlib.sha256(raw).hexdigest(), len(raw))


def test_a_file_whose_reading_failed_is_read_again(raw: Path, tmp_path: Path) -> None:
    place = Failing(raw)
    (tmp_path / "failing").write_text("letter-07.txt")
    out = publish(place, tmp_path / "out", dump="d", recipe=RECIPE)
    (row,) = rows(out, "rejected")
    assert row["reason"] == "cannot be read from the start: Input/output error"
    once = ingested(place, out)
    assert once.fingerprint == ingested(place, out).fingerprint
    (tmp_path / "failing").write_text("letter-08.txt")
    publish(place, out, dump="d", recipe=RECIPE)
    assert [row["source"] for row in rows(out, "rejected")] == ["letter-08.txt"]
    (tmp_path / "failing").unlink()
    publish(place, out, dump="d", recipe=RECIPE)
    assert rows(out, "rejected") == []
    afresh = publish(Failing(raw), tmp_path / "afresh", dump="d", recipe=RECIPE)
    assert published(out) == published(afresh)


def test_each_part_that_cannot_be_read_is_a_record_of_its_own(tmp_path: Path) -> None:
    """An archive in parts that is gone when their turn comes: else their ids would be one."""
    (tmp_path / "raw").mkdir()
    with zipfile.ZipFile(tmp_path / "raw" / "all.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", f"Letter {number} never came.")
    place, settings = Failing(tmp_path / "raw"), IngestSettings(shard_bytes=16)
    planned = pa.concat_tables(ingest_module.plan(place, settings))
    (tmp_path / "failing").write_text("all.zip")
    tables = ingest_module.read(planned, place=place, dump="d", settings=settings)
    found = pa.concat_tables(tables).to_pylist()
    assert planned["start"].to_pylist() == [0, 1, 2]
    assert len({row["doc_id"] for row in found}) == 3
    assert {row["reason"] for row in found} == {"cannot be read from the start: Input/output error"}


def test_a_run_that_was_killed_while_it_took_over(raw: Path, tmp_path: Path) -> None:
    """What it left: some links, and the older dataset."""
    first = ingested(Folder(raw), tmp_path / "out")
    shutil.copytree(tmp_path / "out", tmp_path / "before")
    changed(raw)
    second = ingested(Folder(raw), tmp_path / "out")
    after = tree(second.folder)
    shutil.copytree(tmp_path / "before", tmp_path / "out", dirs_exist_ok=True)
    for path in sorted(second.folder.glob("*"))[::2]:
        path.unlink()
    assert first.folder.exists()
    again = ingested(Folder(raw), tmp_path / "out")
    assert tree(again.folder) == after
