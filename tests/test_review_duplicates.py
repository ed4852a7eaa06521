"""What a dump loses as duplicates, as people and programs are told: clusters, sources, samples."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import run as steps
from pipeline import schema
from pipeline import totals as totals_of
from pipeline.cli import main
from pipeline.engine.local import LocalEngine
from pipeline.engine.losses import Losses, SourceLoss, losses
from pipeline.recipe import Recipe
from pipeline.report import page
from pipeline.review_clusters import largest
from pipeline.sources.places.place import Folder
from pipeline.store.dataset import Dataset, Provenance, Target, write_shard
from pipeline.underway import Run
from tests.conftest import publish, rows
from tests.report.dom import parse

EARLIER, DUMP = "2026-03-01", "2026-03-02"


def words(seed: int, length: int = 150) -> list[str]:
    made = random.Random(seed)
    return ["".join(made.choices("aeioulmnrst", k=5)) for _ in range(length)]


def records() -> Iterator[tuple[str, list[str]]]:
    """(site, words of a text): one site that mostly copies another, one that fills in a form, one
    too small to speak of.
    """
    for number in range(30):
        yield "daily", words(number)
    for number in range(24):
        # A word less than the text that it copies, so that the other is kept.
        yield "mirror", words(number)[:-1] if number < 16 else words(100 + number)
    form = words(200)
    for number in range(28):
        filled = [*form[:9], "filled", *form[9:]] if number == 0 else form[: len(form) - number]
        yield "forms", filled if number < 11 else words(300 + number)
    for _ in range(4):
        yield "tiny", words(400)


def deliver(folder: Path) -> Path:
    """The records, with two plain files beside them of which an earlier dump has one."""
    raw = folder / DUMP
    raw.mkdir(parents=True)
    lines = (
        json.dumps({"url": f"https://www.{site}.example/{number}", "text": " ".join(text)})
        for number, (site, text) in enumerate(records())
    )
    (raw / "crawl.jsonl").write_text("\n".join(lines))
    (raw / "notes").mkdir()
    (raw / "notes" / "old.txt").write_text(" ".join(words(500)))
    (raw / "notes" / "new.txt").write_text(" ".join(words(501)))
    return raw


@dataclass(frozen=True)
class Told:
    """A published corpus of two dumps, and what was known before the second was published."""

    out: Path
    losing: int
    page: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    place = tmp_path_factory.mktemp("told")
    (place / EARLIER).mkdir()
    (place / EARLIER / "first.txt").write_text(" ".join(words(500)))
    out = publish(place / EARLIER, place / "out")
    with LocalEngine() as engine:
        run = Run(DUMP, Folder(deliver(place)), out, Recipe(), engine)
        for step in (steps.ingest, *steps.CLEANING):
            step(run)
        candidate = steps.publish(run)
        losing = totals_of.candidate_totals(run, candidate)["sources_losing"]
        report = page.write(run, candidate, (), published=True)
        steps.commit(run, candidate)
    return Told(out, losing, report.html.read_text())


def told_by(out: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert main(["duplicates", DUMP, "--out", str(out), "--json", *more]) == 0
    shown = capsys.readouterr().out
    assert shown.isascii()
    found: dict[str, Any] = json.loads(shown)
    return found


def test_totals_are_those_of_the_datasets(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    found = told_by(told.out, capsys)
    dropped = rows(told.out, "duplicates", DUMP)
    verdicts = Counter(row["verdict"] for row in dropped)
    assert found["dump"] == DUMP
    assert found["documents"] == 30 + 24 + 28 + 4 + 2
    assert found["dropped"] == len(dropped) == 16 + 10 + 3 + 1
    assert found["exact"] == verdicts["duplicate:exact"]
    assert found["near"] == verdicts["duplicate:near"]
    assert (found["like_this_dump"], found["like_another_dump"]) == (29, 1)
    assert found["clusters"] == len({row["cluster_id"] for row in dropped}) == 16 + 3


def test_the_largest_clusters_come_first_with_what_they_are_made_of(
    told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    form, tiny, pair, *_ = told_by(told.out, capsys)["largest"]
    assert (form["size"], form["dropped"], form["kept_documents"]) == (11, 10, 1)
    assert form["sources"] == {"forms.example": 10}
    assert 0.75 <= form["lowest_jaccard"] < form["highest_jaccard"] < 1
    assert (tiny["size"], tiny["exact"], tiny["sources"]) == (4, 3, {"tiny.example": 3})
    assert (pair["size"], pair["dropped"]) == (2, 1)
    for cluster in (form, tiny):
        assert len(cluster["samples"]) == 2
    least, next_least = form["samples"]
    assert least["jaccard"] == form["lowest_jaccard"] <= next_least["jaccard"]
    assert least["kept_id"] == form["kept"][0] == least["kept"]["doc_id"]
    assert least["kept"]["excerpt"].startswith(" ".join([*words(200)[:9], "filled"]))
    assert least["changes"][0]["cut"] == "filled "
    assert least["kept_because"] == "longer"


@pytest.mark.parametrize(("limit", "clusters", "sources"), [("1", 1, 1), ("3", 3, 2)])
def test_the_limit_is_of_clusters_and_of_sources(
    limit: str, clusters: int, sources: int, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told_by(told.out, capsys, "--limit", limit)
    assert (len(found["largest"]), len(found["sources"])) == (clusters, sources)
    assert found["clusters"] == 19


def test_sources_that_lose_most_come_first_and_small_ones_cry_no_wolf(
    told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told_by(told.out, capsys)
    assert [(s["source"], s["documents"], s["dropped"]) for s in found["sources"]] == [
        ("mirror.example", 24, 16),
        ("forms.example", 28, 10),
    ]
    # tiny.example loses three of four, the folder `notes` one of two.
    small = found["small_sources"]
    assert (small["sources"], small["documents"], small["dropped"]) == (2, 6, 4)
    assert (found["max_source_loss"], found["min_source_documents"]) == (0.5, 20)
    assert found["sources_above"] == 1
    assert "1 source loses more than 50 % of its documents" in found["warning"]
    assert "mirror.example 67 %" in found["warning"]


def test_the_run_says_so_too(told: Told) -> None:
    assert told.losing == 1
    shown = parse(told.page).one("section", id="duplicates")
    assert "! 1 source loses more than 50 % of its documents as duplicates" in shown.text
    assert "The largest clusters: 5 of 19" in shown.text


def test_people_read_the_same(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["duplicates", DUMP, "--out", str(told.out), "--limit"]
    assert main([*command, "2"]) == 0
    shown = capsys.readouterr().out
    for part in (
        "88 documents compared, 30 dropped as duplicates (34 %)",
        "29 like one of this dump, 1 like one of another dump",
        "largest clusters, 2 of 19",
        "11 documents   10 dropped, Jaccard 0.",
        "from forms.example 10",
        "[-filled␣-]",
        "equal but for case and blanks; kept because smaller id",
        "no difference",
        "67 %   mirror.example   16 of 24 documents   more than dedup.max_source_loss",
        "67 %   2 sources of fewer than 20 documents   4 of 6 documents",
        "warning: 1 source loses",
    ):
        assert part in shown, part
    assert main([*command, "100"]) == 0
    shown = capsys.readouterr().out
    assert "largest clusters\n" in shown
    assert "from notes 1" in shown
    assert f"first.txt, record 1, dump {EARLIER}" in shown
    assert main(["duplicates", EARLIER, "--out", str(told.out)]) == 0
    nothing = f"Dump {EARLIER}: 1 document compared, 0 dropped as duplicates (0 %)\n"
    assert capsys.readouterr().out == nothing


def test_what_the_recipe_of_the_dump_allows_is_asked(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(told.out, out)
    manifest = out / "documents" / DUMP / "_manifest.json"
    for allowed, above in ((0.3, 2), (1.0, 0)):
        about = json.loads(manifest.read_bytes())
        about["recipe"]["dedup"]["max_source_loss"] = allowed
        manifest.write_text(json.dumps(about))
        found = told_by(out, capsys)
        assert (found["max_source_loss"], found["sources_above"]) == (allowed, above)
        assert bool(found["warning"]) == bool(above)


def test_a_kept_document_that_is_gone_is_said_to_be(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(told.out, out)
    shutil.rmtree(out / "documents" / EARLIER)
    (dropped,) = (row for row in rows(out, "rejected") if row["source"] == "notes/old.txt")
    assert main(["duplicates", DUMP, "--out", str(out)]) == 0
    gone = "no longer in the corpus: run its dump again"
    assert gone in capsys.readouterr().out
    assert main(["explain", dropped["doc_id"], "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert gone in shown
    assert "[-only in" not in shown


def test_a_dump_that_waits_is_read_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / DUMP
    raw.mkdir()
    for name in "ab":
        (raw / f"{name}.txt").write_text(" ".join(words(1)))
    with LocalEngine() as engine:
        run = Run(DUMP, Folder(raw), tmp_path / "out", Recipe(), engine)
        for step in (steps.ingest, *steps.CLEANING, steps.publish):
            step(run)
    found = told_by(run.out, capsys)
    assert (found["documents"], found["dropped"]) == (2, 1)
    assert found["largest"][0]["sources"] == {".": 1}
    assert main(["duplicates", DUMP, "--out", str(run.out)]) == 0
    assert "from the dump's own folder 1" in capsys.readouterr().out
    shutil.rmtree(run.work / "candidate" / "duplicates")
    assert main(["duplicates", DUMP, "--out", str(run.out)]) == 2
    assert "is not complete: run it again" in capsys.readouterr().err


def test_of_what_many_are_dropped_for_only_some_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / DUMP
    raw.mkdir()
    for number in range(26):
        (raw / f"{number}.txt").write_text(" ".join(words(1)) + " " * number)
    out = publish(raw, tmp_path / "out")
    (kept,) = rows(out, "documents")
    assert main(["explain", kept["doc_id"], "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("kept for   ") == 20
    assert shown.count("[-only in the one kept-]") == 3
    assert "… and 5 more" in shown


def test_what_an_older_version_published_is_named(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(told.out, out)
    folder = out / "duplicates" / DUMP
    old = Dataset(folder).table([n for n in schema.DUPLICATES.names if n != "cluster_size"])
    (path,) = Dataset(folder).paths
    write_shard(path, old.schema, [old])
    assert main(["duplicates", DUMP, "--out", str(out)]) == 2
    assert "by an older version, without cluster_size: run dump" in capsys.readouterr().err
    dropped = rows(out, "duplicates", DUMP)[0]["doc_id"]
    assert main(["explain", dropped, "--out", str(out)]) == 0


DUPLICATES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([0.75, 0.875, 1.0])),
    max_size=12,
)


def an_id(number: int) -> str:
    return f"{number:032x}"


def duplicates(folder: Path, found: list[tuple[int, int, float]]) -> Dataset:
    """Rows of (cluster, kept document, similarity), in two shards."""
    sizes = Counter(cluster for cluster, *_ in found)
    made = [
        {
            "doc_id": an_id(number),
            "kept_id": an_id(100 + 10 * cluster + kept),
            "cluster_id": an_id(cluster << 64),
            "cluster_size": sizes[cluster] + 1,
            "jaccard": jaccard,
            "verdict": "duplicate:exact" if jaccard == 1 else "duplicate:near",
        }
        for number, (cluster, kept, jaccard) in enumerate(found)
    ]
    about = Provenance("duplicates", "d", "made up", "{}", ())
    target = Target(folder, schema.DUPLICATES, about)
    half = len(made) // 2
    return target.finish(
        target.write(f"part-{n}.parquet", [pa.Table.from_pylist(part, schema.DUPLICATES)])
        for n, part in enumerate((made[:half], made[half:]))
    )


@settings(max_examples=25)
@given(DUPLICATES, st.integers(1, 4))
def test_clusters_counted_by_batches_are_those_counted_at_once(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[int, int, float]], limit: int
) -> None:
    counted = largest(duplicates(tmp_path_factory.mktemp("clusters"), found), limit)
    of: dict[int, list[tuple[int, int, float]]] = {}
    for row in found:
        of.setdefault(row[0], []).append(row)
    ranked = sorted(of.items(), key=lambda item: (-len(item[1]), item[0]))
    assert counted.clusters == len(of)
    assert [
        (
            c.cluster_id,
            c.size,
            c.dropped,
            c.exact,
            c.jaccard,
            c.kept,
            [s["jaccard"] for s in c.samples],
        )
        for c in counted.largest
    ] == [
        (
            an_id(cluster << 64),
            len(members) + 1,
            len(members),
            sum(jaccard == 1 for *_, jaccard in members),
            (min(j for *_, j in members), max(j for *_, j in members)),
            tuple(
                an_id(100 + 10 * cluster + kept)
                for kept, _ in sorted(
                    Counter(kept for _, kept, _ in members).items(), key=lambda k: (-k[1], k[0])
                )
            ),
            sorted(j for *_, j in members)[:2],
        )
        for cluster, members in ranked[:limit]
    ]


@pytest.mark.parametrize(
    ("dropped", "allowed", "named"),
    [
        (10, 0.5, False),  # half of twenty is not more than half
        (11, 0.5, True),
        (1, 0.0, True),
        (20, 1.0, False),  # 1 is for never
    ],
)
def test_more_than_the_share_is_too_much(dropped: int, allowed: float, named: bool) -> None:
    loss = SourceLoss("a.example", 20, dropped)
    found = Losses(20, dropped, (loss,), SourceLoss("", 0, 0), 0)
    assert found.above(allowed) == ((loss,) if named else ())


def test_documents_rejected_for_anything_else_are_not_counted(told: Told) -> None:
    documents, rejected = (Dataset(told.out / name / DUMP) for name in ("documents", "rejected"))
    whole = losses(documents, rejected)
    table = pa.concat_tables(rejected.batches())
    verdicts = pa.array(["language", *table["verdict"].to_pylist()[1:]])
    place = told.out / "_other"
    target = Target(place, schema.REJECTED, Provenance("rejected", "d", "f", "{}", ()))
    changed = table.set_column(table.schema.get_field_index("verdict"), "verdict", verdicts)
    other = losses(documents, target.finish([target.write("part-0.parquet", [changed])]))
    shutil.rmtree(place)
    assert (other.documents, other.dropped) == (whole.documents - 1, whole.dropped - 1)


def test_a_share_that_is_none_is_refused() -> None:
    for share in (-0.1, 1.1):
        with pytest.raises(ValueError, match="max_source_loss must be at least 0 and at most 1"):
            replace(Recipe().dedup, max_source_loss=share)
