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

A group may have many millions of members. So arrays of all of them, their keys and their pairs are
made where there is room, and all else is done in pieces.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.bands import is_of_text
from pipeline.dedup.order import are_published
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import signed_sets
from pipeline.dedup.sorting import (
    AT_ONCE,
    copied,
    counted,
    gathered,
    in_order,
    joined,
    lower_of,
    pieces,
    ranked,
    ranks,
)
from pipeline.kernels.halves import leave_alone, leave_distinct, part_halves, swap_halves
from pipeline.kernels.keeping import find_copies
from pipeline.kernels.likeness import Lists, MakeArray, alike
from pipeline.kernels.minhash import equal_minima
from pipeline.kernels.sets import Sets

Numbers = NDArray[np.uint64]
Places = NDArray[np.uint32]
# Of those that share a band each is compared with so many that stay.
ANCHORS = 32
# Pairs whose documents are signed at once, to say what their signatures say of them.
_SIGNED_AT_ONCE = 1 << 14


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
    """The members of some groups, in keep order.

    first: for each the member whose text it repeats; itself for most. fixed: is published, stays.
    by_doc: all of them by their numbers; docs: these, sorted.
    """

    group: Numbers
    doc: Numbers
    low: Numbers
    order: Numbers
    first: Places
    fixed: NDArray[np.bool_]
    sets: Sets
    by_doc: Places
    docs: Numbers


def compare(
    table: pa.Table,
    keys: pa.Table,
    sets: Sets,
    settings: DedupSettings,
    anchors: int = ANCHORS,
    room: MakeArray = np.empty,
) -> Iterator[pa.Table]:
    """The pairs of some groups' members that are alike.

    keys: theirs. sets: the shingles of each. room: makes large arrays.
    """
    members = _members(table, sets, settings, room)
    for rows in pieces(len(members.first)):
        copies = rows.start + np.flatnonzero(~_compared(members, rows))
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
    sets = members.sets
    for found in alike(sets, buckets, of_bucket, members.fixed, settings.threshold, anchors, room):
        one, other = sets.sizes[found.first], sets.sizes[found.second]
        yield from _pairs(
            members,
            found.first,
            found.second,
            exact=False,
            jaccard=found.common / (one + other - found.common),
            containment=found.common / np.maximum(other, 1),
            estimated_jaccard=_estimates(sets, found.first, found.second, settings),
            bands_met=found.together,
        )


def _members(table: pa.Table, sets: Sets, settings: DedupSettings, room: MakeArray) -> _Members:
    doc = copied(table["doc"], room)
    # Two documents whose ids begin alike: which of them a key is of cannot be told.
    pairs = joined(ranked(doc, room)[0], counted(len(doc), room), room)
    pairs.sort()
    alone = lower_of(pairs[: leave_alone(pairs)], room)
    orders = gathered(copied(table["order"], room), alone, room)
    places = in_order(ranked(orders, room)[0], room)  # of equal orders the smaller id comes first
    by_doc = in_order(places, room)
    at = gathered(alone, places, room)
    doc, group, low, order, high, text = (
        gathered(copied(table[name], room), at, room)
        for name in ("doc", "group", "low", "order", "text_high", "text_low")
    )
    fixed = are_published(order, room)
    first = counted(len(at), room)
    if settings.exact:
        by_text = joined(ranks([high, text], room), counted(len(at), room), room)
        by_text.sort()
        find_copies(by_text, fixed, first)
    starts, sizes = gathered(sets.starts, at, room), gathered(sets.sizes, at, room)
    docs = gathered(doc, by_doc, room)
    sets = Sets(sets.values, starts, sizes)
    members = _Members(group, doc, low, order, first, fixed, sets, by_doc, docs)
    for rows in pieces(len(at)):
        sizes[rows] *= _compared(members, rows)
    return members


def _compared(members: _Members, rows: slice | Places) -> NDArray[np.bool_]:
    """Whether these members are compared with others: all but copies."""
    places = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    return np.asarray(members.first[rows] == places)


def _buckets(members: _Members, keys: pa.Table, room: MakeArray) -> tuple[Lists, Lists]:
    """(the buckets of each member, the members of each bucket): documents that share a band, copies
    left out, and those that are there twice (published ones, once with each piece of a giant key).

    A giant group has many millions of keys. So they are numbered, and sorted as numbers of 64 bits:
    a bucket's number above a member's, then the other way round.
    """
    key, member = _keys_of_members(members, keys, room)
    bucket, distinct = ranked(key, room)
    pairs = joined(bucket, member, room)
    pairs.sort()
    pairs = pairs[: leave_distinct(pairs)]
    of_buckets = _lists(pairs, len(distinct), room)
    swap_halves(pairs)
    pairs.sort()
    return _lists(pairs, len(members.doc), room), of_buckets


def _keys_of_members(members: _Members, keys: pa.Table, room: MakeArray) -> tuple[Numbers, Places]:
    """The keys of bands that are members', and whose each is."""
    found = room(keys.num_rows, np.uint64)
    whose = room(keys.num_rows, np.uint32)
    count = 0
    docs = members.docs
    for batch in keys.to_batches(max_chunksize=AT_ONCE):
        key, doc = batch["key"].to_numpy(), batch["doc"].to_numpy()
        at = np.minimum(np.searchsorted(docs, doc), max(0, len(docs) - 1))
        known = np.flatnonzero(~is_of_text(key) & (docs[at] == doc if len(docs) else False))
        member = members.by_doc[at[known]]
        compared = _compared(members, member)
        end = count + int(compared.sum())
        found[count:end], whose[count:end] = key[known[compared]], member[compared]
        count = end
    return found[:count], whose[:count]


def _lists(pairs: Numbers, count: int, room: MakeArray) -> Lists:
    """Of sorted pairs: for each first number the second ones."""
    values = room(len(pairs), np.uint32)
    ends = room(count + 1, np.int64)
    part_halves(pairs, values, ends)
    return Lists(values, ends)


def _estimates(
    sets: Sets, first: NDArray[np.int64], second: NDArray[np.int64], settings: DedupSettings
) -> NDArray[np.float64]:
    """The share of equal minima of each pair: what the signatures say of them."""
    estimates = np.empty(len(first))
    for rows in pieces(len(first), _SIGNED_AT_ONCE):
        one, other = first[rows], second[rows]
        some = np.unique(np.concatenate([one, other]))
        starts = sets.starts[some]
        signed = signed_sets(sets.values, starts, starts + sets.sizes[some], settings)
        places = np.searchsorted(some, one), np.searchsorted(some, other)
        estimates[rows] = equal_minima(signed, *places) / signed.shape[1]
    return estimates


def _pairs(
    members: _Members,
    first: NDArray[np.integer],
    second: NDArray[np.integer],
    *,
    exact: bool,
    **measures: NDArray[np.generic],
) -> Iterator[pa.Table]:
    if not len(first):
        return
    columns: dict[str, object] = {"group": members.group[second]}
    for side, rows in (("first", first), ("second", second)):
        for name in ("doc", "low", "order"):
            columns[f"{side}_{name}"] = getattr(members, name)[rows]
    columns |= {"exact": np.full(len(first), exact), **measures}
    yield pa.table(columns).select(VERIFIED.names).cast(VERIFIED)
