"""A recipe that is wrong is refused in words that help."""

from pathlib import Path

import pytest

from pipeline.recipe import Recipe, RecipeError, load, parse

CASES = [
    pytest.param("[langage]", "unknown setting 'langage'; did you mean 'language'", id="table"),
    pytest.param(
        "[language]\nwantd = ['en']",
        "unknown setting 'language.wantd'; did you mean 'language.wanted'",
        id="key",
    ),
    pytest.param(
        "[dedup]\nthreshold = 'high'", "'dedup.threshold' takes a number, not 'high'", id="type"
    ),
    pytest.param(
        "[dedup]\nbands = true", "'dedup.bands' takes a whole number, not True", id="bool"
    ),
    pytest.param("[dedup]\nbands = 1.5", "'dedup.bands' takes a whole number, not 1.5", id="float"),
    pytest.param("[dedup]\nnear = 1", "'dedup.near' takes true or false, not 1", id="no bool"),
    pytest.param(
        "[typos]\nstrength = 'high'",
        r"in \[typos\]: strength takes off, safe or ocr, not 'high'",
        id="strength",
    ),
    pytest.param("[language]\nwanted = 'en'", "takes a list of a text", id="no list"),
    pytest.param("[language]\nwanted = ['en', 1]", "takes a list of a text", id="mixed list"),
    pytest.param(
        "[language]\nwanted = ['klingon']",
        r"in \[language\].*klingon; known are af, am, ar",
        id="language",
    ),
    pytest.param(
        "[dedup]\nthreshold = 1.5", r"in \[dedup\]: threshold must be above 0", id="value"
    ),
    pytest.param(
        "[ingest]\nmax_record_bytes = 0", "max_record_bytes must be at least 1", id="zero"
    ),
    pytest.param(
        "language = 3", r"'language' is a table of settings, write \[language\]", id="no table"
    ),
    pytest.param("[language\n", "is not TOML", id="syntax"),
]


@pytest.mark.parametrize(("toml", "message"), CASES)
def test_a_wrong_recipe_is_refused(toml: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(toml)
    with pytest.raises(RecipeError, match=message) as refused:
        load(path)
    assert str(path) in str(refused.value)


def test_a_missing_recipe_and_one_that_is_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read: No such file"):
        load(tmp_path / "gone.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="not UTF-8 at byte 0"):
        load(tmp_path / "binary.toml")


def test_the_default_accepts_every_language_and_is_what_an_empty_file_says() -> None:
    assert parse({}) == Recipe() == load(None)
    assert Recipe().language.wanted == ()


def test_settings_are_taken(tmp_path: Path) -> None:
    recipe = parse({"language": {"wanted": ["en", "de"]}, "dedup": {"threshold": 1}})
    assert recipe.language.wanted == ("en", "de")
    assert recipe.dedup.threshold == 1.0
    assert recipe.to_json() != Recipe().to_json()
