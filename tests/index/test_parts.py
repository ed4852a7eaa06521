"""Which parts can be compared, and how they are made anew, taken out and put back."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.dedup.settings import BY_THRESHOLD, DedupSettings
from pipeline.dedup.signatures import FORMAT
from pipeline.engine.local import LocalEngine
from pipeline.index import parts
from pipeline.index.checking import problems
from pipeline.index.making import DATASETS
from pipeline.recipe import Recipe
from pipeline.store import commit as store_commit
from pipeline.store.dataset import MANIFEST, Dataset, StoreError
from tests.conftest import tree
from tests.index.corpora import folders, part_of, published, texts_of

TEXTS = {
    "tide": "The tide tables hang beside the door of the harbour office, and are read each day.",
    "yes": "Yes",
    "none": "Hm",
    "bells": "Three bells in the tower, and not one of them is rung by hand since the spring.",
}
OTHERS = {"slate": "A roof of slate lasts for two hundred years if its nails do not rust before."}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dumps in the index; tests only read it."""
    out = tmp_path_factory.mktemp("index") / "out"
    published(out, "2026-01-01", TEXTS)
    published(out, "2026-01-02", OTHERS)
    return out


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "out")


def recipe(**settings: object) -> Recipe:
    return replace(Recipe(), dedup=DedupSettings(**settings))  # type: ignore[arg-type]


def state(out: Path, dump: str = "2026-01-01", **settings: object) -> parts.State:
    return parts.state_of(part_of(out, dump), recipe(**settings).dedup)


STALE = [
    pytest.param({}, "", id="as it was made"),
    pytest.param({"threshold": 0.9}, "", id="another threshold: the bands are the same"),
    pytest.param({"keep": "longest", "process_memory_mb": 64}, "", id="settings of other things"),
    pytest.param({"near": False}, "", id="it has more than is wanted"),
    pytest.param({"exact": False}, "", id="it has more than is wanted, too"),
    pytest.param({"near": False, "bands": 5}, "", id="bands that nobody asks for"),
    pytest.param({"bands": 13}, "made with another bands", id="bands"),
    pytest.param({"rows": 7}, "made with another bands", id="rows"),
    pytest.param({"banding": BY_THRESHOLD}, "made with another bands", id="bands by threshold"),
    pytest.param({"shingle_words": 4}, "made with another shingle_words", id="words"),
    pytest.param(
        {"shingle_chars": 4, "bands": 9}, "made with another shingle_chars, bands", id="several"
    ),
]


@pytest.mark.parametrize(("settings", "stale"), STALE)
def test_a_part_is_stale_where_it_lacks_what_is_wanted(
    made: Path, settings: dict[str, object], stale: str
) -> None:
    part = part_of(made, "2026-01-01")
    assert state(made, **settings) == parts.State(part, stale=stale, readable=True)


@pytest.mark.parametrize(
    ("had", "wanted", "stale"),
    [
        ({"near": False}, {}, "made with another near"),
        ({"exact": False}, {}, "made with another exact"),
        ({"exact": False, "near": False}, {}, "made with another exact, near"),
        (
            {"banding": BY_THRESHOLD, "threshold": 0.8},
            {"banding": BY_THRESHOLD, "threshold": 0.7},
            "made with another bands",
        ),
    ],
)
def test_a_part_may_have_less_than_is_wanted(
    had: dict[str, object], wanted: dict[str, object], stale: str, tmp_path: Path
) -> None:
    published(tmp_path, "2026-01-01", OTHERS, recipe(**had))
    assert state(tmp_path, **wanted).stale == stale
    assert state(tmp_path, **had).stale == ""
    assert list(problems(tmp_path, part_of(tmp_path, "2026-01-01"))) == []


def test_what_an_older_version_left_is_stale_and_not_read(out: Path) -> None:
    for folder in folders(out, "2026-01-01"):
        manifest = json.loads((folder / MANIFEST).read_bytes())
        manifest["versions"]["signatures"] = "2"
        (folder / MANIFEST).write_text(json.dumps(manifest))
    found = state(out)
    assert found.stale == f"signatures of format 2, not {FORMAT}"
    assert not found.readable
    for folder in folders(out, "2026-01-01"):
        shutil.rmtree(folder)
    assert state(out).stale == "made by a version without an index"
    assert not state(out).readable


