"""Machine code is made once, kept on disk, and never taken from an older version of the kernels."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

# Counts functions that had to be compiled, and those whose machine code was found on disk.
SCRIPT = """
import pyarrow as pa
from pipeline.kernels import codepoints, texts
import numpy as np
table = codepoints.table_of(np.arange(codepoints.COUNT) % 7)
read = texts.texts_of(pa.array(["a", "\\u6e2f"]))
answer = texts.code_point(read.data, 1), int(codepoints.value_of(table, 0x6E2F))
hits = sum(texts.code_point.stats.cache_hits.values())
print(answer, "hits", hits)
"""
ANSWER = f"((28207, 3), {0x6E2F % 7})"


def ran(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The script, with the package that lies in `folder`."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )


def copy_of_the_kernels(folder: Path) -> Path:
    (folder / "pipeline").mkdir(parents=True)
    (folder / "pipeline" / "__init__.py").write_text("")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "pipeline/kernels", folder / "pipeline/kernels", ignore=ignored)
    return folder


def test_only_the_first_process_compiles(tmp_path: Path) -> None:
    place = copy_of_the_kernels(tmp_path)
    assert f"{ANSWER} hits 0" in ran(place).stdout
    assert f"{ANSWER} hits 1" in ran(place).stdout


def test_code_of_an_older_version_is_not_taken(tmp_path: Path) -> None:
    place = copy_of_the_kernels(tmp_path)
    ran(place)
    other = place / "pipeline/kernels/codepoints.py"  # not the file that is asked for hits
    other.write_text(other.read_text() + "\n# changed\n")
    assert f"{ANSWER} hits 0" in ran(place).stdout


def test_where_nothing_can_be_written_it_says_so_and_works(tmp_path: Path) -> None:
    place = copy_of_the_kernels(tmp_path)
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    for _ in range(2):
        done = ran(place, NUMBA_CACHE_DIR=str(blocked / "cache"))
        assert f"{ANSWER} hits 0" in done.stdout
        assert "compiled anew by each process" in done.stderr
        assert "NUMBA_CACHE_DIR" in done.stderr


def test_a_read_only_package_keeps_its_code_in_the_users_cache(tmp_path: Path) -> None:
    place = copy_of_the_kernels(tmp_path / "package")
    (place / "pipeline/kernels/__pycache__").write_text("no folder can be made here")
    home = tmp_path / "home"
    done = ran(place, XDG_CACHE_HOME=str(home))
    assert done.stderr == ""
    assert list((home / "corpus-hygiene").rglob("*.nbi"))
    assert f"{ANSWER} hits 1" in ran(place, XDG_CACHE_HOME=str(home)).stdout
