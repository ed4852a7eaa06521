"""What is published is told to those who check a new dump, whichever way it is found."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import run as steps
from pipeline import totals as totals_of
from pipeline.dedup.ids import ids_of
from pipeline.dedup.settings import DedupSettings
from pipeline.engine import facts
from pipeline.engine.engine import EngineError
from pipeline.engine.local import LocalEngine
from pipeline.index.known import Index
from pipeline.index.part import Part
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Folder
from pipeline.store.dataset import Dataset
from pipeline.underway import Run
from tests.conftest import publish, rows
from tests.index.corpora import by_hand, part_of
from tests.index.test_runs import BELLS, MORE, SLATE, TIDE, A, B, C, deliver

# Numbers of which some share their high half, and keys their upper 56 bits.
HALVES = st.sampled_from([0, 1, 255, 256, 257, 2**64 - 1])
FOLDERS = count()
IDS = st.lists(st.tuples(HALVES, HALVES), min_size=1, max_size=8, unique=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("known")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("out")
    publish(deliver(place, A, {"t.txt": TIDE, "s.txt": SLATE}), place / "out")
    publish(deliver(place, B, {"t.txt": TIDE + MORE, "b.txt": BELLS}), place / "out")
    return place / "out"


def strings(numbers: Sequence[tuple[int, int]]) -> pa.ChunkedArray:
    high, low = (np.array([pair[n] for pair in numbers], np.uint64) for n in (0, 1))
    return pa.chunked_array([ids_of(high, low)])


@settings(max_examples=30)
@given(there=IDS, asked=IDS, of_texts=st.booleans())
def test_whole_ids_and_hashes_are_told_apart(
    there: list[tuple[int, int]], asked: list[tuple[int, int]], of_texts: bool, folder: Path
) -> None:
    """Those that begin alike too. What is asked for documents is asked for texts as well."""
    numbers = sorted(there)
    high, low = ([pair[n] for pair in numbers] for n in (0, 1))
    other = {"doc": range(len(numbers)), "low": [7] * len(numbers)}
    ids = {"text_high": high, "text_low": low} | other if of_texts else {"doc": high, "low": low}
    keys = sorted(zip((each & ~255 for each in high), ids["doc"], strict=True))
    shards = {
        "document_index": [[ids]],
        "band_index": [[{name: [row[n] for row in keys] for n, name in enumerate(("key", "doc"))}]],
    }
    index = Index([by_hand(folder / str(next(FOLDERS)), shards)])
    found = (index.has_texts if of_texts else index.has_ids)(strings(asked))
    assert found.tolist() == [each in there for each in asked]


def candidate(raw: Path, out: Path, recipe: Recipe) -> tuple[Run, dict[str, Dataset]]:
    with LocalEngine() as engine:
        run = Run(raw.name, Folder(raw), out, recipe, engine)
        for step in (steps.ingest, *steps.CLEANING):
            step(run)
        return run, steps.publish(run)


NOBODY: dict[str, list[Dataset]] = {"documents": [], "signatures": []}
ANYTHING_GOES = replace(Recipe(), dedup=DedupSettings(exact=False, near=False))


@pytest.mark.parametrize("told_by", ["its index", "what it published", "texts without keys"])
def test_texts_that_are_published_twice_are_counted(
    out: Path, tmp_path: Path, told_by: str
) -> None:
    """By the index; of a dump without one, or that looked for no equal texts, by reading it."""
    here = shutil.copytree(out, tmp_path / "out")
    if told_by == "what it published":
        shutil.rmtree(here / "band_index" / A)
        shutil.rmtree(here / "document_index" / A)
    elif told_by == "texts without keys":
        publish(deliver(tmp_path, A, {"t.txt": TIDE}), here, recipe=ANYTHING_GOES)
    raw = deliver(tmp_path, C, {"t.txt": TIDE.upper(), "n.txt": "Nothing like it."})
    run, made = candidate(raw, here, ANYTHING_GOES)
    totals = totals_of.candidate_totals(run, made)
    assert (totals["documents"], totals["texts_in_other_dumps"]) == (2, 1)
    assert (totals["ids_in_other_dumps"], totals["kept_missing"]) == (0, 0)


def test_what_was_kept_is_looked_up_where_it_is(out: Path, tmp_path: Path) -> None:
    raw = deliver(tmp_path, C, {"t.txt": TIDE, "b.txt": BELLS.upper(), "b2.txt": BELLS.lower()})
    run, made = candidate(raw, out, Recipe())
    totals = totals_of.candidate_totals(run, made)
    assert (totals["duplicates"], totals["kept_missing"]) == (3, 0)

    def missing(parts: Sequence[Part], others: Sequence[Dataset] = ()) -> int:
        others_ = {"documents": others, "signatures": []}
        raw_documents = run.dataset("raw_documents")
        return facts.candidate_totals(raw_documents, made, Index(parts), others_)["kept_missing"]

    first, second = part_of(out, A), part_of(out, B)
    assert missing([]) == 3
    assert missing([first]) == 2
    assert missing([second]) == 1
    assert missing([second], [Dataset(out / "documents" / A)]) == 0


@pytest.mark.parametrize("what", ["all", "a file", "its end"])
def test_documents_that_are_gone_are_missing_whatever_the_index_says(
    out: Path, tmp_path: Path, what: str
) -> None:
    """Deleted, or written by others: who was kept is lost to every reader, and the run refused."""
    here = shutil.copytree(out, tmp_path / "out")
    (file,) = (here / "documents" / A).glob("*.parquet")
    if what == "all":
        shutil.rmtree(file.parent)
    elif what == "a file":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1])
    run, made = candidate(deliver(tmp_path, C, {"t.txt": TIDE}), here, Recipe())
    if what == "all":
        assert totals_of.candidate_totals(run, made)["kept_missing"] == 1
    else:
        with pytest.raises(EngineError, match="documents/2026-01-01"):
            totals_of.candidate_totals(run, made)


def test_an_id_that_another_dump_has_is_counted(out: Path, tmp_path: Path) -> None:
    """No run makes one; so what is published is taken for new."""
    run, made = candidate(deliver(tmp_path, C, {"n.txt": "No."}), out, Recipe())
    again = made | {name: Dataset(out / name / A) for name in ("documents", "signatures")}
    raw = run.dataset("raw_documents")
    for dump, repeated in ((A, 2), (B, 0)):
        index = Index([part_of(out, dump)])
        totals = facts.candidate_totals(raw, again, index, NOBODY)
        assert totals["ids_in_other_dumps"] == repeated


def test_only_dumps_that_have_a_document_are_looked_into(out: Path, tmp_path: Path) -> None:
    run = Run(C, Folder(tmp_path / "raw"), out, Recipe(), LocalEngine())
    ids = {dump: [row["doc_id"] for row in rows(out, "documents", dump)] for dump in (A, B)}
    for wanted, dumps in (([], []), (ids[A], [A]), (ids[B][:1], [B]), (ids[A] + ids[B], [A, B])):
        assert [each.folder.name for each in totals_of.published_with(run, wanted)] == dumps
    shutil.rmtree(shutil.copytree(out, tmp_path / "out") / "document_index" / A)
    run = replace(run, out=tmp_path / "out")
    assert [each.folder.name for each in totals_of.published_with(run, [])] == [A], (
        "cannot be asked"
    )
