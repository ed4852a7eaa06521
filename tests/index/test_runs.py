"""Runs and the index: new dumps are compared with it, and change no part but their own."""

import itertools
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import run as steps
from pipeline import totals as totals_of
from pipeline.dedup.settings import LONGEST, DedupSettings
from pipeline.engine.local import LocalEngine
from pipeline.index import making, parts
from pipeline.index.checking import problems
from pipeline.recipe import Recipe
from pipeline.schema import PUBLISHED
from pipeline.sources.places.place import Folder
from pipeline.sources.settings import IngestSettings
from pipeline.steps import deduplicate
from pipeline.store import commit as store_commit
from pipeline.store.dataset import MANIFEST, Dataset
from pipeline.underway import Run
from tests.conftest import ROOT, publish, rows, tree
from tests.index.corpora import part_of

A, B, C, D = (f"2026-01-0{day}" for day in range(1, 5))
TIDE = "The tide tables hang beside the door of the harbour office, and are read by all who sail."
SLATE = "A roof of slate lasts for two hundred years if none of its copper nails rust before that."
BELLS = "Three bells hang in the tower, and not one of them was rung by hand since the last war."
MORE = " Always."


def deliver(folder: Path, dump: str, texts: Mapping[str, str]) -> Path:
    raw = folder / "raw" / dump
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir(parents=True)
    for name, text in texts.items():
        (raw / name).write_text(text)
    return raw


def kept(out: Path, dump: str) -> set[str]:
    return {row["text"] for row in rows(out, "documents", dump)}


