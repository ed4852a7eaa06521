"""Bands of signatures, and the candidate pairs of documents that meet in one.

Kernels: `bands` from signatures to one row a band, `pairs` from all rows of a band to pairs.
"""

import hashlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.dedup.settings import DedupSettings

Order = tuple[bool, str, int, str]

BANDS = pa.schema(
    [
        ("key", pa.string()),  # equal for documents that meet
        ("exact", pa.bool_()),  # the key is the hash of the folded text
        ("dump", pa.string()),
        ("chars", pa.int64()),
        ("doc_id", pa.string()),
        ("text_hash", pa.string()),
        ("fresh", pa.bool_()),  # of the dump that is being compared
    ]
)
# What keep order needs of each side.
_PLACE = (("fresh", pa.bool_()), ("dump", pa.string()), ("chars", pa.int64()))
PAIRS = pa.schema(
    [
        ("pair", pa.string()),  # both ids, and whether the texts are equal
        ("a", pa.string()),  # the one to keep
        ("b", pa.string()),
        ("exact", pa.bool_()),
        *((f"{side}_{name}", kind) for side in "ab" for name, kind in _PLACE),
    ]
)
# In a band that many documents share (a template), each is compared with this many anchors, the
# first by keep order, rather than with all others.
_ANCHORS = 8
# Pairs are handed on in tables of this many.
_MAX_ROWS = 10_000


def bands(table: pa.Table, *, fresh: bool, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: signatures in, one row for each band, and for the exact hash, out."""
    rows: list[dict[str, Any]] = []
    for doc in table.to_pylist():
        if doc["text_hash"] is None:
            continue  # rejected before anything was compared
        common = {
            "dump": doc["dump"],
            "chars": doc["chars"],
            "doc_id": doc["doc_id"],
            "text_hash": doc["text_hash"],
            "fresh": fresh,
        }
        if settings.exact:
            rows.append({"key": doc["text_hash"], "exact": True, **common})
        if settings.near and doc["signature"] is not None:
            keys = band_keys(np.array(doc["signature"], np.uint32), settings)
            rows += [{"key": key, "exact": False, **common} for key in keys]
    yield pa.Table.from_pylist(rows, BANDS)


def band_keys(signature: Any, settings: DedupSettings) -> list[str]:
    """One key a band: the band's number and the hash of its minima."""
    parts = signature[: settings.bands * settings.rows].reshape(settings.bands, settings.rows)
    return [
        f"{number}:{hashlib.blake2b(part.tobytes(), digest_size=8).hexdigest()}"
        for number, part in enumerate(parts)
    ]


def pairs(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: rows sorted by key in, candidate pairs out, each at most once a band.

    Only pairs with a fresh document. Texts that are exactly equal go into near bands as one.
    """
    rows: list[dict[str, Any]] = []
    members_of = (row for batch in table.to_batches(_MAX_ROWS) for row in batch.to_pylist())
    for _, group in groupby(members_of, key=lambda row: row["key"]):
        members = sorted(group, key=keep_order)
        if members[0]["exact"]:
            anchors = members[:1]
        else:
            if settings.exact:
                members = list({row["text_hash"]: row for row in reversed(members)}.values())[::-1]
            anchors = members[:_ANCHORS]
        for place, first in enumerate(anchors):
            rows += [
                _pair(first, second)
                for second in members[place + 1 :]
                if first["fresh"] or second["fresh"]
            ]
            if len(rows) >= _MAX_ROWS:
                yield pa.Table.from_pylist(rows, PAIRS)
                rows = []
    yield pa.Table.from_pylist(rows, PAIRS)


def distinct(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel, by `pair`: pairs that met in many bands, once each."""
    others = [(name, "min") for name in PAIRS.names if name != "pair"]
    once = table.group_by("pair", use_threads=False).aggregate(others)
    yield once.rename_columns(["pair", *(name for name, _ in others)]).select(PAIRS.names)


def keep_order(row: dict[str, Any], prefix: str = "") -> Order:
    """Sorts what is kept first: what is published already, then the earliest dump, then the
    longest text, then the smallest id.
    """
    doc = row[prefix.removesuffix("_")] if prefix else row["doc_id"]
    return row[f"{prefix}fresh"], row[f"{prefix}dump"], -row[f"{prefix}chars"], doc


def _pair(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    one, other, exact = first["doc_id"], second["doc_id"], first["exact"]
    pair = {"pair": f"{one}{other}{exact:d}", "a": one, "b": other, "exact": exact}
    for side, row in (("a", first), ("b", second)):
        pair |= {f"{side}_{name}": row[name] for name, _ in _PLACE}
    return pair
