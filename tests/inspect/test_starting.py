"""The starting recipe: valid as it is and with every suggestion taken, and good for a run."""

import json
import re
import shlex
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.inspect.findings import Damage, Example, Field, File, Findings, Hint, Language
from pipeline.recipe import Recipe, load, parse
from pipeline.report.starting import starting_recipe
from tests.conftest import EXAMPLES, publish, rows
from tests.inspect.conftest import ENGLISH, GERMAN, look

SETTING = re.compile(r"^# ([a-z_]+ = )", re.MULTILINE)


def parsed(found: Findings) -> Recipe:
    return parse(tomllib.loads(starting_recipe(found)))


def all_taken(found: Findings) -> Recipe:
    """The recipe with no line commented out."""
    return parse(tomllib.loads(SETTING.sub(r"\1", starting_recipe(found))))


@pytest.fixture(scope="module")
def examples() -> Findings:
    return look(EXAMPLES)


def test_it_loads_and_changes_nothing_where_nothing_must_be_changed(
    examples: Findings, tmp_path: Path
) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(starting_recipe(examples))
    assert load(path) == Recipe()
    taken = all_taken(examples)
    assert taken.language.wanted == ("en", "de", "fr", "uk", "fi", "ja", "ru")
    assert taken.ingest.on_undecodable == "replace"
    assert "en 71 %, de 7.9 %" in path.read_text()


def test_a_run_with_it_publishes_the_texts(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    texts = {n: f"Story number {n}. {(ENGLISH if n % 2 else GERMAN) * (n + 3)}" for n in range(8)}
    lines = [json.dumps({"id": n, "content": text}) for n, text in texts.items()]
    (raw / "a.jsonl").write_text("\n".join(lines))
    path = tmp_path / "recipe.toml"
    path.write_text(starting_recipe(look(raw)))
    recipe = load(path)
    assert recipe.ingest.text_field == "content"
    publish(raw, tmp_path / "out", recipe=recipe)
    done = rows(tmp_path / "out", "documents") + rows(tmp_path / "out", "rejected")
    assert {row["text"] for row in done} == {text.rstrip() for text in texts.values()}


def test_larger_records_than_may_be(examples: Findings) -> None:
    example = Example("a.txt", 1, None, "70000000 bytes")
    large = replace(examples, damage=(Damage("oversize", 0.1, 1, 70_000_000, example),))
    assert parsed(large).ingest.max_record_bytes == 2**27
    huge = replace(examples, damage=(Damage("oversize", 0.1, 1, 7_000_000_000, example),))
    assert parsed(huge) == Recipe()  # somebody decides
    assert all_taken(huge).ingest.max_record_bytes == 2**33
    records = replace(examples.records, unfinished=(File("b.txt", 10**10),))
    unfinished = replace(examples, damage=(), records=records)
    assert parsed(unfinished) == Recipe()
    assert all_taken(unfinished).ingest.max_record_bytes > 2**25


@pytest.mark.parametrize(
    "name",
    [
        "full text",
        'a"b',
        "a\\b",
        "a\nb",
        "a\x7fb\x1b",
        "\u202eevil",
        "ключ",
        "😀",
        "a#b",
        "]",
        "'''",
    ],
)
def test_any_name_can_be_the_text_field(examples: Findings, name: str) -> None:
    field = replace(examples.text_field, used=name, missing=1.0)
    named = replace(examples, text_field=field, place=f"raw\n[evil]\n{name}")
    assert parsed(named).ingest.text_field == name
    assert all_taken(named).ingest.text_field == name
    assert not set(starting_recipe(named)) & {"\x1b", "\u202e", "\x7f"}


def test_strangers_cannot_write_settings(examples: Findings) -> None:
    evil = "x\n[language]\nwanted = ['xx']\n\u2028\r"
    says = Example(evil, 1, None, evil)
    found = replace(
        examples,
        place=evil,
        damage=tuple(
            Damage(verdict, 0.5, 1, 5, says)
            for verdict in ("unsafe", "undecodable", "oversize", "malformed")
        ),
        fields=(Field(evil, 1.0, {"string": 1}, 5, evil), Field("text", 1.0, {}, 5, "")),
        pages=Hint(0.5, 1, says),
    )
    assert parsed(found).language == Recipe().language


def test_many_languages(examples: Findings) -> None:
    example = Example("a.txt", 1, None, "")
    codes = ["und", "en", "de", "fr", "es", "it", "nl", "pl", "ru", "uk", "cs", "ja", "zh-cn"]
    codes += ["fi", "sv", "da", "no", "hu", "ro"]
    languages = tuple(Language(code, 1 / len(codes), 1, example) for code in codes)
    found = replace(examples, languages=languages)
    assert len(all_taken(found).language.wanted) == 8
    assert "and 2 more." in starting_recipe(found)
    rare = tuple(Language(code, 0.01, 1, example) for code in codes)
    assert all_taken(replace(examples, languages=rare)).language.wanted == ("en",)


def test_the_command_in_it_can_be_pasted(examples: Findings) -> None:
    found = replace(examples, place="my raw files")
    recipe = starting_recipe(found, "my recipe.toml")
    (line,) = (each for each in recipe.split("\n") if "hygiene run" in each)
    words = shlex.split(line.removeprefix("# "))
    assert words[:3] == ["hygiene", "run", "my raw files"]
    assert words[-2:] == ["--recipe", "my recipe.toml"]


def test_nothing_to_say(tmp_path: Path) -> None:
    assert parsed(look(tmp_path)) == Recipe()
