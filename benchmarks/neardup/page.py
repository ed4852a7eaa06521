"""NEARDUP.md: what was found, dropped and taken, as a page for people.

What belongs here: tables and the sentences around them. What does not: measuring.
"""

from collections.abc import Iterator
from typing import Any

from benchmarks.neardup.pages import to_keepers
from benchmarks.neardup.targets import NEARDUP
from benchmarks.target import outcomes

Row = dict[str, Any]
_ANSWER = {True: "yes", False: "no", None: "not measured"}


def page(measured: Row) -> str:
    """The whole page; parts that were not measured say so."""
    parts = (
        _head,
        _targets,
        _gold,
        _pages,
        _corpora,
        _small,
        _given,
        _incremental,
        _giants,
        _synthetic,
    )
    return "\n".join(line for part in parts for line in part(measured)) + "\n"


def _head(measured: Row) -> Iterator[str]:
    versions = ", ".join(f"{name} {value}" for name, value in measured["machine"].items())
    yield "# Near-duplicates: what is found, what is dropped, what it takes"
    yield ""
    yield (
        f"Made by `make bench-neardup` on {measured['date']} (`make bench` does it too, without "
        f"the largest): {versions}. Other programs took {100 * measured['bystanders']:.0f} % of "
        "the cores' time meanwhile. Each program runs in a process of its own on one core, but "
        "where more are named; seconds leave out imports, warm-up and reading the documents where "
        "a program can be given them ready, memory is the peak of the process (VmHWM) with all "
        "of it. MB are 10⁶ bytes. Everybody gets the same documents, 14 bands of 8 rows, shingles "
        "of five words and a threshold of 0.75, as nearly as it can be told."
    )
    yield ""
    yield (
        "Similarity is the exact Jaccard similarity of the sets of word 5-grams, computed from "
        "the strings by code that shares nothing with the pipeline. Wrongly dropped: no document "
        "that is kept reaches the threshold with it. Misnamed: the one that is named as kept does "
        "not, or is not kept. Both kept: of pairs at the threshold, those of which neither "
        "document was dropped."
    )
    yield ""


def _targets(measured: Row) -> Iterator[str]:
    yield "## Targets"
    yield ""
    yield "| what | target | measured | kept |"
    yield "|---|---|---|---|"
    for outcome in outcomes({"neardup": measured}, NEARDUP):
        target = outcome.target
        value = "" if outcome.value is None else f"{outcome.value:,.2f}{target.unit}"
        yield f"| {target.name} | {target.wanted()} | {value} | {_ANSWER[outcome.kept]} |"
    yield ""


def _gold(measured: Row) -> Iterator[str]:
    yield "## Debian's copyright files"
    yield ""
    found = measured.get("gold")
    if not found:
        yield from ("The data of this part is not here: not measured.", "")
        return
    yield (
        f"Made on {found['date']}. {found['documents']:,} files; {found['alike']:,} pairs are at "
        "0.8 or more. Precision: of the pairs that are reported, those at 0.75 or more, by the "
        "words of the gold (`\\w+` in small letters) or by the folded ones of the pipeline, "
        "whichever is more. "
        "Programs that report clusters report every pair in them. "
        f"Ours by the folded words alone: {found['rows'][0]['below_folded']:,} pairs below."
    )
    yield ""
    yield (
        "| program | pairs found, of those at 0.8 | precision | dropped | wrongly dropped "
        "| misnamed | both kept | seconds | MB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in found["rows"]:
        reported = max(1, row["reported"])
        yield (
            f"| {row['name']} | {100 * row['found'] / max(1, found['alike']):.2f} % "
            f"| {100 * (reported - row['below']) / reported:.2f} % | {row['dropped']:,} "
            f"| {row['wrong']:,} | {row['misnamed']:,} | {row['both_kept']:,} "
            f"| {_total(row):.2f} | {row['peak_megabytes']:,.0f} |"
        )
    yield ""
    yield from _absent(found)


def _corpora(measured: Row) -> Iterator[str]:
    for found in measured.get("corpora", {}).values():
        yield f"## {found['documents']:,} planted documents"
        yield ""
        yield from _planted(found)
        yield from _ratios(found)
        yield "Pairs by similarity, at a threshold of 0.5: copies and links of chains."
        yield ""
        yield (
            "| similarity | pairs | found | 1 - (1 - s⁸)¹⁴ promises | found, of the pairs "
            "| promised | deviations from it |"
        )
        yield "|---|---|---|---|---|---|---|"
        for row in found["curve"]:
            if row["pairs"]:
                yield (
                    f"| {row['from']:g} to {row['to']:g} | {row['pairs']:,} | {row['found']:,} "
                    f"| {row['promised']:,.1f} ± {row['deviation']:.1f} "
                    f"| {100 * row['found'] / row['pairs']:.1f} % "
                    f"| {100 * row['promised'] / row['pairs']:.1f} % "
                    f"| {(row['found'] - row['promised']) / max(row['deviation'], 1):+.1f} |"
                )
        yield ""


def _pages(measured: Row) -> Iterator[str]:
    found = measured.get("pages")
    if not found:
        yield from ("## Documents as long as web pages", "", "Not measured.", "")
        return
    yield f"## {found['documents']:,} documents as long as web pages"
    yield ""
    yield (
        f"Made on {found['date']}. 200 to 800 made-up words each, {found['bytes'] / 1e6:,.0f} MB "
        f"as Parquet; two templates of {found['template']:,}, and kinds in the shares of the "
        "corpora below. To keepers: from texts to who is kept; the index is what later dumps are "
        "compared with. Ours reads and writes Parquet meanwhile. With several cores the memory "
        "of all processes is added up, the libraries that they share counted once."
    )
    yield ""
    yield (
        "| program | cores | seconds of the parts | to keepers, s | MB | dropped "
        "| wrongly dropped, or misnamed |"
    )
    yield "|---|---|---|---|---|---|---|"
    for row in found["rows"]:
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in row["seconds"].items())
        wrong = f"{sum(row['wrong'].values()) + row['misnamed']:,}" if "wrong" in row else "–"
        yield (
            f"| {row['name']} | {row['cores']} | {parts} | {to_keepers(row):.2f} "
            f"| {row['peak_megabytes']:,.0f} | {row['dropped']:,} | {wrong} |"
        )
    yield ""


