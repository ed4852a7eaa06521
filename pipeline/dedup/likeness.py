"""Verification: members of a group are compared by their shingles.

What belongs here: from the keys and members of whole groups to the pairs that are alike. What does
not: who is dropped (keepers).

Of documents with equal texts the first in keep order stands for all; the others are its copies. It
is compared with those that it shares a band with: with all of them where at most `ANCHORS` share
the band, else with the first `ANCHORS` of them that stay. A document stays unless it is alike to
one that does, so as long as no more than `ANCHORS` documents that share a band stay, published ones
among them, nothing is missed: who stays would stay if all were compared. Where more stay, a
document that is alike only to one behind the first `ANCHORS`, and shares no smaller band with it,
is kept; none is ever dropped that is not itself alike to one that stays. (tests/dedup/
test_decisions.py holds all of this against comparing each with each.)
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.bands import is_of_text
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import signed_sets, unpacked
from pipeline.kernels.likeness import Lists, Sets, alike, gather

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]
_FRESH = np.uint64(1 << 63)
# Of those that share a band each is compared with so many that stay.
ANCHORS = 32
_LOWER = 0 if sys.byteorder == "little" else 1  # which half of a uint64 comes first
# Signatures of so many pairs are compared at once.
_MAX_ROWS = 50_000
_MEGABYTE = 1024 * 1024


def _number(name: str) -> pa.Field:
    return pa.field(name, pa.uint64(), nullable=False)


_SIDES = [f"{side}_{name}" for side in ("first", "second") for name in ("doc", "low", "order")]
VERIFIED = pa.schema(
    [
        _number("group"),
        *map(_number, _SIDES),  # the first comes first in keep order
        pa.field("exact", pa.bool_(), nullable=False),  # equal texts
        pa.field("jaccard", pa.float64(), nullable=False),
        # the part of the second's shingles that the first has
        pa.field("containment", pa.float64(), nullable=False),
        pa.field("estimated_jaccard", pa.float64(), nullable=False),
        pa.field("bands_met", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True)
class _Members:
    """The members of some groups, in keep order within each.

    first: for each the member whose text it repeats; itself for most.
    """

    group: Numbers
    doc: Numbers
    low: Numbers
    order: Numbers
    first: Places
    sets: Sets


def compare(
    table: pa.Table, *, settings: DedupSettings, anchors: int = ANCHORS
) -> Iterator[pa.Table]:
    """Kernel, by group: keys and members in, pairs that are alike out."""
    is_member = pc.is_valid(table["order"])
    members = _members(table, np.flatnonzero(is_member), settings)
    keys = table.select(["key", "doc"]).filter(pc.invert(is_member))
    copies = np.flatnonzero(members.first != np.arange(len(members.first)))
    yield from _pairs(
        members,
        members.first[copies],
        copies,
        exact=True,
        jaccard=np.ones(len(copies)),
        containment=np.ones(len(copies)),
        estimated_jaccard=np.ones(len(copies)),
        bands_met=np.zeros(len(copies), np.int64),
    )
    if not settings.near:
        return
    buckets, of_bucket = _buckets(members, keys)
    fixed = members.order & _FRESH == 0
    found = alike(members.sets, buckets, of_bucket, fixed, settings.threshold, anchors)
    sizes = np.diff(members.sets.ends)
    one, other = sizes[found.first], sizes[found.second]
    yield from _pairs(
        members,
        found.first,
        found.second,
        exact=False,
        jaccard=found.common / (one + other - found.common),
        containment=found.common / np.maximum(other, 1),
        estimated_jaccard=_estimates(members.sets, found.first, found.second, settings),
        bands_met=found.together,
    )


def _members(table: pa.Table, rows: Places, settings: DedupSettings) -> _Members:
    """The members in these rows."""
    names = ["group", "doc", "low", "order", "text_high", "text_low"]
    some = table.select(names).take(pa.array(rows))
    group, doc, low, order, high, text = (some[name].to_numpy() for name in names)
    in_order = np.lexsort((low, doc, order, group))
    # Two documents whose ids begin alike: which of them a key is of cannot be told.
    alone = ~_repeated(doc[in_order])
    in_order = in_order[alone]
    group, doc, low, order, high, text = (
        column[in_order] for column in (group, doc, low, order, high, text)
    )
    first = np.arange(len(doc))
    if settings.exact:
        by_text = np.lexsort((first, text, high, group))
        differs = np.arange(len(doc)) == 0
        for column in (group, high, text):
            differs[1:] |= column[by_text][1:] != column[by_text][:-1]
        starts = np.flatnonzero(differs)
        sizes = np.diff(np.append(starts, len(doc)))
        first[by_text] = np.repeat(by_text[starts], sizes)
        stays = order & _FRESH == 0
        first[stays] = np.flatnonzero(stays)  # what is published is nobody's copy
    compared = first == np.arange(len(doc))
    sets = _sets(table["shingles"], rows[in_order], compared, settings.process_memory_mb)
    return _Members(group, doc, low, order, first, sets)


def _repeated(docs: Numbers) -> NDArray[np.bool_]:
    _, which, counts = np.unique(docs, return_inverse=True, return_counts=True)
    return np.asarray(counts[which] > 1)


def _sets(
    packed: pa.ChunkedArray, rows: Places, compared: NDArray[np.bool_], megabytes: int
) -> Sets:
    """The shingles of these rows, sorted; none where there are none, or a row is not compared.

    Where they would take more than half of `megabytes` (a giant group) they lie in a file that has
    no name, so that memory others need is theirs.
    """
    values, every = unpacked(packed.combine_chunks())
    sizes = np.diff(every)[rows] * compared
    ends = np.append(0, np.cumsum(sizes))
    keys = _room(int(ends[-1]), megabytes * _MEGABYTE // 2)
    gather(values, every[rows], sizes, ends, keys)
    keys.sort()
    return Sets(keys.view(np.uint32)[_LOWER::2], ends)


def _room(count: int, most: int) -> Numbers:
    """An array of so many numbers; one of more bytes than `most` in a file."""
    if count * np.dtype(np.uint64).itemsize <= most:
        return np.empty(count, np.uint64)
    with TemporaryFile() as file:
        return np.memmap(file, np.uint64, "w+", shape=count)


def _buckets(members: _Members, keys: pa.Table) -> tuple[Lists, Lists]:
    """(the buckets of each member, the members of each bucket): documents that share a band, copies
    left out.
    """
    key, doc = keys["key"].to_numpy(), keys["doc"].to_numpy()
    near = ~is_of_text(key)
    key, doc = key[near], doc[near]
    by_doc = np.argsort(members.doc)
    at = np.searchsorted(members.doc[by_doc], doc)
    at = np.minimum(at, max(0, len(by_doc) - 1))
    known = members.doc[by_doc][at] == doc if len(by_doc) else np.zeros(len(doc), np.bool_)
    key, member = key[known], by_doc[at[known]]
    firsts = members.first[member] == member
    key, member = key[firsts], member[firsts]
    _, bucket, counts = np.unique(key, return_inverse=True, return_counts=True)
    by_bucket = np.lexsort((member, bucket))
    by_member = np.lexsort((bucket, member))
    ends = np.append(0, np.cumsum(np.bincount(member, minlength=len(members.doc))))
    return (
        Lists(bucket[by_member].astype(np.int64), ends.astype(np.int64)),
        Lists(member[by_bucket].astype(np.int64), np.append(0, np.cumsum(counts)).astype(np.int64)),
    )


def _estimates(
    sets: Sets, first: Places, second: Places, settings: DedupSettings
) -> NDArray[np.float64]:
    """The share of equal minima of each pair: what the signatures say of them."""
    some = np.unique(np.concatenate([first, second]))
    signed = signed_sets(sets.values, sets.ends[some], sets.ends[some + 1], settings)
    estimates = np.empty(len(first))
    for start in range(0, len(first), _MAX_ROWS):
        pairs = slice(start, start + _MAX_ROWS)
        one, other = (np.searchsorted(some, side[pairs]) for side in (first, second))
        estimates[pairs] = np.mean(signed[one] == signed[other], axis=1)
    return estimates


def _pairs(
    members: _Members,
    first: Places,
    second: Places,
    *,
    exact: bool,
    **measures: NDArray[np.generic],
) -> Iterator[pa.Table]:
    columns: dict[str, object] = {"group": members.group[second]}
    for side, rows in (("first", first), ("second", second)):
        for name in ("doc", "low", "order"):
            columns[f"{side}_{name}"] = getattr(members, name)[rows]
    columns |= {"exact": np.full(len(first), exact), **measures}
    yield pa.table(columns).select(VERIFIED.names).cast(VERIFIED)