def comparable(out: Path, recipe: Recipe, besides: tuple[str, ...] = ()) -> list[parts.Part]:
    with LocalEngine() as engine:
        return parts.comparable_parts(out, besides, recipe, engine)


def test_what_is_stale_is_made_anew_once_and_changes_nothing_published(out: Path) -> None:
    before = {name: tree(out / name) for name in DATASETS}
    other = recipe(bands=5, rows=4)
    made = comparable(out, other, besides=("2026-01-02",))
    assert [part.dump for part in made] == ["2026-01-01"]
    assert made != [part_of(out, "2026-01-01")]
    assert parts.state_of(made[0], other.dedup).stale == ""
    assert list(problems(out, made[0])) == []
    # Yes and Hm are shorter than a shingle: a key of their text alone.
    assert Dataset(made[0].band_index).rows == 4 + 2 * 5

    stamps = {path: path.stat().st_mtime_ns for path in made[0].band_index.parent.rglob("*")}
    assert comparable(out, other, besides=("2026-01-02",)) == made
    assert {p: p.stat().st_mtime_ns for p in made[0].band_index.parent.rglob("*")} == stamps
    assert {name: tree(out / name) for name in DATASETS} == before

    again = comparable(out, recipe(bands=6, rows=4), besides=("2026-01-02",))
    assert again != made
    assert not made[0].band_index.exists()  # only the last is kept
    assert comparable(out, Recipe()) == parts.published_parts(out)


def test_two_runs_that_need_the_same_part_take_turns(out: Path) -> None:
    """The second waits, and finds it made: to refuse would stop the night's run."""
    found: list[list[parts.Part]] = []
    folder = out / "_work" / ".index" / "2026-01-01"
    other = recipe(bands=5, rows=4)
    thread = threading.Thread(target=lambda: found.append(comparable(out, other)))
    with store_commit.in_turn(folder):
        thread.start()
        thread.join(0.2)
        assert not found
    thread.join()
    assert [part.dump for part in found[0]] == ["2026-01-01", "2026-01-02"]
    assert comparable(out, other) == found[0]


def test_a_removed_dump_is_compared_with_nothing_until_it_is_rebuilt(out: Path) -> None:
    comparable(out, recipe(bands=5, rows=4))
    others = [tree(folder) for folder in folders(out, "2026-01-02")]
    documents = tree(out / "documents")
    before = [tree(folder) for folder in folders(out, "2026-01-01")]
    for _ in range(2):  # once more does no harm
        parts.remove(out, "2026-01-01")
        assert state(out) == parts.State(part_of(out, "2026-01-01"), removed=True)
        assert [part.dump for part in comparable(out, Recipe())] == ["2026-01-02"]
        assert parts.removed_dumps(out) == {"2026-01-01"}
    assert not (out / "_work" / ".index" / "2026-01-01").exists()

    with LocalEngine() as engine:
        parts.rebuild(out, "2026-01-01", Recipe(), engine)
    assert parts.removed_dumps(out) == set()
    assert [tree(folder) for folder in folders(out, "2026-01-01")] == before
    assert [tree(folder) for folder in folders(out, "2026-01-02")] == others
    assert tree(out / "documents") == documents
    assert not (out / "_work" / ".index" / "2026-01-01").exists()


def test_rebuilding_puts_a_stale_part_in_place(out: Path) -> None:
    other = recipe(bands=5, rows=4)
    comparable(out, other)  # kept beside the corpus, and used
    with LocalEngine() as engine:
        parts.rebuild(out, "2026-01-01", other, engine)
    assert parts.state_of(part_of(out, "2026-01-01"), other.dedup).stale == ""
    assert state(out, "2026-01-02", bands=5, rows=4).stale
    assert list(problems(out, part_of(out, "2026-01-01"))) == []