def of_dump(out: Path, dump: str) -> dict[str, Mapping[str, bytes]]:
    return {name: tree(out / name / dump) for name in PUBLISHED}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two published dumps in `out`; tests only read it."""
    folder = tmp_path_factory.mktemp("two")
    publish(deliver(folder, A, {"t.txt": TIDE, "s.txt": SLATE, "n.txt": "No"}), folder / "out")
    publish(deliver(folder, B, {"t.txt": TIDE + MORE, "b.txt": BELLS}), folder / "out")
    return folder


@pytest.fixture
def out(two: Path, tmp_path: Path) -> Path:
    return shutil.copytree(two / "out", tmp_path / "out")


def test_an_old_dump_that_comes_again_replaces_its_part_alone(out: Path, tmp_path: Path) -> None:
    before, files = of_dump(out, B), of_dump(out, A)
    other = replace(Recipe(), dedup=DedupSettings(bands=5, rows=4))
    with LocalEngine() as engine:
        parts.comparable_parts(out, (), other, engine)
    publish(deliver(tmp_path, A, {"t.txt": TIDE, "n.txt": "No"}), out)
    # What was made anew of its part, for that recipe, is no longer of use.
    assert [path.name for path in (out / "_work" / ".index").glob("2026*")] == [B]
    assert of_dump(out, B) == before
    assert of_dump(out, A)["band_index"] != files["band_index"]
    for dump in (A, B):
        assert list(problems(out, part_of(out, dump))) == []
    assert Dataset(out / "document_index" / A).rows == 2
    # What is no longer in the index may be published: nothing has this text now.
    publish(deliver(tmp_path, C, {"s.txt": SLATE}), out)
    assert kept(out, C) == {SLATE}


def test_a_removed_dump_is_back_when_it_is_run_again(two: Path, out: Path, tmp_path: Path) -> None:
    parts.remove(out, A)
    assert rows(out, "documents", A)
    publish(deliver(tmp_path, C, {"t.txt": TIDE}), out)
    assert kept(out, C) == {TIDE}

    publish(two / "raw" / A, out)
    assert parts.removed_dumps(out) == set()
    assert kept(out, A) == {SLATE, "No"}  # the index has the other text from a dump since then
    publish(deliver(tmp_path, D, {"s.txt": SLATE.upper(), "n.txt": "no"}), out)
    assert [row["verdict"] for row in rows(out, "duplicates", D)] == ["duplicate:exact"] * 2


def test_texts_of_a_removed_dump_are_no_fault_of_those_that_have_them_now(
    two: Path, out: Path, tmp_path: Path
) -> None:
    """Expectations ask whether a text is published twice; of what was taken out it may be."""
    raw = deliver(tmp_path, C, {"t.txt": TIDE})
    for removed, repeats in ((False, 0), (True, 0)):
        if removed:
            parts.remove(out, A)
        with LocalEngine() as engine:
            run = Run(C, Folder(raw), out, Recipe(), engine)
            for step in (steps.ingest, *steps.CLEANING):
                step(run)
            totals = totals_of.candidate_totals(run, steps.publish(run))
        assert totals["texts_in_other_dumps"] == repeats
        assert totals["documents"] == (1 if removed else 0)
        assert totals["kept_missing"] == 0


NO_ROWS = [
    pytest.param({"head.csv": "text\n"}, id="no record at all"),
    pytest.param({"a.csv": "text\n", "t.txt": TIDE}, id="a shard without rows before another"),
    pytest.param({"t.txt": TIDE, "z.csv": "text\n"}, id="and after it"),
    pytest.param({"t.txt": TIDE.title(), "n.txt": "no"}, id="all are duplicates"),
    pytest.param({"h.txt": "Hm", "y.txt": "Yes"}, id="all are shorter than a shingle"),
]


@pytest.mark.parametrize("texts", NO_ROWS)
def test_dumps_that_add_little_to_the_index(
    texts: dict[str, str], out: Path, tmp_path: Path
) -> None:
    raw = deliver(tmp_path, C, texts)
    publish(raw, out, recipe=replace(Recipe(), ingest=IngestSettings(shard_bytes=1)))
    fresh = {text for name, text in texts.items() if name in ("h.txt", "y.txt")}
    assert kept(out, C) == fresh
    assert Dataset(out / "document_index" / C).rows == len(fresh)
    assert list(problems(out, part_of(out, C))) == []


def test_however_little_memory_there_is_the_answer_is_the_same(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"{n}.txt": f"{TIDE} {SLATE} {n}" for n in range(4)} | {"b.txt": BELLS + MORE}
    raw = deliver(tmp_path, C, texts | {"n.txt": "NO"})
    much = publish(raw, shutil.copytree(two / "out", tmp_path / "much"))
    for module in (making, deduplicate):
        monkeypatch.setattr(module, "partition_bytes", lambda _: 1000)
    little = publish(raw, shutil.copytree(two / "out", tmp_path / "little"))
    for name in PUBLISHED:
        assert rows(much, name, C) == rows(little, name, C)
    files = [len(Dataset(out / "band_index" / C).paths) for out in (much, little)]
    assert files[0] == 1 < files[1]
    assert list(problems(little, part_of(little, C))) == []


# --- several dumps that are new together


class Crash(Exception):
    """In place of a death."""


def crashing_at(swap: int) -> Callable[[Path, Path], None]:
    """What swaps folders, but for the last time before that one."""
    real, left = store_commit._swap, itertools.count(swap - 1, -1)

    def swap_or_crash(candidate: Path, live: Path) -> None:
        if not next(left):
            raise Crash
        real(candidate, live)

    return swap_or_crash


def together(out: Path, dumps: Sequence[Path], recipe: Recipe) -> Path:
    """Publish them as one `hygiene run` does, expectations aside."""
    with LocalEngine() as engine:
        names = tuple(raw.name for raw in dumps)
        runs = [Run(raw.name, Folder(raw), out, recipe, engine, names) for raw in dumps]
        for step in (steps.ingest, *steps.CLEANING):
            for run in runs:
                step(run)
        steps.commit_together([(run, steps.publish(run)) for run in runs])
    return out


def test_dumps_that_are_new_together_are_decided_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever is listed first; and where no dump counts, as if they were one.

    And all of them are published or none, though the process dies between one and the next: else a
    text would be gone that one dump has lost to the other.
    """
    recipe = replace(Recipe(), dedup=DedupSettings(keep=LONGEST))
    first = deliver(tmp_path, A, {"t.txt": TIDE, "s.txt": SLATE + MORE, "n.txt": "No"})
    later = deliver(tmp_path, B, {"t.txt": TIDE + MORE, "s.txt": SLATE, "b.txt": BELLS})
    one = together(tmp_path / "one", [first, later], recipe)
    with monkeypatch.context() as patched:
        patched.setattr(store_commit, "_swap", crashing_at(len(PUBLISHED) + 3))
        with pytest.raises(Crash):
            together(tmp_path / "other", [later, first], recipe)
    other = tmp_path / "other"
    there = {name for name in PUBLISHED if (other / name / A).is_dir()}
    assert 0 < len(there) < len(PUBLISHED)
    store_commit.finish_all(other)
    for name in PUBLISHED:
        assert tree(one / name) == tree(other / name)
    assert kept(one, A) == {SLATE + MORE, "No"}
    assert kept(one, B) == {TIDE + MORE, BELLS}
    (dropped,) = rows(one, "duplicates", A)
    assert dropped["kept_id"] in {row["doc_id"] for row in rows(one, "documents", B)}

    both = tmp_path / "raw" / "both"
    both.mkdir()
    for raw in (first, later):
        for path in raw.iterdir():
            shutil.copy(path, both / f"{raw.name}-{path.name}")
    assert kept(publish(both, tmp_path / "as-one", recipe=recipe), "both") == {
        *kept(one, A),
        *kept(one, B),
    }


# --- a crash

# As `hygiene run` publishes, without the seconds that importing expectations takes.
KILLED = """
import sys
from pathlib import Path
from tests.conftest import publish
from tests.killed import kill_at
kill_at("exchange")
publish(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_run_that_is_killed_while_it_publishes_is_finished_by_another_dumps(
    two: Path, out: Path, tmp_path: Path
) -> None:
    whole = shutil.copytree(out, tmp_path / "whole")
    again = deliver(tmp_path, B, {"b.txt": BELLS + MORE})
    publish(again, whole)
    killed = subprocess.run([sys.executable, "-c", KILLED, again, out], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert (out / "_work" / B / "commit.json").is_file()
    for name in PUBLISHED:  # each is whole, old or new; and some are old
        manifest = json.loads((out / name / B / MANIFEST).read_bytes())
        assert manifest["rows"] == len(rows(out, name, B))
    assert of_dump(out, B) != of_dump(whole, B)

    publish(deliver(tmp_path, C, {"b.txt": BELLS.title() + MORE}), out)
    assert of_dump(out, B) == of_dump(whole, B)
    assert kept(out, C) == set()  # compared with what was rolled forward
    (row,) = rows(out, "duplicates", C)
    assert row["verdict"] == "duplicate:exact"
