"""Web pages on their way through a run: which rows, what becomes of them, whatever the order."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import schema
from pipeline.cli import BAD_INPUT, main
from pipeline.document import Edit, restore
from pipeline.html.client import helper_for
from pipeline.html.settings import HtmlSettings
from pipeline.recipe import parse
from pipeline.steps.pages import with_pages_read
from tests.conftest import publish, rows
from tests.html.test_client import PLAIN, TEN_MEGABYTES
from tests.html.test_extract import ARTICLE, XHTML, page, read

COLUMNS = pa.schema(
    [schema.RAW.field(n) for n in ("source", "text", "metadata", "verdict", "reason", "edits")]
)


@pytest.fixture(scope="module", autouse=True)
def _no_helper_is_left() -> Iterator[None]:
    yield
    helper_for.cache_clear()


def row(source: str, text: str | None, metadata: str = "{}") -> dict[str, Any]:
    return {
        "source": source,
        "text": text,
        "metadata": metadata,
        "verdict": None if text is not None else "undecodable",
        "reason": None,
        "edits": [],
    }


def done(*given: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    """The rows afterwards; they are cut out of a longer table."""
    table = pa.Table.from_pylist([row("a.html", "<p>first"), *given], COLUMNS)[1:]
    result = with_pages_read(table, HtmlSettings(**settings))
    assert result.schema == COLUMNS
    return list(result.to_pylist())


def test_pages_are_read_by_name_and_by_content_and_all_else_is_left_alone() -> None:
    given = [
        row("a.html", ARTICLE),
        row("a.jsonl", PLAIN),
        row("a.txt", XHTML),
        row("a.txt", "plain <html>"),
        row("a.jsonl", ARTICLE),
        row("a.html", None),
        row("a.html", ""),
    ]
    after = done(*given)
    for was, now in list(zip(given, after, strict=True))[:3]:
        assert now["text"] == read(was["text"]).text
        assert [edit["before"] for edit in now["edits"]] == [was["text"]]
        assert restore(now["text"], [Edit(**edit) for edit in now["edits"]]) == was["text"]
    assert after[3:] == given[3:]


def test_a_page_without_a_text_becomes_an_empty_one() -> None:
    (now,) = done(row("a.html", "<html><script>x</script></html>"))
    assert now["text"] == ""
    assert [edit["after"] for edit in now["edits"]] == [""]


def test_off_leaves_pages_as_they_are() -> None:
    given = [row("a.html", PLAIN)]
    assert done(*given, extractor="off") == given


FACTS = read(PLAIN).facts


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ({}, FACTS),
        ({"title": "Mine", "id": 7, "url": None}, {**FACTS, "title": "Mine", "id": 7, "url": None}),
        ({"language": "de"}, {**FACTS, "language": "de"}),
        ({"lang": "de"}, {k: v for k, v in (FACTS | {"lang": "de"}).items() if k != "language"}),
        ({"lang": ""}, {**FACTS, "lang": ""}),
    ],
)
def test_a_page_fills_in_what_its_record_does_not_say(
    own: dict[str, Any], wanted: dict[str, Any]
) -> None:
    (now,) = done(row("a.jsonl", PLAIN, json.dumps(own)))
    assert json.loads(now["metadata"]) == wanted


def test_a_page_without_facts_changes_no_metadata() -> None:
    (now,) = done(row("a.html", ARTICLE, '{ "as":"it came"}'))
    assert now["metadata"] == '{ "as":"it came"}'


def test_a_page_that_cannot_be_read_costs_itself_alone() -> None:
    slow, deep, fine = done(
        row("a.html", TEN_MEGABYTES),
        row("a.html", "<div>" * 100_000),
        row("a.html", PLAIN),
        seconds=0.3,
    )
    assert (slow["verdict"], slow["text"]) == ("failed:html", TEN_MEGABYTES)
    assert slow["reason"] == "TooSlow: took longer than html.seconds = 0.3"
    assert deep["verdict"] == "failed:html"
    assert deep["reason"] == "Failed: TooDeep: Excessive depth in document: 2048"
    assert fine["verdict"] is None
    assert fine["text"] == read(PLAIN).text


def delivery(folder: Path, names: list[str]) -> Path:
    """Pages in files and in a JSON Lines file, some of them bad, written in that order."""
    folder.mkdir()
    files = {
        "bell.html": PLAIN,
        "été.htm": XHTML.replace("bell", "clock"),
        "menu.xhtml": page("<noscript>Enable scripts</noscript><script>let x = 1</script>"),
        "deep.html": "<div>" * 100_000,
        "page.txt": page(ARTICLE.replace("bell", "weathercock"), root=" lang='en-GB'"),
        "records.jsonl": "\n".join(
            json.dumps({"text": PLAIN.replace("bell", name), "lang": "en", "n": n})
            for n, name in enumerate(["organ", "pulpit", "font"])
        ),
    }
    for name in names or files:
        encoding = "latin-1" if name == "été.htm" else "utf-8"
        (folder / name).write_text(files[name], encoding)
    return folder


def test_the_same_pages_give_the_same_corpus_in_any_order_by_any_number(tmp_path: Path) -> None:
    alike = {"dedup": {"near": False}}
    one = publish(delivery(tmp_path / "d", []), tmp_path / "one", recipe=parse(alike))
    names = [path.name for path in (tmp_path / "d").iterdir()]
    (tmp_path / "other").mkdir()
    many = parse({"ingest": {"shard_bytes": 500}, **alike})
    other = delivery(tmp_path / "other" / "d", sorted(names, reverse=True))
    two = publish(other, tmp_path / "two", recipe=many, workers=2)

    def facts(out: Path, name: str, *by: str) -> list[dict[str, Any]]:
        return sorted(rows(out, name), key=lambda each: [each[column] for column in by])

    for name, by in {
        "documents": ["doc_id"],
        "rejected": ["doc_id"],
        "ledger": ["doc_id", "position"],
    }.items():
        assert facts(one, name, *by) == facts(two, name, *by), name
    rejected = {each["source"]: each["verdict"] for each in rows(one, "rejected")}
    assert rejected == {"menu.xhtml": "empty", "deep.html": "failed:html"}
    documents = rows(one, "documents")
    assert len(documents) == 6
    assert all(each["reversible"] for each in documents)
    assert all("<" not in each["text"] for each in documents)
    assert {each["cut_chars"] for each in documents} == {0}
    declared = {each["source"]: each["declared_language"] for each in documents}
    assert declared["page.txt"] == declared["bell.html"] == "en"
    assert {each["language_agrees"] for each in documents} == {True}


def test_an_extractor_that_is_not_installed_is_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[html]\nextractor = "readability"\n')
    monkeypatch.setattr("pipeline.html.settings.find_spec", lambda _: None)
    raw = delivery(tmp_path / "raw", ["bell.html"])
    words = ["run", str(raw), "--out", str(tmp_path / "out"), "--recipe", str(recipe)]
    assert main(words) == BAD_INPUT
    assert 'pip install "corpus-hygiene[extractors]"' in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
