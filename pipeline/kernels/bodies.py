"""What tells the body of a text from that of another, and how many bodies a line stands in.

What belongs here: a body's fingerprint, sketches of sets of bodies, their sizes. What does not:
which texts share a line (steps), when a line is boilerplate (repeats).

The fingerprint of a text is four of its lines, 16 bits each, in one number: those that are least by
hash and length (MinHash with weights), so that long paragraphs decide. Copies of a text have the
same, and those of two versions of it share most of the four; texts that have no more in common than
what a site puts around them share few. Lines of fewer than `PROSE` bytes are taken only where a
text has no others.

A sketch of a set of bodies is the `MOST` of them whose mixed values are least (KMV; Bar-Yossef et
al. 2002). The sketch of a union follows from the sketches, in any order.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.lines import Hashes, Lines, mix
from pipeline.kernels.texts import ONE, Offsets

MOST = 64
PROSE = 64
_LINES = 4
# Two bodies are one if at least this part of the lines in either fingerprint is in both.
_SAME = 0.5
_BITS, _PART = np.uint64(16), np.uint64(0xFFFF)
_NONE = np.uint64(0)


def bodies_of(lines: Lines) -> Hashes:
    """The fingerprint of each text; 0 where it has no line that is counted."""
    found = np.zeros(len(lines.firsts) - 1, np.uint64)
    _bodies_of(lines, found)
    return found


def merged(
    order: NDArray[np.int64], edges: Offsets, offsets: Offsets, bodies: Hashes
) -> tuple[Offsets, Hashes]:
    """The sketch of each union, as offsets and values.

    Row n's sketch is `bodies[offsets[n] : offsets[n + 1]]`, in any order and with repeats; union n
    is of the rows `order[edges[n] : edges[n + 1]]`.
    """
    out = np.empty(len(bodies), np.uint64)
    places = np.zeros(len(edges), np.int64)
    _merged(order, edges, offsets, bodies, places, out)
    return places, out[: places[-1]]


def sizes_of(offsets: Offsets, bodies: Hashes, lines: Hashes) -> NDArray[np.float64]:
    """How many unlike bodies each sketch stands for: exact up to `MOST` different fingerprints, an
    estimate (standard error an eighth) above.

    lines: for each sketch the line that its bodies have in common, which is no sign of likeness; 0
    for none.
    """
    return _sizes_of(offsets, bodies, lines)


@compiled
def _unmix(value: np.uint64) -> np.uint64:
    """`mix` backwards, so that a sketch can be sorted by mixed values alone."""
    value = (value ^ value >> np.uint64(31) ^ value >> np.uint64(62)) * np.uint64(
        0x319642B2D24D8EC3
    )
    value = (value ^ value >> np.uint64(27) ^ value >> np.uint64(54)) * np.uint64(
        0x96DE1B173F119089
    )
    return value ^ value >> np.uint64(30) ^ value >> np.uint64(60)


@compiled
def _part(hashed: np.uint64) -> np.uint64:
    """What stands for a line in a fingerprint, never 0."""
    return max(hashed & _PART, ONE)


@compiled
def _bodies_of(lines: Lines, found: Hashes) -> None:
    for text in range(len(found)):
        first, last = lines.firsts[text], lines.firsts[text + 1]
        least = 0
        for line in range(first, last):
            if lines.hashes[line] != _NONE and lines.sizes[line] >= PROSE:
                least = PROSE
                break
        found[text] = _fingerprint(lines, first, last, least)


@compiled
def _fingerprint(lines: Lines, first: int, last: int, least: int) -> np.uint64:
    ranks = np.full(_LINES, np.inf)
    chosen = np.zeros(_LINES, np.uint64)
    for line in range(first, last):
        hashed, size = lines.hashes[line], lines.sizes[line]
        if hashed == _NONE or size < least:
            continue
        rank = (np.float64(hashed >> np.uint64(11)) + 1.0) / np.float64(size)
        at = _LINES
        while at and (rank < ranks[at - 1] or (rank == ranks[at - 1] and hashed < chosen[at - 1])):
            at -= 1
        if at == _LINES or (at and chosen[at - 1] == hashed):
            continue
        for place in range(_LINES - 1, at, -1):
            ranks[place], chosen[place] = ranks[place - 1], chosen[place - 1]
        ranks[at], chosen[at] = rank, hashed
    for place in range(_LINES):
        if chosen[place] != _NONE:
            chosen[place] = _part(chosen[place])
    body = before = _NONE
    for part in np.sort(chosen):
        if part != before:
            body = body << _BITS | part
        before = part
    return body


@compiled
def _merged(
    order: NDArray[np.int64],
    edges: Offsets,
    offsets: Offsets,
    bodies: Hashes,
    places: Offsets,
    out: Hashes,
) -> None:
    made = 0
    for union in range(len(edges) - 1):
        first, last = edges[union], edges[union + 1]
        size = 0
        for at in range(first, last):
            row = order[at]
            size += offsets[row + 1] - offsets[row]
        every = np.empty(size, np.uint64)
        size = 0
        for at in range(first, last):
            row = order[at]
            for place in range(offsets[row], offsets[row + 1]):
                every[size] = mix(bodies[place])
                size += 1
        if size > 1:
            every.sort()
        kept = 0
        for at in range(size):
            if at and every[at] == every[at - 1]:
                continue
            if kept == MOST:
                break
            out[made] = _unmix(every[at])
            made += 1
            kept += 1
        places[union + 1] = made


@compiled
def _sizes_of(offsets: Offsets, bodies: Hashes, lines: Hashes) -> NDArray[np.float64]:
    sizes = np.zeros(len(lines))
    leaders = np.empty(MOST, np.int64)
    for row in range(len(lines)):
        first = offsets[row]
        count = min(offsets[row + 1] - first, MOST)
        if not count:
            continue
        spared = _part(lines[row]) if lines[row] != _NONE else _NONE
        groups = _groups(bodies[first : first + count], spared, leaders)
        sizes[row] = groups
        if count == MOST:
            farthest = _NONE
            for at in range(first, first + count):
                farthest = max(farthest, mix(bodies[at]))
            share = (np.float64(farthest) + 1.0) / 2.0**64
            sizes[row] *= (MOST - 1) / share / MOST
    return sizes


@compiled
def _groups(bodies: Hashes, spared: np.uint64, leaders: NDArray[np.int64]) -> int:
    """How many groups of like bodies there are; likeness goes on from one to the next."""
    count = len(bodies)
    for at in range(count):
        leaders[at] = at
    for one in range(count):
        for other in range(one):
            if leaders[one] != leaders[other] and _alike(bodies[one], bodies[other], spared):
                old, new = leaders[one], leaders[other]
                for at in range(one + 1):
                    if leaders[at] == old:
                        leaders[at] = new
    groups = 0
    for at in range(count):
        first = True
        for before in range(at):
            if leaders[before] == leaders[at]:
                first = False
        groups += first
    return groups


@compiled
def _alike(one: np.uint64, other: np.uint64, spared: np.uint64) -> bool:
    """Whether two bodies are one, a line left out: their lines' Jaccard similarity."""
    both = either = 0
    for at in range(_LINES):
        part = one >> (_BITS * np.uint64(at)) & _PART
        if part in (_NONE, spared):
            continue
        either += 1
        for there in range(_LINES):
            both += part == other >> (_BITS * np.uint64(there)) & _PART
    for at in range(_LINES):
        part = other >> (_BITS * np.uint64(at)) & _PART
        either += part != _NONE and part != spared
    either -= both
    return both >= _SAME * either
