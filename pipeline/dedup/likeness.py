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

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.bands import is_of_text
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import signed_sets
from pipeline.kernels.halves import leave_distinct, part_halves, swap_halves
from pipeline.kernels.likeness import Lists, Sets, alike
from pipeline.kernels.minhash import equal_minima

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]
Values = NDArray[np.uint32]
Room = Callable[[int, Any], NDArray[Any]]
_FRESH = np.uint64(1 << 63)
# Of those that share a band each is compared with so many that stay.
ANCHORS = 32
# Keys, and pairs, that are looked up at once.
_AT_ONCE = 1 << 16
_HALF = np.uint64(32)


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
    table: pa.Table,
    keys: pa.Table,
    sets: Sets,
    settings: DedupSettings,
    anchors: int = ANCHORS,
    room: Room = np.empty,
) -> Iterator[pa.Table]:
    """The pairs of a group's members that are alike.

    keys: theirs. sets: the shingles of each. room: where large arrays are made, given their length
    and kind.
    """
    members = _members(table, sets, settings)
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
    buckets, of_bucket = _buckets(members, keys, room)
    fixed = members.order & _FRESH == 0
    found = alike(members.sets, buckets, of_bucket, fixed, settings.threshold, anchors)
    sizes = members.sets.sizes
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


def _members(table: pa.Table, sets: Sets, settings: DedupSettings) -> _Members:
    names = ["group", "doc", "low", "order", "text_high", "text_low"]
    group, doc, low, order, high, text = (table[name].to_numpy() for name in names)
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
    sizes = sets.sizes[in_order] * compared
    return _Members(group, doc, low, order, first, Sets(sets.values, sets.starts[in_order], sizes))


def _repeated(docs: Numbers) -> NDArray[np.bool_]:
    _, which, counts = np.unique(docs, return_inverse=True, return_counts=True)
    return np.asarray(counts[which] > 1)


def _buckets(members: _Members, keys: pa.Table, room: Room) -> tuple[Lists, Lists]:
    """(the buckets of each member, the members of each bucket): documents that share a band, copies
    left out.

    A giant group has many millions of keys. So they are numbered, and sorted as numbers of 64 bits:
    a bucket's number above a member's, then the other way round.
    """
    key, member = _keys_of_members(members, keys, room)
    distinct = room(len(key), np.uint64)
    distinct[:] = key
    distinct.sort()
    distinct = distinct[: leave_distinct(distinct)]
    pairs = room(len(key), np.uint64)
    for start in range(0, len(key), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        buckets = np.searchsorted(distinct, key[rows]).astype(np.uint64)
        pairs[rows] = buckets << _HALF | member[rows]
    of_buckets = _lists(pairs, len(distinct), room)
    swap_halves(pairs)
    return _lists(pairs, len(members.doc), room), of_buckets


def _keys_of_members(
    members: _Members, keys: pa.Table, room: Room
) -> tuple[Numbers, NDArray[np.uint32]]:
    """The keys of bands that are members', and whose each is."""
    by_doc = np.argsort(members.doc)
    docs = members.doc[by_doc]
    firsts = by_doc[members.first[by_doc] == by_doc]
    docs, by_doc = members.doc[firsts], firsts
    found = room(keys.num_rows, np.uint64)
    whose = room(keys.num_rows, np.uint32)
    count = 0
    for batch in keys.to_batches(max_chunksize=_AT_ONCE):
        key, doc = batch["key"].to_numpy(), batch["doc"].to_numpy()
        at = np.minimum(np.searchsorted(docs, doc), max(0, len(docs) - 1))
        known = np.flatnonzero(~is_of_text(key) & (docs[at] == doc if len(docs) else False))
        found[count : count + len(known)] = key[known]
        whose[count : count + len(known)] = by_doc[at[known]]
        count += len(known)
    return found[:count], whose[:count]


def _lists(pairs: Numbers, count: int, room: Room) -> Lists:
    """Sort pairs of 32 bits each: for each first number the second ones."""
    pairs.sort()
    values = room(len(pairs), np.uint32)
    ends = room(count + 1, np.int64)
    part_halves(pairs, values, ends)
    return Lists(values, ends)


def _estimates(
    sets: Sets, first: Places, second: Places, settings: DedupSettings
) -> NDArray[np.float64]:
    """The share of equal minima of each pair: what the signatures say of them."""
    estimates = np.empty(len(first))
    for start in range(0, len(first), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        one, other = first[rows], second[rows]
        some = np.unique(np.concatenate([one, other]))
        starts = sets.starts[some]
        signed = signed_sets(sets.values, starts, starts + sets.sizes[some], settings)
        places = np.searchsorted(some, one), np.searchsorted(some, other)
        estimates[rows] = equal_minima(signed, *places) / signed.shape[1]
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
