"""What is promised of near-duplicates: what is found, time and memory.

What belongs here: the promises, as numbers computed from measured ones, never written by hand.
What does not: measuring.
"""

from collections.abc import Callable
from typing import Any

from benchmarks.target import Measured, Target

_LARGEST_RUN = 10_000_000  # documents
# A process that has done nothing yet, and what libraries keep for themselves.
_PYTHON_MB = 300


def _gold_row(measured: Measured) -> tuple[dict[str, Any], dict[str, Any]]:
    found = measured["neardup"]["gold"]
    return found, next(row for row in found["rows"] if row["name"] == "ours")


def _gold_recall(measured: Measured) -> float:
    found, ours = _gold_row(measured)
    return 100 * float(ours["found"]) / float(found["alike"])


def _gold_count(name: str) -> Callable[[Measured], float]:
    return lambda measured: float(_gold_row(measured)[1][name])


def _planted(measured: Measured) -> list[dict[str, Any]]:
    """Our rows of all planted corpora, the dumps and the largest run."""
    found = measured["neardup"]
    corpora = [*found["corpora"].values(), *filter(None, [found.get("others")])]
    rows = [row for corpus in corpora for row in corpus["rows"] if row["name"] == "ours"]
    rows += found.get("incremental", {}).get("rows", [])
    return rows + list(filter(None, [found.get("synthetic")]))


def _wrongly_dropped(measured: Measured) -> float:
    rows = _planted(measured)
    return float(sum(sum(row["wrong"].values()) + row["misnamed"] for row in rows))


def _below_the_curve(measured: Measured) -> float:
    """The most deviations by which fewer pairs of a similarity were found than promised."""
    rows = [row for corpus in measured["neardup"]["corpora"].values() for row in corpus["curve"]]
    return max(
        (row["promised"] - row["found"]) / max(1.0, row["deviation"])
        for row in rows
        if row["pairs"]
    )


def _at_200_000(measured: Measured) -> dict[str, dict[str, Any]]:
    """Rows by program."""
    rows = measured["neardup"]["corpora"]["200000"]["rows"]
    return {row["name"]: row for row in rows}


def _to_keepers(row: dict[str, Any]) -> float:
    """Seconds from texts to who is kept: without what the index takes, for later dumps."""
    return float(row["seconds"]["signatures"] + row["seconds"]["find"])


def _times_datasketch(measured: Measured) -> float:
    """Where it adds a document to its index only if nothing is found there."""
    rows = _at_200_000(measured)
    theirs = rows["datasketch from texts"]["seconds"]
    return sum(theirs.values()) / _to_keepers(rows["ours"])


def _times_datasketch_verified(measured: Measured) -> float:
    """Where it drops, as we do, only what is alike by the shingles."""
    rows = _at_200_000(measured)
    theirs = rows["datasketch from texts, verified"]["seconds"]
    return sum(theirs.values()) / _to_keepers(rows["ours"])


def _times_datasketch_pairs(measured: Measured) -> float:
    """Where it adds every document, then asks for every one."""
    rows = _at_200_000(measured)
    signing = rows["datasketch from texts"]["seconds"]["shingles and signatures"]
    pairs = rows["datasketch from ready signatures, all pairs"]["seconds"]
    theirs = float(signing + pairs["added"] + pairs["asked"])
    return theirs / _to_keepers(rows["ours"])


def _memory_of_datasketch(measured: Measured) -> float:
    rows = _at_200_000(measured)
    theirs = rows["datasketch from texts"]["peak_megabytes"]
    return float(rows["ours"]["peak_megabytes"] / theirs)


