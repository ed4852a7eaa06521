"""What speed is promised, and whether the measurements keep it.

What belongs here: the promises, as numbers computed from measured ones, never written by hand.
What does not: measuring.
"""

from collections.abc import Callable

from benchmarks.neardup.targets import NEARDUP
from benchmarks.target import Measured, Target
from benchmarks.typos.noise import L_I


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