def _planted(found: Row) -> Iterator[str]:
    kinds = "; ".join(
        f"{name}: {groups:,} × {size:,}" if size > 1 else f"{name}: {groups:,}"
        for name, (groups, size) in found["kinds"].items()
        if groups
    )
    yield f"Made on {found['date']}. {kinds}."
    yield ""
    yield (
        "| program | work | seconds of the parts | seconds | MB | dropped | wrongly dropped "
        "| misnamed | both kept, of pairs at 0.75 |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in found["rows"]:
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in row["seconds"].items())
        asked = row.get("asked", row["documents"])
        if asked < row["documents"]:
            parts += f" (scaled: {asked:,} were asked)"
        yield (
            f"| {row['name']} | {row.get('what', '')} | {parts} | {_total(row):.2f} "
            f"| {row['peak_megabytes']:,.0f} | {_dropped(row)} |"
        )
    yield ""
    yield from _absent(found)


def _dropped(row: Row) -> str:
    """Four cells; dashes for a program that was asked for pairs alone."""
    if not row["dropped"]:
        return "– | – | – | –"
    wrong = "; ".join(f"{count:,} of {kind}" for kind, count in row["wrong"].items()) or "0"
    alike = sum(each["alike"] for each in row["missed"].values())
    kept = sum(each["both kept"] for each in row["missed"].values())
    return f"{row['dropped']:,} | {wrong} | {row['misnamed']:,} | {kept:,} of {alike:,}"


def _ratios(found: Row) -> Iterator[str]:
    rows = {row["name"]: row for row in found["rows"]}
    ours = rows["ours"]
    from_texts = rows.get("datasketch from texts")
    if from_texts:
        ready = rows.get("datasketch from ready signatures")
        every = rows.get("datasketch from ready signatures, all pairs")
        yield (
            "Our whole stage, signatures to keepers, is "
            f"{_total(from_texts) / to_keepers(ours):.1f} × "
            "as fast as datasketch from texts that keeps the first, with "
            f"{ours['peak_megabytes'] / from_texts['peak_megabytes']:.2f} × its memory."
        )
        if verified := rows.get("datasketch from texts, verified"):
            yield (
                "Where that must not drop unlike texts either, and verifies what it finds, it is "
                f"{_total(verified) / to_keepers(ours):.1f} × as fast."
            )
        if ready and every:
            yield (
                "From ready signatures to keepers, verification included, it is "
                f"{_total(ready) / ours['seconds']['find']:.1f} × as fast as MinHashLSH where "
                f"that keeps the first, and {_total(every) / ours['seconds']['find']:.1f} × where "
                "it lists all pairs."
            )
        yield ""


def _small(measured: Row) -> Iterator[str]:
    found = measured.get("others")
    if not found:
        return
    yield f"## {found['documents']:,} planted documents, and everybody"
    yield ""
    yield from _planted(found)


