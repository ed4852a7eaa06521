"""The documents say what is so: commands run, settings and outputs are the real ones.

`python -m tests.test_docs` renews the table of settings in docs/recipe.md.
"""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from assets.definitions import defs
from pipeline import schema
from pipeline.recipe import Recipe
from tests.conftest import ROOT

BEGIN, END = "<!-- settings:", "<!-- settings end -->"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text()


ENTRY = re.compile(r"^(\w+(?:, \w+)*): (.*(?:\n(?!\w+(?:, \w+)*: ).+)*)", re.MULTILINE)


def settings_table() -> str:
    """Every section of the recipe: its description, its settings, their meaning and defaults."""
    parts = []
    for section, kind in get_type_hints(Recipe).items():
        described = inspect.getdoc(kind) or ""
        meanings = {
            name: " ".join(meaning.split())
            for names, meaning in ENTRY.findall(described)
            for name in names.split(", ")
        }
        intro = ENTRY.sub("", described).strip()
        parts.append(
            f"\n## [{section}]\n\n{intro}\n\n| setting | default | meaning |\n|---|---|---|"
        )
        for setting in fields(kind):
            default = (
                list(setting.default) if isinstance(setting.default, tuple) else setting.default
            )
            shown = f"`{section}.{setting.name}` | `{json.dumps(default)}`"
            parts.append(f"| {shown} | {meanings.get(setting.name, '')} |")
    return "\n".join(parts) + "\n"


def with_settings(page: str) -> str:
    head, rest = page.split(BEGIN)
    comment = rest.split("\n", 1)[0]
    return f"{head}{BEGIN}{comment}\n{settings_table()}{END}{rest.split(END)[1]}"


def test_the_recipe_page_lists_every_setting() -> None:
    page = (ROOT / "docs" / "recipe.md").read_text()
    assert page == with_settings(page), "run `python -m tests.test_docs`"


def test_the_corpus_page_explains_every_verdict_and_dataset() -> None:
    page = (ROOT / "docs" / "corpus.md").read_text()
    for word in (*schema.VERDICTS, *schema.PUBLISHED):
        assert word in page


def test_links_inside_the_project_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "examples/README.md"]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a clone that is set up, so that nothing is left in this one."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("Makefile", "examples", "pyproject.toml", "requirements.txt", ".venv"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "README.md").write_text(README)
    return folder


def blocks() -> list[object]:
    return [
        pytest.param(match[1], match[3], id=f"{match[1]}-{number}")
        for number, match in enumerate(FENCE.finditer(README))
        if match[1] in ("sh", "python", "console") and "not-run" not in match[2]
    ]


@pytest.mark.parametrize(("language", "block"), blocks())
def test_readme_blocks_run_in_order(language: str, block: str, place: Path) -> None:
    """sh and python blocks succeed; a console block shows just what its command prints."""
    if not (ROOT / ".venv" / ".ready").exists():
        pytest.skip("the README's commands need the environment that make sets up")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": "100"}
    shown = ""
    if language == "console":
        first, shown = block.split("\n", 1)
        block = first.removeprefix("$ ")
    program = [sys.executable, "-c", block] if language == "python" else ["sh", "-ec", block]
    done = subprocess.run(
        program, cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if shown:
        assert done.stdout.rstrip() == shown.rstrip()


def test_the_dagster_page_names_what_dagster_has() -> None:
    page = (ROOT / "docs" / "dagster.md").read_text()
    assert defs.schedules
    assert defs.sensors
    names = [found.name for found in (*defs.schedules, *defs.sensors)]
    names += [key.to_user_string() for key in defs.resolve_all_asset_keys()]
    for name in names:
        assert f"`{name}`" in page, name


COMMANDS = (
    "inspect",
    "run",
    "explain",
    "restore",
    "typos",
    "repeats",
    "duplicates",
    "index",
    "rules",
    "schema",
)


def test_every_command_is_in_the_readme() -> None:
    for command in COMMANDS:
        assert f"hygiene {command}" in README
    for target in ("make run", "make test", "make ui", "make bench"):
        assert target in README
    assert shutil.which("make")


if __name__ == "__main__":
    recipe_page = ROOT / "docs" / "recipe.md"
    recipe_page.write_text(with_settings(recipe_page.read_text()))
