"""Small corpora for the tests of the index: documents as published, without the steps before.

What belongs here: writing documents, and parts of an index by hand; reading shingles back. What
does not: whole runs.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline import schema
from pipeline.engine.local import LocalEngine
from pipeline.index import parts
from pipeline.index.making import DATASETS
from pipeline.index.part import Part
from pipeline.index.shelf import Shelf, fetch
from pipeline.index.signing import SIGNED_FROM
from pipeline.provenance import versions
from pipeline.recipe import Recipe
from pipeline.store.dataset import Dataset, Provenance, Target

COLUMNS = pa.schema([schema.DOCUMENTS.field(name) for name in SIGNED_FROM if name != "verdict"])


def doc_id(dump: str, source: str) -> str:
    return hashlib.blake2b(f"{dump}/{source}".encode(), digest_size=16).hexdigest()


def published(out: Path, dump: str, texts: Mapping[str, str], recipe: Recipe | None = None) -> None:
    """A published dump of these texts, by their sources, with its part of the index."""
    rows: list[dict[str, Any]] = [
        {"doc_id": doc_id(dump, source), "dump": dump, "source": source, "text": text}
        | {"chars": len(text)}
        | {name: 0 for name in COLUMNS.names if name.endswith(("_characters", "_count"))}
        for source, text in texts.items()
    ]
    table = pa.Table.from_pylist(rows, COLUMNS)
    recipe = recipe or Recipe()
    for name, columns in (("documents", COLUMNS), ("signatures", schema.SIGNATURES)):
        provenance = Provenance(name, dump, f"{name} {sorted(texts)}", recipe.to_json(), versions())
        target = Target(out / name / dump, columns, provenance)
        is_documents = name == "documents"
        target.finish([target.write("part-00000.parquet", [table])] if is_documents else [])
    with LocalEngine() as engine:
        parts.rebuild(out, dump, recipe, engine)


def part_of(out: Path, dump: str) -> Part:
    (part,) = (part for part in parts.published_parts(out) if part.dump == dump)
    return part


def folders(out: Path, dump: str) -> list[Path]:
    return [out / name / dump for name in DATASETS]


def texts_of(out: Path, dump: str) -> list[str]:
    return Dataset(out / "documents" / dump).table(["text"])["text"].to_pylist()


# --- a part by hand

Shards = Sequence[Sequence[Mapping[str, Sequence[int]]]]
"""Of each shard the blocks, of each block the columns."""


def by_hand(folder: Path, shards: Mapping[str, Shards]) -> Part:
    """A part of the index with just these rows."""
    places = []
    for name in DATASETS:
        columns = schema.PUBLISHED[name]
        provenance = Provenance(name, "hand", str(folder), "{}", versions())
        target = Target(folder / name / "hand", columns, provenance, layout="flat")
        made = [
            target.write(f"part-{number:05d}.parquet", _tables(blocks, columns))
            for number, blocks in enumerate(shards.get(name, []))
        ]
        places.append(target.finish(made).folder)
    return Part("hand", str(folder), *places)


def _tables(blocks: Iterable[Mapping[str, Sequence[int]]], columns: pa.Schema) -> list[pa.Table]:
    return [
        pa.table(
            {
                field.name: np.array(
                    block.get(field.name, [0] * len(next(iter(block.values())))),
                    field.type.to_pandas_dtype(),
                )
                for field in columns
            },
            columns,
        )
        for block in blocks
    ]


def shingles_at(shelf: Shelf, places: Iterable[tuple[int, int, int]]) -> list[list[int]]:
    """What lies on the shelf at (shard, start, count), for each."""
    shard, start, counts = np.array([*places], np.uint64).reshape(-1, 3).T
    ends = np.append(0, np.cumsum(counts)).astype(np.int64)
    out = np.zeros(ends[-1], np.uint32)
    fetch(shelf, shard.astype(np.uint32), start, counts.astype(np.uint32), ends[:-1], out)
    return [out[a:b].tolist() for a, b in pairwise(ends)]
