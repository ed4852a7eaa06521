"""What speed is promised, and whether the measurements keep it.

What belongs here: the promises, as numbers computed from measured ones, never written by hand.
What does not: measuring.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.typos.noise import L_I

Measured = dict[str, Any]
"""What `python -m benchmarks` keeps in results.json."""
# A process that has done nothing yet, and what libraries keep for themselves.
_PYTHON_MB = 300


@dataclass(frozen=True)
class Target:
    """A number that is to be at least (or at most) `limit`; `of` computes it."""

    name: str
    limit: float
    unit: str
    of: Callable[[Measured], float]
    at_most: bool = False

    def wanted(self) -> str:
        """The promise in words."""
        return f"{'at most' if self.at_most else 'at least'} {self.limit:g}{self.unit}"


@dataclass(frozen=True)
class Outcome:
    """value: None where something that it is computed from was not measured."""

    target: Target
    value: float | None

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where nobody can say."""
        if self.value is None:
            return None
        limit = self.target.limit
        return self.value <= limit if self.target.at_most else self.value >= limit


def outcomes(measured: Measured, targets: Sequence[Target] | None = None) -> list[Outcome]:
    """Every promise, or every one of these, with its measured value."""
    chosen = TARGETS if targets is None else targets
    return [Outcome(target, _value(target, measured)) for target in chosen]


def _value(target: Target, measured: Measured) -> float | None:
    try:
        return target.of(measured)
    except (KeyError, StopIteration, ValueError):
        return None


def _one(name: str) -> Callable[[Measured], float]:
    """Megabytes a second on one core."""
    return lambda measured: float(measured["one"][name][0])


def _times(ours: str, theirs: str) -> Callable[[Measured], float]:
    """How many times as fast, in the same run, on one core."""
    return lambda measured: float(measured["one"][ours][0] / measured["one"][theirs][0])


def _slowest_screen(measured: Measured) -> float:
    rates = measured["one"].items()
    return min(float(rate[0]) for name, rate in rates if name.startswith("screen: "))


def _memory_growth(measured: Measured) -> float:
    """How much more memory the largest run took than the smallest, in percent.

    Runs that fill no shard say nothing about it.
    """
    peaks = measured["memory"]["peaks"]
    smallest, largest = min(peaks, key=float), max(peaks, key=float)
    if float(smallest) < _LEAST_MEMORY_RUN or float(largest) < 10 * float(smallest):
        raise ValueError("100 MB and 1 GB of input are needed")
    return 100 * (float(peaks[largest]) / float(peaks[smallest]) - 1)


def _harm(language: str) -> Callable[[Measured], float]:
    """Wrong edits in 100,000 words of prose, at `safe`: in one language, or the worst of all others
    with a word list; sources of few words are taken together.
    """

    def of(measured: Measured) -> float:
        counts: dict[str, list[int]] = {}
        for row in measured["typos"]["harm"]:
            if row["strength"] == "safe" and row["kind"] != "code":
                words, wrong = counts.setdefault(row["language"], [0, 0])
                counts[row["language"]] = [words + row["words"], wrong + row["wrong"]]
        chosen = [language] if language else [name for name in counts if name != "en"]
        return max(1e5 * counts[name][1] / counts[name][0] for name in chosen)

    return of


def _edits_in_code(measured: Measured) -> float:
    rows = measured["typos"]["harm"]
    return float(sum(r["edits"] for r in rows if r["kind"] == "code" and r["strength"] == "safe"))


def _recall(what: str) -> Callable[[Measured], float]:
    """Of l, I, 1 and | put for each other in English: repaired of all, or right of the repaired."""

    def of(measured: Measured) -> float:
        row = next(
            row
            for row in measured["typos"]["recall"]
            if row["kind"] == L_I and row["language"] == "en" and row["strength"] == "safe"
        )
        repaired = row["right"] + row["wrong"]
        return 100.0 * row["right"] / (row["planted"] if what == "repaired" else repaired)

    return of


def _web(way: str) -> Callable[[Measured], dict[str, float]]:
    """What a way to the main text scores over all web pages."""

    def of(measured: Measured) -> dict[str, float]:
        rows = measured["boilerplate"]["web"]["rows"]
        scores = next(row["scores"] for row in rows if row["name"] == way)
        if scores is None:
            raise ValueError(f"{way} was not measured")
        found: dict[str, float] = scores["all"]
        return found

    return of


