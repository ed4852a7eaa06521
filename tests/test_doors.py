"""Each outside library has one door, and each is declared."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from pipeline.sources.places.urls import EXTRAS
from tests.conftest import ROOT

DOORS = {
    "brotli": ["pipeline/sources/archives/packed.py"],
    "chardet": ["pipeline/decode/by_chardet.py"],
    "dagster": ["assets"],
    "datasketch": ["pipeline/dedup"],
    "dateparser": ["pipeline/measures/dates.py"],
    "duckdb": ["pipeline/engine/facts.py"],
    "fsspec": ["pipeline/sources/places/remote.py"],
    "ftfy": ["pipeline/stages/mojibake.py", "pipeline/stages/mojibake_screen.py"],
    "great_expectations": ["expectations"],
    "jinja2": ["pipeline/report"],
    "langdetect": ["pipeline/measures/profiles.py"],
    "lxml": ["pipeline/html/markup.py"],
    "numba": ["pipeline/kernels/compiled.py", "pipeline/kernels/wide.py"],
    "lz4": ["pipeline/sources/archives/packed.py"],
    "orjson": ["pipeline/sources/objects/jsonobject.py", "pipeline/sources/signatures.py"],
    "pandas": ["expectations"],
    "pyarrow.parquet": ["pipeline/store", "pipeline/sources/tables/parquet.py"],
    "readability": ["pipeline/html/by_readability.py"],
    "resiliparse": ["pipeline/html/by_resiliparse.py"],
    "rich": [
        "pipeline/cli.py",
        "pipeline/report/duplicates.py",
        "pipeline/report/index.py",
        "pipeline/report/inspected.py",
        "pipeline/report/terminal.py",
    ],
    "trafilatura": ["pipeline/html/by_trafilatura.py", "pipeline/html/facts.py"],
    "wordfreq": ["pipeline/slips/lexicon.py"],
    "zstandard": ["pipeline/sources/archives/packed.py"],
}


def imports() -> list[tuple[str, str]]:
    """(file, imported module) all over the packages."""
    found = []
    for package in ("pipeline", "assets", "expectations"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                file = path.relative_to(ROOT).as_posix()
                if isinstance(node, ast.Import):
                    found += [(file, alias.name) for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.append((file, node.module))
    return found


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_imported_behind_its_door_only(library: str) -> None:
    used = {file for file, module in imports() if f"{module}.".startswith(f"{library}.")}
    assert used, "nobody goes through this door"
    assert {file for file in used if not file.startswith(tuple(DOORS[library]))} == set()


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    extras = optional["extractors"]
    names = {re.split(r"[<>=]", line)[0] for line in [*project["dependencies"], *extras]}
    names = {{"readability-lxml": "readability"}.get(name, name) for name in names}
    declared = {name.replace("-", "_").lower() for name in names}
    ours = {"pipeline", "assets", "expectations"}
    used = {module.split(".")[0] for _, module in imports()} - ours - set(sys.stdlib_module_names)
    assert used <= declared
    # Needed by `dagster dev` and by trafilatura; no code of ours imports them.
    assert declared - used <= {"dagster_webserver", "lxml_html_clean"}
    # The stores' clients are fsspec's to import; each scheme's extra is named where one is missing.
    assert set(EXTRAS.values()) == optional.keys() - {"dagit", "extractors"}


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    hosts = re.compile(
        "|".join(["py" + "pi[.]org", "python" + "hosted", "/ro" + "ot/", "/wo" + "rk/"])
    )
    tracked = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".coverage"]
    for folder in ("pipeline", "assets", "expectations", "tests", "benchmarks", "docs", ".ci"):
        tracked += [
            path
            for path in (ROOT / folder).rglob("*")
            if path.suffix != ".png" and "__pycache__" not in path.parts
        ]
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in tracked
        if path.is_file() and (found := hosts.search(path.read_text("utf-8", "replace")))
    ]
    assert named == []


def test_every_module_says_what_belongs_in_it() -> None:
    for package in ("pipeline", "assets", "expectations"):
        for path in sorted((ROOT / package).rglob("*.py")):
            assert ast.get_docstring(ast.parse(path.read_text())), path


def test_the_lock_holds_hashes_and_the_makefile_is_for_fresh_machines() -> None:
    lock = Path(ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^[a-z0-9][^\s=]*==[^\s;\\]+", lock, re.MULTILINE)
    assert len(pinned) > 80
    assert lock.count("--hash=sha256:") >= len(pinned)
