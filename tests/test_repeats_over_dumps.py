"""What sites repeat, in whole runs: five sites in three dumps, copies, settings, the review."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import run as steps
from pipeline.cli import main
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe, RecipeError, parse
from pipeline.sources.places.place import Folder
from pipeline.stages.repeats import Repeats
from pipeline.underway import Run
from tests.conftest import publish, rows, tree
from tests.sites import DUMPS, SITES, Article, articles, deliver, frame, paragraph

ARTICLES = articles()


def outcome(out: Path, dump: str) -> dict[int, str]:
    """The text of each article of a dump, published or not, by its number."""
    found = [*rows(out, "documents", dump), *rows(out, "rejected", dump)]
    return {_number(row): row["text"] for row in found}


def _number(row: dict[str, Any]) -> int:
    return int(json.loads(row["metadata"]).get("number", Path(row["source"]).stem))


def left_and_lost(texts: dict[int, str]) -> tuple[Counter[str], list[str]]:
    """(template lines that are still there, by site; authors' lines that are gone)."""
    left, lost = Counter[str](), []
    for article in ARTICLES:
        if article.number in texts:
            there = texts[article.number].split("\n")
            left[article.site] += sum(line in there for line in article.template)
            own = [line for line in there if line in article.own]
            lost += [] if own == article.own else [f"{article.number}: {article.own}"]
    return left, lost


@pytest.fixture(scope="module", params=["records", "folders"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three dumps, one after the other."""
    place = tmp_path_factory.mktemp(request.param)
    for raw in deliver(place / "raw", ARTICLES, folders=request.param == "folders"):
        publish(raw, place / "out")
    return place / "out"


def test_all_that_sites_repeat_goes_and_nothing_of_their_authors(corpus: Path) -> None:
    for dump in DUMPS:
        texts = outcome(corpus, dump)
        assert len(texts) in (66, 67)
        left, lost = left_and_lost(texts)
        assert not lost
        assert dump != DUMPS[-1] or not left.total(), left
    found = {
        (row["site"].removesuffix(".example"), _unnumbered(row["example"]))
        for row in rows(corpus, "repeated_lines", DUMPS[-1])
    }
    wanted = {(site, _unnumbered(line)) for site in SITES for part in frame(site) for line in part}
    assert wanted <= found
    assert all(site in SITES for site, _ in found)


def _unnumbered(line: str) -> str:
    return line.lstrip("0123456789")


def test_what_went_is_in_the_ledger_with_what_speaks_for_it(corpus: Path) -> None:
    cuts = [row for row in rows(corpus, "ledger", DUMPS[-1]) if row["stage"] == Repeats.name]
    assert cuts
    for row in cuts:
        said = json.loads(row["evidence"])
        assert set(said) == {"site", "documents", "of", "elsewhere"}
        assert row["rule"] == "repeated-line"
        assert row["after"] == ""
        assert 8 <= said["documents"] <= said["of"] == 40
        assert said["elsewhere"] == 0
    every = [*rows(corpus, "documents", DUMPS[-1]), *rows(corpus, "rejected", DUMPS[-1])]
    assert all(row["reversible"] for row in every)
    assert any(row["cut_chars"] > 200 for row in every)
    assert sum(len(row["before"]) for row in cuts) <= sum(row["cut_chars"] for row in every)


@pytest.fixture
def raws(tmp_path: Path) -> list[Path]:
    return deliver(tmp_path / "raw", ARTICLES[:120])


def test_workers_shards_and_names_of_files_change_nothing(raws: list[Path], tmp_path: Path) -> None:
    small = replace(Recipe(), ingest=replace(Recipe().ingest, shard_bytes=30_000))
    made = []
    for name, workers, recipe in (("one", 1, small), ("two", 2, small), ("whole", 1, Recipe())):
        out = tmp_path / name
        publish(raws[0], out, recipe=recipe, workers=workers)
        learned = sorted(map(str, rows(out, "repeated_lines")))
        counts = sorted(map(str, rows(out, "line_counts")))
        made.append((outcome(out, DUMPS[0]), learned, counts))
    assert made[0] == made[1] == made[2]
    assert tree(tmp_path / "one" / "line_counts") == tree(tmp_path / "two" / "line_counts")

    lines = (raws[0] / "pages.jsonl").read_text("utf-8").splitlines(keepends=True)
    (raws[0] / "pages.jsonl").unlink()
    for number, some in enumerate((lines[20:], lines[:20])):
        (raws[0] / f"other-{number}.jsonl").write_text("".join(some), "utf-8")
    publish(raws[0], tmp_path / "whole")
    assert outcome(tmp_path / "whole", DUMPS[0]) == made[0][0]


def test_a_dump_that_is_run_again_counts_once(raws: list[Path], tmp_path: Path) -> None:
    out = publish(raws[0], tmp_path / "out")
    before = tree(out)
    assert tree(publish(raws[0], out)) == before


def test_a_run_that_was_cut_short_goes_on_to_the_same_end(raws: list[Path], tmp_path: Path) -> None:
    whole = publish(raws[0], tmp_path / "whole")
    with LocalEngine() as engine:
        run = Run(raws[0].name, Folder(raws[0]), tmp_path / "again", Recipe(), engine)
        steps.ingest(run)
        for step in steps.CLEANING[: steps.CLEANING.index(steps.find_repeats) + 1]:
            step(run)
        (found,) = (run.work / "repeated_lines").iterdir()
        (found / "_manifest.json").unlink()
        shutil.rmtree(run.work / "site_totals")
    again = publish(raws[0], tmp_path / "again")
    for name in ("documents", "ledger", "line_counts", "repeated_lines"):
        assert tree(again / name) == tree(whole / name)


# Of articles of one site, what settings make of its lines.
SETTINGS = [
    ({}, {"menu", "some"}),
    ({"min_documents": 17}, set()),
    ({"min_documents": 13}, {"menu"}),
    ({"min_share": 0.8}, {"menu"}),
    ({"max_elsewhere": 0.02}, {"some"}),
    ({"allow": ["  MENU of the 7 seas"]}, {"some"}),
]


def of_one_site() -> list[Article]:
    """Sixteen articles with a menu, twelve of them with some other line; forty of another site, one
    of which has the menu too.
    """
    made = random.Random(7)
    found = []
    for number in range(16):
        own = [paragraph(made) for _ in range(4)]
        head = ["Menu of the 3 seas", *(["Some of us"] if number >= 4 else [])]
        found.append(Article("post", number, own, "\n\n".join([*head, *own])))
    for number in range(16, 56):
        own = [paragraph(made) for _ in range(4)]
        head = ["Menu of the 3 seas"] if number == 16 else []
        found.append(Article("blog", number, own, "\n\n".join([*head, *own])))
    return found


@pytest.fixture(scope="module")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one") / DUMPS[0]
    folder.mkdir()
    lines = (
        json.dumps({"text": a.text, "site": a.site, "number": a.number}) + "\n"
        for a in of_one_site()
    )
    (folder / "pages.jsonl").write_text("".join(lines))
    return folder


@pytest.mark.parametrize(("settings", "wanted"), SETTINGS)
def test_what_settings_change(
    settings: dict[str, Any], wanted: set[str], one_site: Path, tmp_path: Path
) -> None:
    publish(one_site, tmp_path / "out", recipe=parse({"repeats": settings}))
    found = {row["example"].split()[0].lower() for row in rows(tmp_path / "out", "repeated_lines")}
    cut = {
        row["before"].split()[0].lower()
        for row in rows(tmp_path / "out", "ledger")
        if row["stage"] == Repeats.name
    }
    assert found == cut == wanted


def test_without_cutting_lines_are_still_listed(one_site: Path, tmp_path: Path) -> None:
    out = publish(one_site, tmp_path / "out", recipe=parse({"repeats": {"cut": False}}))
    assert len(rows(out, "repeated_lines")) == 2
    assert not [row for row in rows(out, "ledger") if row["stage"] == Repeats.name]


@pytest.mark.parametrize(
    ("setting", "value"), [("min_documents", 1), ("min_share", 0.01), ("max_share", 2.0)]
)
def test_settings_that_make_no_sense_are_named(setting: str, value: float) -> None:
    with pytest.raises(RecipeError, match=rf"in \[repeats\]: {setting} takes .*{value}"):
        parse({"repeats": {setting: value}})


def versions() -> Iterator[str]:
    """One article, twenty times: each with a paragraph changed, a correction, another date."""
    made = random.Random(3)
    text = [paragraph(made) for _ in range(8)]
    for number in range(20):
        changed = list(text)
        changed[number % 8] += f" {paragraph(made)[:20]}."
        yield "\n\n".join([f"Version of {number} January", *changed])


def test_versions_of_one_article_are_no_boilerplate(tmp_path: Path) -> None:
    folder = tmp_path / DUMPS[0]
    folder.mkdir()
    for number, text in enumerate(versions()):
        (folder / f"{number}.txt").write_text(text)
    out = publish(folder, tmp_path / "out")
    assert rows(out, "repeated_lines") == []
    # Nor is an article that is delivered every night.
    for night in range(2, 10):
        again = tmp_path / f"2026-02-{night:02}"
        again.mkdir()
        (again / "1.txt").write_text(next(versions()))
        publish(again, out)
    assert rows(out, "repeated_lines") == []


def test_the_list_for_review(
    raws: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = publish(raws[0], tmp_path / "out")
    command = ["repeats", DUMPS[0], "--out", str(out)]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert "post.example, 8 documents" in shown
    assert "8 × Log in to Post   in 8 documents, 0 elsewhere; " in shown
    assert "repeated lines. To keep a line, add it to `allow` in [repeats]." in shown
    assert main([*command, "--limit", "2", "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["cut"] == second["cut"] == 8
    assert first["site"] == "blog.example" or first["documents"] == 8
    assert main([*command, "--limit", "1"]) == 0
    assert "1 of them shown" in capsys.readouterr().out
    assert main(["repeats", "2020-01-01", "--out", str(out)]) == 2
    assert "has no dump 2020-01-01: there are 2026-01-01" in capsys.readouterr().err


def test_a_dump_that_waits_is_listed_too(
    raws: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalEngine() as engine:
        run = Run(raws[0].name, Folder(raws[0]), tmp_path / "out", Recipe(), engine)
        for step in (steps.ingest, *steps.CLEANING, steps.publish):
            step(run)
    assert main(["repeats", DUMPS[0], "--out", str(tmp_path / "out")]) == 0
    assert "Log in to Post" in capsys.readouterr().out