def _pages(measured: Measured, all_cores: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """(ours, datasketch's) of documents as long as web pages."""
    rows = measured["neardup"]["pages"]["rows"]
    mine = sorted((row for row in rows if row["name"] == "ours"), key=lambda row: row["cores"])
    theirs = next(row for row in rows if row["name"] != "ours")
    return mine[-1 if all_cores else 0], theirs


def _times_with_pages(*, all_cores: bool) -> Callable[[Measured], float]:
    def times(measured: Measured) -> float:
        mine, theirs = _pages(measured, all_cores)
        return sum(theirs["seconds"].values()) / _to_keepers(mine)

    return times


def _memory_with_pages(*, all_cores: bool) -> Callable[[Measured], float]:
    def share(measured: Measured) -> float:
        mine, theirs = _pages(measured, all_cores)
        return float(mine["peak_megabytes"] / theirs["peak_megabytes"])

    return share


def _held_of_a_giant(measured: Measured) -> float:
    """Of what a process may hold, as docs/near-duplicates.md has it."""
    rows = measured["neardup"]["giants"]["rows"]
    most = max(row["held_megabytes"] for row in rows)
    return 100 * float(most / (rows[0]["setting"] + _PYTHON_MB))


def _largest_run(measured: Measured) -> float:
    row = measured["neardup"]["synthetic"]
    if row["documents"] < _LARGEST_RUN:
        raise ValueError("ten million documents are needed")
    return float(row["peak_megabytes"])


NEARDUP = (
    Target("near-duplicates, gold pairs at 0.8 that are found", 98, " %", _gold_recall),
    Target(
        "near-duplicates, gold: pairs reported below the threshold",
        0,
        "",
        _gold_count("below_folded"),
        at_most=True,
    ),
    Target("near-duplicates, gold: wrongly dropped", 0, "", _gold_count("wrong"), at_most=True),
    Target(
        "near-duplicates, planted: wrongly dropped, or for a document unlike it",
        0,
        "",
        _wrongly_dropped,
        at_most=True,
    ),
    Target(
        "near-duplicates, planted: pairs found, below the banding's curve by",
        3,
        " deviations",
        _below_the_curve,
        at_most=True,
    ),
    Target(
        "near-duplicates, 200,000 texts of 3 kB, all cores: times as fast as datasketch that keeps "
        "the first",
        20,
        " ×",
        _times_with_pages(all_cores=True),
    ),
    Target(
        "near-duplicates, 200,000 texts of 3 kB, all cores: memory, against datasketch's",
        1,
        " ×",
        _memory_with_pages(all_cores=True),
        at_most=True,
    ),
    Target(
        "near-duplicates, 200,000 texts of 3 kB, one core: times as fast as datasketch that keeps "
        "the first",
        20,
        " ×",
        _times_with_pages(all_cores=False),
    ),
    Target(
        "near-duplicates, 200,000 texts of 3 kB, one core: memory, against datasketch's",
        1,
        " ×",
        _memory_with_pages(all_cores=False),
        at_most=True,
    ),
    Target(
        "near-duplicates, 200,000 texts of 0.6 kB, one core: times as fast as datasketch that "
        "keeps the first",
        20,
        " ×",
        _times_datasketch,
    ),
    Target(
        "near-duplicates, 200,000 texts of 0.6 kB, one core: times as fast as datasketch that "
        "keeps the first and verifies what it drops",
        20,
        " ×",
        _times_datasketch_verified,
    ),
    Target(
        "near-duplicates, 200,000 texts of 0.6 kB, one core: times as fast as datasketch that "
        "lists pairs",
        20,
        " ×",
        _times_datasketch_pairs,
    ),
    Target(
        "near-duplicates, 200,000 texts of 0.6 kB, one core: memory, against datasketch's",
        1,
        " ×",
        _memory_of_datasketch,
        at_most=True,
    ),
    Target(
        "near-duplicates, one linked group, however large: memory held, of `process_memory_mb` and "
        f"{_PYTHON_MB} MB for Python and its libraries",
        100,
        " %",
        _held_of_a_giant,
        at_most=True,
    ),
    Target(
        "near-duplicates, ten million documents: memory", 4_000, " MB", _largest_run, at_most=True
    ),
)
