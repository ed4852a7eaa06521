"""`verify` finds each kind of damage, and nothing where there is none."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import schema
from pipeline.index.checking import problems
from pipeline.store import flat
from pipeline.store.dataset import MANIFEST, write_shard
from tests.index.corpora import part_of, published

DUMP = "2026-01-01"
TEXTS = {
    f"{n}": f"Pier {n} has {n} lamps, {n + 2} ropes, {n * n} rings and a bench." for n in range(9)
}
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sound") / "out"
    published(out, DUMP, TEXTS | {"short": "No"})
    return out


def changed(name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """Write a dataset's file anew with other columns, and the manifest to go with it."""

    def do(out: Path) -> None:
        folder = out / name / DUMP
        (path,) = folder.glob("*.parquet")
        table = pq.read_table(path)
        columns = {n: table[n].to_numpy() for n in table.column_names}
        _put(folder, path, change(columns))

    def _put(folder: Path, path: Path, columns: dict[str, Any]) -> None:
        table = pa.table(columns, schema.PUBLISHED[name])
        shard = write_shard(path, table.schema, [table], regroup=False, layout="flat")
        manifest = json.loads((folder / MANIFEST).read_bytes())
        manifest |= {"files": [vars(shard)], "rows": shard.rows, "bytes": shard.bytes}
        (folder / MANIFEST).write_text(json.dumps(manifest))

    return do


def without(columns: dict[str, Any], rows: slice) -> dict[str, Any]:
    return {name: np.delete(column, rows) for name, column in columns.items()}


def flipped(name: str, at: int) -> Change:
    def do(out: Path) -> None:
        (path,) = (out / name / DUMP).glob("*.parquet")
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    return do


def gone(name: str) -> Change:
    return lambda out: next((out / name / DUMP).glob("*.parquet")).unlink()


def compressed(out: Path) -> None:
    """The same rows, and the manifest agrees: but nothing lies where look-ups look."""
    folder = out / "band_index" / DUMP
    (path,) = folder.glob("*.parquet")
    pq.write_table(pq.read_table(path), path, compression="zstd")
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"][0]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))


def of_stranger(columns: dict[str, Any]) -> dict[str, Any]:
    docs = columns["doc"].copy()
    docs[columns["doc"] == docs[0]] = 77
    return columns | {"doc": docs}


def other_text(columns: dict[str, Any]) -> dict[str, Any]:
    return columns | {"text_high": columns["text_high"] ^ np.uint64(1 << 60)}


DAMAGE = [
    *(
        pytest.param(
            flipped(name, 200), ["has changed since it was written"], id=f"a bit of {name}"
        )
        for name in ("band_index", "document_index", "shingles")
    ),
    *(
        pytest.param(gone(name), ["is named by its manifest, but it is gone"], id=f"no {name}")
        for name in ("band_index", "document_index", "shingles")
    ),
    pytest.param(flipped("band_index", -3), ["is damaged"], id="a bit of what a file ends with"),
    pytest.param(compressed, ["is no single plain page"], id="compressed"),
    pytest.param(
        changed("band_index", lambda c: {name: column[::-1] for name, column in c.items()}),
        ["is not in order of key, doc"],
        id="keys in another order",
    ),
    pytest.param(
        changed("document_index", lambda c: {name: column[::-1] for name, column in c.items()}),
        ["is not in order of doc"],
        id="documents in another order",
    ),
    pytest.param(
        changed("document_index", lambda c: without(c, slice(2, 3))),
        [
            "has 9 documents, the dump has 10",
            "lacks documents of the dump: 1",
            "document_index/2026-01-01 lacks: 1",
            "shingles, the documents have",
        ],
        id="a document is missing",
    ),
    pytest.param(
        changed("band_index", of_stranger), ["document_index/2026-01-01 lacks: 1"], id="a stranger"
    ),
    pytest.param(
        changed("document_index", other_text), ["lacks texts of documents: 10"], id="other texts"
    ),
    pytest.param(
        changed("shingles", lambda c: without(c, slice(-4, None))),
        ["shingles, the documents have", "of so many they are missing: 1"],
        id="shingles are missing",
    ),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGE)
def test_each_kind_of_damage_is_found(
    damage: Change, says: list[str], sound: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(sound, tmp_path / "out")
    damage(out)
    found = "\n".join(problems(out, part_of(out, DUMP)))
    for words in says:
        assert words in found
    assert all(str(out) in line for line in found.splitlines())


def test_a_view_that_shows_something_else_is_found(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is known of which a view is wrong and yet not refused: so the view is made wrong."""
    real = flat._view

    def shifted(bytes_of: Any, chunk: Any, kind: Any) -> Any:
        return np.roll(real(bytes_of, chunk, kind), chunk.path_in_schema == "low")

    monkeypatch.setattr(flat, "_view", shifted)
    (found,) = problems(sound, part_of(sound, DUMP))
    assert found.endswith("document_index/2026-01-01: not where it is looked for: low")


def test_a_part_without_its_manifest_was_never_finished(sound: Path, tmp_path: Path) -> None:
    out = shutil.copytree(sound, tmp_path / "out")
    (out / "shingles" / DUMP / MANIFEST).unlink()
    (found,) = problems(out, part_of(out, DUMP))
    assert "was never finished" in found


def test_nothing_is_found_where_nothing_is_wrong(sound: Path, example_corpus: Path) -> None:
    assert list(problems(sound, part_of(sound, DUMP))) == []
    for dump in ("2026-11-21", "2026-11-22"):
        assert list(problems(example_corpus, part_of(example_corpus, dump))) == []