def test_a_dump_that_a_run_works_on_is_left_alone(out: Path) -> None:
    before = [tree(folder) for folder in folders(out, "2026-01-01")]
    with store_commit.locked(out / "_work" / "2026-01-01"), LocalEngine() as engine:
        with pytest.raises(store_commit.Busy):
            parts.remove(out, "2026-01-01")
        with pytest.raises(store_commit.Busy):
            parts.rebuild(out, "2026-01-01", Recipe(), engine)
        parts.remove(out, "2026-01-02")  # nobody works on that
    assert [tree(folder) for folder in folders(out, "2026-01-01")] == before


def test_an_unknown_dump_names_the_known(out: Path) -> None:
    says = r"has no published dump 2026-02-30; it has 2026-01-01, 2026-01-02"
    with LocalEngine() as engine, pytest.raises(StoreError, match=says):
        parts.rebuild(out, "2026-02-30", Recipe(), engine)
    with pytest.raises(StoreError, match=says):
        parts.remove(out, "2026-02-30")
    with pytest.raises(StoreError, match="nothing is published in it"):
        parts.remove(out / "none", "2026-02-30")
    assert not (out / "none").exists()


@pytest.mark.parametrize("swapped", [0, 1, 2, 3])
@pytest.mark.parametrize("how", ["remove", "rebuild"])
def test_a_crash_leaves_the_old_part_or_leads_to_the_new(
    how: str, swapped: int, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever folder was being swapped, the next who opens the corpus does the rest."""
    other = recipe(bands=5, rows=4)

    def change(out: Path) -> None:
        if how == "remove":
            parts.remove(out, "2026-01-01")
        else:
            with LocalEngine() as engine:
                parts.rebuild(out, "2026-01-01", other, engine)

    whole = shutil.copytree(out, out.parent / "whole")
    change(whole)
    real, left = store_commit._swap, [swapped]

    class Crash(Exception):
        pass

    def crash(candidate: Path, live: Path) -> None:
        if not left[0]:
            raise Crash
        left[0] -= 1
        real(candidate, live)

    with monkeypatch.context() as patched:
        patched.setattr(store_commit, "_swap", crash)
        if swapped < len(DATASETS):
            with pytest.raises(Crash):
                change(out)
        else:
            change(out)
    assert len(parts.published_parts(out)) == 2  # whatever is there can be told apart
    # Removing another dump opens the corpus, and finishes what was begun.
    for each in (out, whole):
        parts.remove(each, "2026-01-02")
    for name in DATASETS:
        assert tree(out / name) == tree(whole / name)
    assert not list(out.glob("_work/*/commit.json"))


@pytest.mark.parametrize("how", ["remove", "rebuild"])
def test_a_publication_that_was_cut_short_is_finished_first(how: str, out: Path) -> None:
    """Else its journal would be written over, and half of it stay old for ever."""
    work = out / "_work" / "2026-01-01"
    published(out.parent / "new", "2026-01-01", OTHERS)
    new = shutil.copytree(out.parent / "new" / "documents" / "2026-01-01", work / "new")
    journal = [["new", "../../documents/2026-01-01", Dataset(new).fingerprint]]
    (work / "commit.json").write_text(json.dumps(journal))
    if how == "remove":
        parts.remove(out, "2026-01-01")
    else:
        with LocalEngine() as engine:
            parts.rebuild(out, "2026-01-01", Recipe(), engine)
        assert list(problems(out, part_of(out, "2026-01-01"))) == []
        assert Dataset(out / "document_index" / "2026-01-01").rows == len(OTHERS)
    assert texts_of(out, "2026-01-01") == list(OTHERS.values())


def test_a_corpus_that_can_only_be_read_is_shown(out: Path) -> None:
    """Looking writes nothing, not even a lock."""
    before = tree(out)
    store_commit.finish_all(out)
    assert state(out).stale == ""
    assert list(problems(out, part_of(out, "2026-01-01"))) == []
    assert tree(out) == before
