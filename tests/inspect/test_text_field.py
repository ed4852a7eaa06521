"""The field that holds the text is found where it has another name than the settings say."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.inspect.fields import Fields
from pipeline.recipe import Recipe
from pipeline.sources.settings import IngestSettings
from tests.inspect.conftest import ENGLISH, GERMAN, look


def record(field: str, text: str, **others: object) -> dict[str, object]:
    return {"id": 7, "url": f"https://example.org/{'a' * 200}", field: text, **others}


def write(path: Path, records: list[dict[str, object]]) -> None:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records))


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson.gz", "a"])
def test_in_json_lines(tmp_path: Path, name: str) -> None:
    """Whatever the file is named, and though it looks like a text by its first line."""
    write(tmp_path / name, [record("raw_content", ENGLISH * 5, title=GERMAN)] * 9)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress((tmp_path / name).read_bytes()))
    found = look(tmp_path)
    assert (found.text_field.used, found.text_field.missing) == ("raw_content", 1.0)
    assert [each.language for each in found.languages] == ["en"]
    assert found.records.estimate == 9
    assert found.damage == ()
    assert {each.name: each.kinds for each in found.fields} == {
        "id": {"number": 9},
        "raw_content": {"string": 9},
        "title": {"string": 9},
        "url": {"string": 9},
    }


def test_in_tables(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([record("body", ENGLISH * 5)] * 9)
    pq.write_table(table, tmp_path / "a.parquet")
    found = look(tmp_path)
    assert found.text_field.used == "body"
    assert (found.records.estimate, found.damage) == (9, ())


def test_the_field_of_most_records_is_used_and_the_others_are_damage(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", [record("text", ENGLISH)] * 8 + [record("content", GERMAN)] * 2)
    found = look(tmp_path)
    assert (found.text_field.used, found.text_field.missing) == ("text", 0.2)
    (damage,) = found.damage
    assert (damage.verdict, damage.share) == ("malformed", 0.2)


def test_a_text_that_is_a_number_is_none(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", [{"text": 4, "content": ENGLISH}] * 5)
    assert look(tmp_path).text_field.used == "content"


def test_no_field_is_likely(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", [{"id": 4, "tags": ["a"]}] * 5)
    found = look(tmp_path)
    assert (found.text_field.used, found.text_field.missing) == ("text", 1.0)
    assert found.damage[0].verdict == "malformed"


def test_the_settings_are_where_it_begins(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", [{"content": ENGLISH, "text": "x " * 999}] * 5)
    recipe = Recipe(ingest=IngestSettings(text_field="content"))
    assert look(tmp_path, recipe=recipe).text_field.used == "content"


def test_plain_texts_have_no_fields(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ENGLISH)
    found = look(tmp_path)
    assert (found.fields, found.text_field.missing) == ((), 0.0)


@pytest.mark.parametrize(
    ("records", "likeliest"),
    [
        ([{"a": ENGLISH, "b": "word"}], "a"),
        ([{"hash": "f" * 500, "a": ENGLISH}], "a"),
        ([{"summary": ENGLISH, "article": ENGLISH}], "article"),
        ([{"Content": ENGLISH, "html": ENGLISH * 2}], "Content"),
        ([{"text": "", "story": ENGLISH}], "story"),
        ([{"a": 5, "b": None, "c": [ENGLISH]}], None),
        ([{"\ud800": ENGLISH * 9, "a": ENGLISH}], "a"),
        ([{"": ENGLISH * 9, "a": ENGLISH}], "a"),
        (
            [{"rare": ENGLISH * 2}, {"often": ENGLISH}, {"often": ENGLISH}, {"often": GERMAN}],
            "often",
        ),
        ([], None),
    ],
)
def test_the_likeliest(records: list[dict[str, object]], likeliest: str | None) -> None:
    fields = Fields()
    for each in records:
        fields.add(each)
    assert fields.likeliest() == likeliest


def test_so_many_fields_are_kept() -> None:
    fields = Fields()
    for n in range(2000):
        fields.add({f"key-{n}": n})
    assert len(fields.names) == 300
    assert fields.records == 2000
