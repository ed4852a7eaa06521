"""Bands of signatures, and the candidate pairs of documents that meet in one.

`keys_of` makes the keys of signatures; `met` looks at all of them and says which any two documents
share; `bands` makes one row for each such key of a document; `pairs`, a kernel, makes pairs of all
rows of a key.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.settings import DedupSettings
from pipeline.kernels.bands import Keys, SeenTwice, band_keys

Order = tuple[bool, str, int, str]

BANDS = pa.schema(
    [
        ("key", pa.uint64()),  # equal for documents that meet
        ("exact", pa.bool_()),  # the key is of the hash of the folded text
        ("text_hash", pa.string()),
        ("dump", pa.string()),
        ("chars", pa.int64()),
        ("doc_id", pa.string()),
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


def keys_of(signatures: pa.ListArray, settings: DedupSettings) -> pa.Array:
    """The keys of each signature's bands as a list of uint64; null where there is none."""
    some = np.flatnonzero(signatures.is_valid())
    minima = (
        signatures.drop_null()
        .flatten()
        .to_numpy()
        .reshape(len(some), settings.bands * settings.rows)
    )
    keys = band_keys(minima, settings.bands, settings.rows)
    sizes = np.zeros(len(signatures), np.int32)
    sizes[some] = settings.bands
    offsets = np.append(np.int32(0), np.cumsum(sizes, dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, keys.reshape(-1), mask=signatures.is_null())


def met(signatures: Iterable[pa.Table], settings: DedupSettings) -> SeenTwice:
    """The keys that more than one document may have."""
    seen = SeenTwice()
    for table in signatures:
        for _, keys, _ in _keys(table, settings):
            seen.see(keys)
    return seen


def bands(
    table: pa.Table, *, fresh: bool, seen: SeenTwice, settings: DedupSettings
) -> Iterator[pa.Table]:
    """Signatures in; for each key that another document may have, one row out."""
    for rows, keys, exact in _keys(table, settings):
        at, band = np.nonzero(seen.which(keys))
        documents = table.take(rows[at])
        columns = {name: documents[name] for name in BANDS.names if name in table.column_names}
        columns |= {
            "key": keys[at, band],
            "exact": np.full(len(at), exact),
            "fresh": np.full(len(at), fresh),
        }
        yield pa.table({name: columns[name] for name in BANDS.names}, BANDS)


def _keys(
    table: pa.Table, settings: DedupSettings
) -> Iterator[tuple[NDArray[np.int64], Keys, bool]]:
    """(rows, their keys, whether those are of the exact hash); documents without are left out."""
    compared = pc.is_valid(table["text_hash"])  # the others were rejected before
    if settings.exact:
        rows = np.flatnonzero(compared)
        hashes = table["text_hash"].drop_null().to_pylist()
        digits = bytes.fromhex("".join(each[:16] for each in hashes))
        yield rows, np.frombuffer(digits, ">u8").astype(np.uint64)[:, None], True
    if settings.near:
        signed = pc.and_(compared, pc.is_valid(table["bands"]))
        rows = np.flatnonzero(signed)
        keys = table["bands"].filter(signed).combine_chunks().flatten().to_numpy()
        yield rows, keys.reshape(len(rows), settings.bands), False


def pairs(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: rows sorted by key in, candidate pairs out, each at most once a band.

    Only pairs with a fresh document. Texts that are exactly equal go into near bands as one.
    """
    rows: list[dict[str, Any]] = []
    members_of = (row for batch in table.to_batches(_MAX_ROWS) for row in batch.to_pylist())
    for _, group in groupby(members_of, key=_meeting):
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


def _meeting(row: dict[str, Any]) -> tuple[int, bool, str]:
    """What rows must share to meet: the key, and for equal texts the whole hash."""
    return row["key"], row["exact"], row["text_hash"] if row["exact"] else ""


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
