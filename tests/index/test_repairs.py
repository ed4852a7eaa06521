"""What is damaged is seen, told, and put right by the commands that say so."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.cli import main
from pipeline.store.dataset import MANIFEST
from tests.conftest import EXAMPLES, publish

DUMP = "2026-11-21"


def flip(out: Path) -> None:
    (file,) = (out / "shingles" / DUMP).glob("*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)


def lose_file(out: Path) -> None:
    for file in (out / "band_index" / DUMP).glob("*.parquet"):
        file.unlink()


def lose_folder(out: Path) -> None:
    shutil.rmtree(out / "document_index" / DUMP)


def spoil_manifest(out: Path) -> None:
    (out / "band_index" / DUMP / MANIFEST).write_text('{"x": ')


DAMAGE = [
    pytest.param(flip, "has changed since it was written", id="a byte"),
    pytest.param(lose_file, "is gone", id="a file"),
    pytest.param(lose_folder, "was never finished", id="a folder"),
    pytest.param(spoil_manifest, "is damaged", id="a manifest"),
]


@pytest.fixture
def out(example_corpus: Path, tmp_path: Path) -> Path:
    place = tmp_path / "corpus"
    shutil.copytree(example_corpus, place)
    return place


@pytest.mark.parametrize(("damage", "says"), DAMAGE)
def test_rebuilding_replaces_what_is_damaged(
    damage: Callable[[Path], None], says: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify = ["index", "--out", str(out), "--verify"]
    damage(out)
    assert main([*verify, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["dumps"]
    (dump,) = (each for each in told if each["dump"] == DUMP)
    assert says in " ".join(dump["problems"])
    assert main(["index", "--out", str(out), "--rebuild", DUMP]) == 0
    assert main(verify) == 0


def test_running_the_dump_again_replaces_it_too(out: Path) -> None:
    """Same input, same fingerprint: it takes the place of what lies there all the same."""
    flip(out)
    publish(EXAMPLES / DUMP, out)
    assert main(["index", "--out", str(out), "--verify"]) == 0


def test_another_dump_is_compared_with_a_part_made_anew(out: Path) -> None:
    before = pq.read_table(out / "duplicates" / "2026-11-22", partitioning=None)
    lose_file(out)
    publish(EXAMPLES / "2026-11-22", out)
    assert pq.read_table(out / "duplicates" / "2026-11-22", partitioning=None).equals(before)


def test_documents_that_are_gone_are_seen(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = (out / "documents" / DUMP).glob("*.parquet")
    table = pq.ParquetFile(file).read()
    pq.write_table(table.slice(0, 0), file)
    assert main(["index", "--out", str(out), "--verify"]) == 1
    said = capsys.readouterr().out
    assert f"has {table.num_rows} documents" in said
    assert "duplicates name documents that are not published any more" in said


def test_a_place_that_is_no_corpus_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "--out", str(tmp_path / "typo")]) == 2
    assert "there is no corpus" in capsys.readouterr().err
