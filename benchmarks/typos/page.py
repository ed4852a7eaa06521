"""TYPOS.md: harm and recall as a page for people, and every edit in clean texts as a list.

What belongs here: tables and the sentences around them. What does not: measuring (measure).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.typos.measure import Change
from benchmarks.typos.noise import SHARE, TOLD, TOLD_OCR

Row = dict[str, Any]
_CODE = "code"


def page(measured: dict[str, Any]) -> str:
    """The whole page."""
    parts = (_head, _harm, _recall, _misspellings, _others)
    return "\n".join(line for part in parts for line in part(measured)) + "\n"


def listing(changes: Counter[Change]) -> str:
    """Every different edit of clean texts, most frequent first, as tab-separated values.

    Line feeds are written as \\n.
    """
    lines = ["times\tstrength\tsource\tlanguage\trule\tbefore\tafter"]
    for change, times in sorted(changes.items(), key=lambda pair: (-pair[1], pair[0])):
        lines.append("\t".join([str(times), *(part.replace("\n", "\\n") for part in change)]))
    return "\n".join(lines) + "\n"


def _head(measured: dict[str, Any]) -> Iterator[str]:
    yield "# Typos: harm and recall"
    yield ""
    yield (
        f"Made by `make bench-typos` on {measured['date']} (`make bench` does it too). The texts "
        "are clean: novels, a manual, a law, articles, sentences, and the modules of Python's own "
        "library as code; the language is given. Every edit made in them is in "
        "[typos-edits.tsv](typos-edits.tsv). Those that a person sorted are in "
        "[typos/sorted.toml](typos/sorted.toml); an edit that is not there counts as wrong, but "
        "for letters of another script and unseen characters, where a reader sees no difference."
    )
    yield ""


def _harm(measured: dict[str, Any]) -> Iterator[str]:
    yield "## Harm: edits in clean texts"
    yield ""
    yield (
        "| text | language | strength | words | edits | per million words | wrong "
        "| wrong per 100,000 words |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for row in measured["harm"]:
        words, edits, wrong = row["words"], row["edits"], row["wrong"]
        yield (
            f"| {row['source']} ({row['kind']}) | {row['language']} | {row['strength']} "
            f"| {words:,} | {edits:,} | {edits / words * 1e6:,.1f} | {wrong:,} "
            f"| {wrong / words * 1e5:.2f} |"
        )
    yield ""
    yield (
        "Three of the Ukrainian novels are set with the Latin letter i: those are their thousands "
        "of edits."
    )
    yield ""


def _recall(measured: dict[str, Any]) -> Iterator[str]:
    yield "## Recall: slips put into the same texts"
    yield ""
    yield (
        f"In {100 * SHARE:g} % of words, or as many as give a place, of words of four letters and "
        "more. One kind at a time; repaired: to the very word that stood there, case included. "
        "Kinds that the rules of a strength were not told of show what else is done to a text "
        "with errors of its own."
    )
    yield ""
    yield (
        "| slips | told | language | strength | planted | repaired | wrongly | left "
        "| right of repairs |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in measured["recall"]:
        told, kind = _told(row), row["kind"].replace("|", "\\|")
        planted, right, wrong = row["planted"], row["right"], row["wrong"]
        of_repairs = f"{100 * right / (right + wrong):.1f} %" if right + wrong else "–"
        yield (
            f"| {kind} | {'yes' if told else 'no'} | {row['language']} | {row['strength']} "
            f"| {planted:,} | {100 * right / planted:.1f} % | {100 * wrong / planted:.2f} % "
            f"| {100 * (planted - right - wrong) / planted:.1f} % | {of_repairs} |"
        )
    yield ""


def _told(row: Row) -> bool:
    return row["kind"] in TOLD or (row["kind"] in TOLD_OCR and row["strength"] == "ocr")


def _misspellings(measured: dict[str, Any]) -> Iterator[str]:
    if not measured["misspellings"]:
        return
    yield "## codespell's pairs that differ by look-alikes only"
    yield ""
    yield (
        "Of its misspellings with one correction, those that the rules of a strength explain. Most "
        "are no slips of the eye but of the fingers, many are in use as words of their own."
    )
    yield ""
    yield "| strength | pairs | repaired | wrongly | left |"
    yield "|---|---|---|---|---|"
    for row in measured["misspellings"]:
        pairs = max(1, row["pairs"])
        yield (
            f"| {row['strength']} | {row['pairs']:,} | {100 * row['right'] / pairs:.1f} % "
            f"| {100 * row['wrong'] / pairs:.1f} % | {100 * row['left'] / pairs:.1f} % |"
        )
    yield ""


def _others(measured: dict[str, Any]) -> Iterator[str]:
    rows: list[Row] = measured["others"]
    if not rows:
        return
    first = rows[0]
    yield "## Beside other programs"
    yield ""
    yield (
        f"The first {first['documents']:,} documents of the English novels, {first['words']:,} "
        "words as blanks part them, with slips of three kinds in half a per cent of words each "
        "(l, I, 1 and | for each other; rn and m; e and c). Repaired and left: of the words with a "
        "slip. Harmed: other words that came out changed, in a million."
    )
    yield ""
    yield "| program | repaired | wrongly | left | harmed, per million words | words a second |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        slips = max(1, row["right"] + row["wrong"] + row["left"])
        shares = (f"{100 * row[name] / slips:.1f} %" for name in ("right", "wrong", "left"))
        yield (
            f"| {row['name']} | {' | '.join(shares)} | {row['harmed'] / row['words'] * 1e6:,.0f} "
            f"| {row['words'] / row['seconds']:,.0f} |"
        )
    yield ""
    for name, reason in measured["absent"].items():
        yield f"- {name} did not install or run here: {reason}"
    if measured["absent"]:
        yield ""
