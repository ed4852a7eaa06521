"""What the page says: verdict, losses, rules, duplicates, expectations, documents."""

import tomllib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.recipe import parse as parse_recipe
from pipeline.report import page
from pipeline.run import commit
from tests.conftest import rows
from tests.report.conftest import FAILED, PASSED, VACUOUS, WARNED, Case, take
from tests.report.dom import Node, parse

SECTIONS = [
    "flow",
    "losses",
    "rules",
    "duplicates",
    "distributions",
    "expectations",
    "documents",
    "recipe",
]


def section(shown: Node, name: str) -> Node:
    return shown.one("section", id=name)


def counts(shown: Node, name: str) -> dict[str, list[str]]:
    """The table of a section: {name of the row: its numbers}."""
    return {
        row.one("th").text: [cell.text for cell in row.all("td", class_="number")]
        for row in section(shown, name).one("table").all("tr")
        if row.all("td")
    }


def test_sections_come_in_order_under_one_title(example: Case) -> None:
    shown, _ = example.write()
    assert [node.attributes["id"] for node in shown.all("section")] == SECTIONS
    assert shown.one("h1").text == "Dump 2026-11-22"
    levels = [int(node.tag[1]) for node in shown.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_published_page_says_so_and_names_warnings(example: Case) -> None:
    shown, written = example.write([PASSED, WARNED])
    banner = shown.one(id="verdict").text
    assert "✓ Published 25 documents of 37 records" in banner
    assert "Refused" not in banner
    assert "documents/long_enough: Texts are long" in banner
    assert "documents/text_clean" not in banner
    assert written["published"] is True


def test_refused_page_names_the_failed_expectations_of_severity_error(example: Case) -> None:
    shown, written = example.write([PASSED, FAILED], published=False)
    banner = shown.one(id="verdict").text
    assert "✗ Refused: readers still see what was published before" in banner
    assert "raw/files_read: Files can be read" in banner
    assert "refused" in shown.one("head").one("title").text
    assert written["published"] is False
    link = shown.one(id="verdict").one("a").attributes["href"]
    assert "files_read" in shown.one(id=link.removeprefix("#")).text


def test_page_of_a_run_that_was_not_published_without_a_failure_does_not_invent_one(
    example: Case,
) -> None:
    banner = example.write([PASSED], published=False)[0].one(id="verdict").text
    assert "Not published: readers still see what was published before" in banner
    assert "Refused" not in banner


def test_counts_add_up_and_equal_the_totals(example: Case) -> None:
    shown, written = example.write()
    table = counts(shown, "losses")
    total = int(table.pop("All losses")[0])
    lost = {verdict: int(numbers[0]) for verdict, numbers in table.items()}
    assert sum(lost.values()) == total == written["totals"]["rejected"] == 12
    assert lost | {"keep": 25} == written["verdicts"]
    assert written["totals"]["documents"] + total == written["totals"]["records"] == 37
    words = section(shown, "flow").text
    assert "25 published + 3 duplicate:near" in words
    assert "= 37 of 37 records read. ✓ nothing lost" in words
    flow = section(shown, "flow").one("svg").attributes["aria-label"]
    for part in ("published: 25", "duplicate: 5", "malformed: 3", "empty: 1"):
        assert part in flow


def test_lost_records_are_not_called_nothing_lost(
    example: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = {**example.write()[1]["totals"], "records_lost": 2}
    monkeypatch.setattr("pipeline.report.gather.candidate_totals", lambda *_: totals)
    words = section(example.write()[0], "flow").text
    assert "✗ 2 lost" in words
    assert "nothing lost" not in words


def test_each_loss_is_explained_with_examples(example: Case) -> None:
    shown, _ = example.write()
    for row in section(shown, "losses").one("tbody").all("tr"):
        assert len(row.one("td", class_="words").raw.split("example")[0].split()) > 3
        assert 1 <= len(row.all("li")) <= 3
    words = section(shown, "losses").text
    assert "village.jsonl, record 2: line 2 is not JSON" in words
    assert "harbour.bin, record 0: no reader for this kind of file" in words


def test_rules_show_edits_documents_and_what_changed(example: Case) -> None:
    shown, written = example.write()
    table = counts(shown, "rules")
    assert table["typosl-for-I"] == ["3", "1"]
    total = int(table.pop("All rules")[0])
    assert total == sum(int(numbers[0]) for numbers in table.values())
    assert total == sum(edit["edits"] for edit in written["edits"])
    assert total == len(list(example.candidate["ledger"].table(["doc_id"])["doc_id"]))
    typo = next(r for r in section(shown, "rules").all("tr") if "l-for-I" in r.text)
    assert typo.all("del")[0].text == "lntelligence"
    assert typo.all("ins")[0].text == "Intelligence"
    assert "Artificial" in typo.all("p")[0].text
    blank = next(r for r in section(shown, "rules").all("tr") if "trailing-blank" in r.text)
    assert "␣" in blank.all("del")[0].text


def test_duplicates_name_what_was_kept_in_earlier_dumps_too(example: Case) -> None:
    shown, _ = example.write()
    words = section(shown, "duplicates").text
    assert "2 documents are exactly, 3 documents nearly the same" in words
    pairs = [
        row.text for row in section(shown, "duplicates").all("tr") if row.all("th", scope="row")
    ]
    assert pairs[0] == "chain-b.txt, record 1 → chain-a.txt, record 1 0.825"
    assert "coast.parquet, record 2 → tides.txt, record 1 of dump 2026-11-21 0.905" in pairs
    assert "coast.parquet, record 1 → harbour.txt, record 1 of dump 2026-11-21 exact" in pairs
    assert "0.8 to 0.825: 1" in section(shown, "duplicates").one("svg").attributes["aria-label"]


def test_the_largest_clusters_are_shown(example: Case) -> None:
    shown, _ = example.write()
    table = section(shown, "duplicates").all("table")[1]
    assert table.one("caption").text == "The largest clusters"
    clusters = [row.text for row in table.one("tbody").all("tr")]
    assert clusters[0] == "chain-a.txt, record 1 and 1 more 3 1 0.825"
    assert len(clusters) == 5
    assert "hygiene duplicates 2026-11-22 --out OUT" in section(shown, "duplicates").text


def test_distributions_count_every_document(example: Case) -> None:
    charts = {
        figure.one("figcaption").text: figure.one("svg").attributes["aria-label"]
        for figure in section(example.write()[0], "distributions").all("figure")
    }
    assert list(charts) == [
        "Length of documents",
        "Languages",
        "Encodings",
        "Certainty of the language",
    ]
    assert "en: 17 · 68.0" in charts["Languages"]
    assert "koi8-r: 1" in charts["Encodings"]
    assert "1k to 1.6k: 23" in charts["Length of documents"]
    assert "0.95 to 1: 25" in charts["Certainty of the language"]


def test_expectations_show_failed_ones_first_with_sign_word_and_reason(example: Case) -> None:
    outcomes = [VACUOUS, PASSED, WARNED, FAILED]
    shown, written = example.write(outcomes, published=False)
    assert [node.text for node in section(shown, "expectations").all("h3")] == [
        "Suite raw",
        "Suite documents",
        "Suite duplicates",
    ]
    signs = [
        row.all("td")[0].text for row in section(shown, "expectations").all("tr") if row.all("td")
    ]
    assert signs == ["✗ failed", "! failed, a warning", "✓ passed", "○ nothing to check"]
    assert "fetch again" in section(shown, "expectations").text
    names = [(found["suite"], found["name"]) for found in written["expectations"]]
    assert names == sorted((outcome.suite, outcome.name) for outcome in outcomes)


def test_failing_ids_lead_to_their_documents(example: Case) -> None:
    village = [row for row in _records(example) if row["source"] == "village.jsonl"]
    ids = tuple(row["doc_id"] for row in village)
    failed = replace(FAILED, failing_ids=(*ids, "no-such-id"), unexpected=9, checked=37)
    shown, written = example.write([failed], published=False)
    linked = {node.attributes["href"] for node in section(shown, "expectations").all("a")}
    assert linked == {f"#doc-{doc_id}" for doc_id in ids}
    assert "no-such-id" in section(shown, "expectations").text
    assert "9 unexpected of 37 checked" in section(shown, "expectations").text
    assert written["expectations"][0]["failing_ids"] == [*ids, "no-such-id"]


def test_an_error_while_asking_is_shown(example: Case) -> None:
    broken = replace(FAILED, error="column 'words' is missing")
    shown, _ = example.write([broken], published=False)
    assert "Could not be asked: column 'words' is missing" in section(shown, "expectations").text


def test_documents_say_where_they_are_from_and_how_to_see_more(example: Case) -> None:
    record = next(row for row in _records(example) if row["source"] == "typos-robotics.txt")
    shown, _ = example.write()
    entry = shown.one("article", id=f"doc-{record['doc_id']}")
    assert entry.one("h3").text == "typos-robotics.txt, record 1"
    assert "language en (score 1.00) · encoding utf-8 · 3 edits · kept" in entry.text
    assert f"hygiene explain {record['doc_id']} --out OUT" in entry.text
    excerpt = entry.one("div", class_="excerpt").raw.rstrip("\n")
    assert excerpt.endswith(" …")
    assert record["text"].startswith(excerpt.removesuffix(" …"))
    assert len(excerpt) == 402
    binary = next(a for a in shown.all("article") if "binary-sensor.txt" in a.text)
    assert "rejected: undecodable" in binary.text
    assert "its bytes could not be decoded" in binary.text


def test_recipe_on_the_page_can_be_used_again(example: Case) -> None:
    shown, _ = example.write()
    text = section(shown, "recipe").one("div", class_="excerpt code").raw
    assert parse_recipe(tomllib.loads(text)) == example.run.recipe
    assert "ftfy" in section(shown, "recipe").one("table").text


def test_a_run_that_stopped_after_the_raw_records_shows_what_came_in(example: Case) -> None:
    shown, written = example.write([FAILED], published=False, candidate={})
    assert [node.attributes["id"] for node in shown.all("section")] == [
        name for name in SECTIONS if name not in ("rules", "duplicates", "distributions")
    ]
    assert "stopped after the raw records" in shown.one(id="verdict").text
    assert "31 readable + 3 malformed" in section(shown, "flow").text
    assert "= 37 of 37 records read" in section(shown, "flow").text
    assert written["verdicts"] == {"keep": 31, "malformed": 3, "undecodable": 2, "unreadable": 1}
    assert written["totals"] == {
        "files": 23,
        "files_without_records": 0,
        "files_not_delivered": 0,
        "records": 37,
        "ids_repeated": 0,
    }
    assert written["edits"] == []


@pytest.mark.parametrize("files", [{}, {"blank.txt": b""}], ids=["no file", "no text"])
def test_a_dump_without_documents_has_a_page(tmp_path: Path, files: dict[str, bytes]) -> None:
    raw = tmp_path / "raw" / "nothing"
    raw.mkdir(parents=True)
    for name, content in files.items():
        (raw / name).write_bytes(content)
    shown, written = take(raw, tmp_path / "out").write([])
    assert written["totals"]["documents"] == 0
    assert [node.attributes["id"] for node in shown.all("section")] == SECTIONS
    assert f"0 published{' + 1 empty' if files else ''} = {len(files)} of" in shown.text
    assert "None were asked." in section(shown, "expectations").text


def test_at_most_two_hundred_documents_are_listed_and_the_rest_is_said(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "many"
    raw.mkdir(parents=True)
    lines = (f'{{"text": "Boat number {number} is out."}}' for number in range(250))
    (raw / "boats.jsonl").write_text("\n".join(lines))
    case = take(raw, tmp_path / "out")
    ids = tuple(row["doc_id"] for row in _records(case))
    shown, _ = case.write([replace(FAILED, failing_ids=ids)], published=False, candidate={})
    assert len(shown.all("article")) == 200
    assert "50 more are not listed here" in section(shown, "documents").text
    assert "and 240 more, named in expectations.json" in section(shown, "expectations").text


def test_the_page_is_the_same_before_and_after_the_commit(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "day"
    raw.mkdir(parents=True)
    (raw / "note.txt").write_text("The lamp on the pier is lit at dusk.")
    case = take(raw, tmp_path / "out")
    before = case.html()
    after = page.write(case.run, commit(case.run, case.candidate), (PASSED,), published=True)
    assert after.html.read_bytes() == before
    assert len(rows(case.run.out, "documents")) == 1
    assert parse(before.decode()).one(id="verdict")


def _records(case: Case) -> list[dict[str, Any]]:
    columns = ["doc_id", "source", "record", "text"]
    found: list[dict[str, Any]] = case.run.dataset("measured_documents").table(columns).to_pylist()
    return found