def _given(_: Row) -> Iterator[str]:
    yield "## What the neighbours could not be given"
    yield ""
    yield (
        "- datasketch, rensa: nothing makes shingles; runs of five of `text.lower().split()` are "
        "made in Python, in the time given. Text without blanks is one shingle. datasketch's index "
        "answers with candidates, which nothing verifies: they count as its pairs. rensa's are "
        "held against its own estimate."
    )
    yield (
        "- text-dedup: its own words (`\\W` parts them); clusters, of which every member that has "
        "a partner at the threshold joins the first; what has fewer than five words is left out "
        "of its output. All pairs of a cluster meet in one table, so the templates are small here."
    )
    yield (
        "- datatrove: no threshold and no verification; its own normalised text, split by "
        "`str.split`. It writes clusters of candidates, chains and all."
    )
    yield (
        "- Where datasketch lists all pairs, asking ends after three minutes and is scaled, since "
        "the documents come in no order; of one document's candidates a thousand are written down."
    )
    yield ""


def _incremental(measured: Row) -> Iterator[str]:
    yield "## A new dump against earlier ones"
    yield ""
    found = measured.get("incremental")
    if not found:
        yield from ("Not measured.", "")
        return
    yield (
        f"Made on {found['date']}. Dumps of {found['documents']:,} documents; one in ten of the "
        "new one is an edited copy of a document in the last before it, so the same is to be found "
        "each time."
    )
    yield ""
    yield "| earlier dumps | their documents | signatures, s | find, s | MB | dropped | wrongly |"
    yield "|---|---|---|---|---|---|---|"
    for row in found["rows"]:
        yield (
            f"| {row['dumps']} | {row['earlier']:,} | {row['seconds']['signatures']:.2f} "
            f"| {row['seconds']['find']:.2f} | {row['peak_megabytes']:,.0f} "
            f"| {row['dropped']:,} | {sum(row['wrong'].values()):,} |"
        )
    yield ""


def _giants(measured: Row) -> Iterator[str]:
    found = measured.get("giants")
    if not found:
        return
    setting = found["rows"][0]["setting"]
    yield "## One linked group"
    yield ""
    yield (
        f"Made on {found['date']}. A dump that is one template of 20 to 30 words, on one core, "
        f"`process_memory_mb` is {setting}. What is larger than that lies in files without names, "
        "which are mapped: as long as nobody else wants the memory they stay in it, and count to "
        "the peak. Held is what the system cannot take back; before is that of the warm process, "
        "Python and its libraries."
    )
    yield ""
    yield "| members | seconds | held before, MB | held at most, MB | peak memory, MB | dropped |"
    yield "|---|---|---|---|---|---|"
    for row in found["rows"]:
        yield (
            f"| {row['members']:,} | {_total(row):.1f} | {row['held_before']:,.0f} "
            f"| {row['held_megabytes']:,.0f} | {row['peak_megabytes']:,.0f} "
            f"| {row['duplicates']:,} |"
        )
    yield ""


def _synthetic(measured: Row) -> Iterator[str]:
    row = measured.get("synthetic")
    yield f"## {row['documents']:,} short documents" if row else "## Ten million short documents"
    yield ""
    if not row:
        yield from (
            'Not measured; `make bench-neardup OPTIONS="--synthetic 10000000"` does it.',
            "",
        )
        return
    millions = row["documents"] / 1e6
    alike = sum(each["alike"] for each in row["missed"].values())
    kept = sum(each["both kept"] for each in row["missed"].values())
    yield (
        f"Made on {row['date']}: {row['documents']:,} documents of 20 to 30 made-up words, "
        f"{row['bytes'] / 1e9:.2f} GB as Parquet, a template of {row['template']:,} among them; "
        f"{row['workers']} worker{'s' if row['workers'] > 1 else ''}."
    )
    yield ""
    yield "| | seconds | seconds a million documents |"
    yield "|---|---|---|"
    for name, seconds in row["seconds"].items():
        yield f"| {name} | {seconds:,.1f} | {seconds / millions:.2f} |"
    yield ""
    yield (
        f"Peak memory {row['peak_megabytes']:,.0f} MB. {row['dropped']:,} documents dropped, "
        f"{sum(row['wrong'].values()):,} of them wrongly, {row['misnamed']:,} misnamed; of "
        f"{alike:,} planted pairs at the threshold both are kept of {kept:,}."
    )
    yield ""


def _total(row: Row) -> float:
    return float(sum(row["seconds"].values()))


def _absent(found: Row) -> Iterator[str]:
    for name, reason in found["absent"].items():
        yield f"- {name} did not install or run here: {reason}"
    if found["absent"]:
        yield ""
