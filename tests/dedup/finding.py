"""Finding duplicates by itself, without the steps before and after it: cheap enough for many small
corpora, and for documents whose ids, damage and edits a test wants to choose.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline import schema
from pipeline.dedup import keepers, likeness
from pipeline.dedup.bands import keys_of
from pipeline.dedup.ids import numbers_of
from pipeline.dedup.order import KeepOrder
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import unpacked
from pipeline.engine.local import LocalEngine
from pipeline.index import making
from pipeline.index.part import Part
from pipeline.index.signing import SIGNED_FROM, signatures
from pipeline.kernels.sets import Sets
from pipeline.steps import deduplicate
from pipeline.store.dataset import Dataset, Layout, Provenance, Target

DUMP = "2026-01-02"


@dataclass(frozen=True)
class Doc:
    """A document that was measured; name: what a test calls it."""

    name: str
    text: str | None
    dump: str = DUMP
    source: str = ""
    damage: int | None = 0
    edits: int = 0
    verdict: str | None = None
    id: str = ""

    @property
    def doc_id(self) -> str:
        return self.id or hashlib.md5(self.name.encode()).hexdigest()


def measured(docs: Sequence[Doc]) -> pa.Table:
    """What signatures are made from."""
    texts = [doc.text for doc in docs]
    columns: dict[str, Any] = {
        "doc_id": [doc.doc_id for doc in docs],
        "dump": [doc.dump for doc in docs],
        "source": [doc.source or f"{doc.name}.txt" for doc in docs],
        "chars": pa.array([None if text is None else len(text) for text in texts], pa.int64()),
        "verdict": pa.array([doc.verdict for doc in docs], pa.string()),
        "text": pa.array(texts, pa.string()),
        "edit_count": pa.array([doc.edits for doc in docs], pa.int64()),
        "replacement_characters": pa.array([doc.damage for doc in docs], pa.int64()),
    }
    none = pa.array([0] * len(docs), pa.int64())
    return pa.table({name: columns.get(name, none) for name in SIGNED_FROM})


def target(folder: Path, name: str, columns: pa.Schema, layout: Layout) -> Target:
    provenance = Provenance(name, DUMP, name, "{}", ())
    return Target(folder / name, columns, provenance, layout=layout)


def signed(folder: Path, shards: Sequence[Sequence[Doc]], settings: DedupSettings) -> Dataset:
    """The signatures of documents, in these shards."""
    made = target(folder, "signed", schema.SIGNED, "flat")
    return made.finish(
        made.write(f"part-{n}.parquet", signatures(measured(docs), settings=settings))
        for n, docs in enumerate(shards)
    )


def index_of(folder: Path, docs: Sequence[Doc], settings: DedupSettings) -> list[Part]:
    """The index of published documents: a part for each of their dumps."""
    parts = []
    with LocalEngine() as engine:
        for dump, some in groupby(sorted(docs, key=lambda doc: doc.dump), lambda doc: doc.dump):
            here = folder / dump
            target_of = partial(target, here)
            made = signed(here, [list(some)], settings)
            keys = making.keys_in_order(engine, made, target_of, settings)
            found = making.make(engine, made, keys, None, target_of, settings)
            parts.append(Part(dump, dump, *(found[name].folder for name in making.DATASETS)))
    return parts


def duplicates(
    folder: Path,
    docs: Sequence[Doc] | Sequence[Sequence[Doc]],
    settings: DedupSettings | None = None,
    published: Sequence[Doc] = (),
) -> dict[str, dict[str, Any]]:
    """Name of each dropped document -> what is said of it, ids as names.

    docs: of one dump, or of several that are new together.
    """
    settings = settings or DedupSettings()
    dumps = [docs] if not docs or isinstance(docs[0], Doc) else docs
    every = [doc for some in dumps for doc in some]
    return found_in(folder, [[some] for some in dumps], every, settings, published)


def found_in(
    folder: Path,
    dumps: Sequence[Sequence[Sequence[Doc]]],
    every: Sequence[Doc],
    settings: DedupSettings,
    published: Sequence[Doc] = (),
) -> dict[str, dict[str, Any]]:
    """The same of dumps that are already cut into shards."""
    parts = index_of(folder / "index", published, settings)
    names = {doc.doc_id: doc.name for doc in (*every, *published)}
    order = KeepOrder(settings, tuple(sorted({doc.dump for doc in (*every, *published)})))
    found: dict[str, dict[str, Any]] = {}
    with LocalEngine() as engine:
        made = [signed(folder / f"fresh-{n}", some, settings) for n, some in enumerate(dumps)]
        keys = [
            making.keys_in_order(engine, each, partial(target, each.folder.parent), settings)
            for each in made
        ]
        passes = partial(target, folder / "passes")
        dropped = deduplicate.find(engine, made, keys, parts, passes, order).dropped
        for each in made:
            ids: list[str] = []
            for table in each.batches(["doc_id"]):
                for fates in deduplicate.fates(table, dropped=dropped, order=order):
                    ids += fates["doc_id"].to_pylist()
                    for row in fates.to_pylist():
                        if row["duplicate"]:
                            kept, cluster = names[row["kept_id"]], names[row["cluster_id"]]
                            row |= {"kept_id": kept, "cluster_id": cluster}
                            found[names[row["doc_id"]]] = row
            assert sorted(ids) == sorted(doc.doc_id for doc in every if doc.doc_id in ids)
    return found


def in_one_group(
    docs: Sequence[Doc], settings: DedupSettings, published: frozenset[str], anchors: int
) -> dict[str, dict[str, Any]]:
    """Name of each dropped document -> its row, by the two kernels that compare and decide: all
    documents are one group, in memory, and buckets of more than `anchors` are large.

    published: names of those that stay.
    """
    (table,) = signatures(measured(docs), settings=settings)
    order = KeepOrder(settings, tuple(sorted({doc.dump for doc in docs})))
    (high, low), (text_high, text_low) = numbers_of(table["doc_id"]), numbers_of(table["text_hash"])
    orders = order.fresh(table)
    for row, doc in enumerate(docs):
        if doc.name in published:
            orders[row] = order.published(doc.dump, np.array([len(doc.text or "")]))[0]
    columns = {"doc": high, "low": low, "order": orders, "text_high": text_high}
    columns |= {"text_low": text_low, "group": np.zeros(len(docs), np.uint64)}
    values, ends = unpacked(table["shingles"].combine_chunks())
    sets = Sets(values, ends[:-1], np.diff(ends))
    keys = pa.concat_tables(keys_of(table, settings=settings))
    found = likeness.compare(pa.table(columns), keys, sets, settings, anchors)
    alike = pa.concat_tables([likeness.VERIFIED.empty_table(), *found])
    names = dict(zip(high.tolist(), (doc.name for doc in docs), strict=True))
    return {
        names[row["doc"]]: row | {"kept_id": names[row["kept_doc"]]}
        for made in keepers.keep(alike, room=np.empty)
        for row in made.to_pylist()
    }