def _gold_lost(measured: Measured) -> float:
    scores = _web("careful")(measured)
    return 100 * scores["lost"] / scores["gold"]


def _cuts(source: str) -> Callable[[Measured], float]:
    """In clean texts, at `careful`."""

    def of(measured: Measured) -> float:
        rows = measured["boilerplate"]["harm"]
        return float(
            next(r["cuts"] for r in rows if (r["source"], r["strength"]) == (source, "careful"))
        )

    return of


def _slowest_boilerplate_screen(measured: Measured) -> float:
    rows = measured["boilerplate"]["speed"]
    return min(float(row["rate"]) for row in rows if row["part"] == "screen")


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
BOILERPLATE = (
    Target(
        "boilerplate, words of main texts lost in web pages (careful)",
        0.3,
        " %",
        _gold_lost,
        at_most=True,
    ),
    Target(
        "boilerplate, F1 of the words kept of web pages (article)",
        0.85,
        "",
        lambda measured: _web("article")(measured)["f1"],
    ),
    *(
        Target(f"boilerplate, cuts in {what} (careful)", 0, "", _cuts(source), at_most=True)
        for source, what in (
            ("novels", "novels"),
            ("udhr", "the Declaration of Human Rights"),
            ("xquad", "paragraphs of articles"),
        )
    ),
    Target(
        "boilerplate, the slowest screen (novels, web pages)",
        60,
        " MB/s",
        _slowest_boilerplate_screen,
    ),
)
_LEAST_MEMORY_RUN = 100  # megabytes
_LARGEST_RUN = 10_000_000  # documents
TARGETS = (
    Target("all steps, one core", 10, " MB/s", _one("all steps")),
    Target(
        "all steps, against the plain Arrow copy, in time",
        15,
        " ×",
        _times("plain Arrow copy", "all steps"),
        at_most=True,
    ),
    *(
        Target(
            f"all steps, against datatrove's chain ({tokenizer})",
            50,
            " ×",
            _times("all steps", f"datatrove chain ({tokenizer})"),
        )
        for tokenizer in ("default", "its whitespace")
    ),
    Target(
        "all steps, two cores against one",
        1.8,
        " ×",
        lambda measured: measured["two"]["all steps"][0] / measured["one"]["all steps"][0],
    ),
    Target("near-duplicate signatures", 60, " MB/s", _one("signatures")),
    Target(
        "signatures of ready shingles, against datasketch's update_batch on the same",
        25,
        " ×",
        _times("signatures of ready shingles", "datasketch update_batch"),
    ),
    *(
        Target(
            f"signatures, against rensa's batch call ({tokens})",
            1,
            " ×",
            _times("signatures", f"rensa batch ({tokens})"),
        )
        for tokens in ("words", "word 5-grams")
    ),
    Target("language", 60, " MB/s", _one("language")),
    Target(
        "typos, all of it (clean English)", 60, " MB/s", _one("typos, all of it (clean English)")
    ),
    Target("wrong edits in 100,000 words of English (safe)", 1, "", _harm("en"), at_most=True),
    Target("wrong edits in 100,000 words elsewhere (safe)", 2, "", _harm(""), at_most=True),
    Target("edits in code (safe)", 0, "", _edits_in_code, at_most=True),
    Target(
        "l, I, 1 and the bar for each other: repaired, English (safe)",
        90,
        " %",
        _recall("repaired"),
    ),
    Target("repairs of those that are right, English (safe)", 99, " %", _recall("right")),
    *BOILERPLATE,
    *NEARDUP,
    Target("language, against langdetect", 100, " ×", _times("language", "langdetect.detect")),
    Target("the slowest screen", 300, " MB/s", _slowest_screen),
    Target(
        "first run on a fresh machine, longer than the second by",
        20,
        " s",
        lambda measured: measured["first_run"]["first"] - measured["first_run"]["second"],
        at_most=True,
    ),
    Target("memory, from the small run to one ten times as large", 10, " %", _memory_growth, True),
)
