"""BOILERPLATE.md: web pages, strings, harm and speed as a page for people, and every cut in clean
texts as a list.

What belongs here: tables and the sentences around them. What does not: measuring.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.boilerplate import web
from benchmarks.boilerplate.strings import COMMENTS, KINDS
from benchmarks.target import outcomes
from benchmarks.targets import BOILERPLATE

Row = dict[str, Any]
_ANSWER = {True: "yes", False: "no", None: "not measured"}
_NOT_HERE = "The data of this part is not here: not measured."
_LISTED = 300  # characters of a cut in the list


def page(measured: Row) -> str:
    """The whole page."""
    parts = (_head, _targets, _web, _kinds, _careful, _strings, _languages, _harm, _cuts, _speed)
    return "\n".join(line for part in parts for line in part(measured)) + "\n"


def listing(cuts: Sequence[Sequence[Any]]) -> str:
    """Every different cut in clean texts as tab-separated values; line feeds are written as \\n."""
    lines = ["times\tstrength\tsource\tlanguage\trule\ttext"]
    for strength, source, language, rule, text, times in cuts:
        told = _short(text.replace("\t", " ").replace("\n", "\\n"), _LISTED)
        lines.append(f"{times}\t{strength}\t{source}\t{language}\t{rule}\t{told}")
    return "\n".join(lines) + "\n"


def _head(measured: Row) -> Iterator[str]:
    versions = ", ".join(f"{name} {value}" for name, value in measured["machine"].items())
    yield "# Boilerplate: what is cut, what is known, what is harmed"
    yield ""
    yield (
        f"Made by `make bench-boilerplate` on {measured['date']} (`make bench` does it too): "
        f"{versions}. Seconds and MB/s are processor time on one core; other programs took "
        f"{100 * measured['bystanders']:.0f} % of the cores' time meanwhile. MB are 10⁶ bytes of "
        "text as UTF-8. Every language is the one that the pipeline measures."
    )
    yield ""


def _targets(measured: Row) -> Iterator[str]:
    yield "## Targets"
    yield ""
    yield "| what | target | measured | kept |"
    yield "|---|---|---|---|"
    for outcome in outcomes({"boilerplate": measured}, BOILERPLATE):
        target = outcome.target
        value = "" if outcome.value is None else f"{outcome.value:,.3f}{target.unit}"
        yield f"| {target.name} | {target.wanted()} | {value} | {_ANSWER[outcome.kept]} |"
    yield ""


def _web(measured: Row) -> Iterator[str]:
    found = measured["web"]
    yield "## The main text of web pages"
    yield ""
    if not found["rows"]:
        yield from (_NOT_HERE, "")
        return
    yield (
        f"The {found['pages']:,} pages of WCXB's development part as a naive dump has them: a line "
        f"for each block of the page, {found['lines']:,} lines, {found['bytes'] / 1e6:.1f} MB. "
        "Words are `\\w+` in small letters, as bags; F1, precision and recall of the words that "
        "are kept, against the main text by hand, are averages over pages. Gold words lost: of all "
        "words of main texts, those that the page has and the kept text has not. Cut words: of "
        "all words of pages that are in no main text, the share that is cut (recall), and the "
        "share of them among all that is cut (precision); over all pages together."
    )
    yield ""
    yield (
        "| way | F1 | precision | recall | gold words lost | recall of cut words "
        "| precision of cut words | seconds |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for row in found["rows"]:
        if row["scores"] is None:
            yield f"| {_name(row)} | not measured | | | | | | |"
            continue
        every = row["scores"]["all"]
        averages = (f"{every[name]:.3f}" for name in ("f1", "precision", "recall"))
        seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
        yield f"| {_name(row)} | {' | '.join(averages)} | {' | '.join(_cut(every))} | {seconds} |"
    yield ""
    yield (
        f"- **{web.BEST}**: no filter of whole lines can do better; found with the main text at "
        "hand."
    )
    yield (
        f"- **{web.CAREFUL}**: the default. It is to lose hardly a word of anybody's, so it leaves "
        "most of what is not main text. Its English rules were written with these pages in view: "
        "what it cuts and loses here is a fit, not a forecast."
    )
    yield (
        f"- **{web.ARTICLE}**: five-fold cross-validation, no page is judged by a model that saw "
        "it. Folds are by page; two pages of one site can be in different folds."
    )
    yield (
        '- **C4**: lines that end in . ! ? or " and have so many words; none of its rules about '
        "whole documents. The paper's first version (and datatrove) ask for three words, its last "
        "version and its code for five: both are here."
    )
    yield (
        "- **jusText** (English stop words, its own settings) and **trafilatura** (its own "
        "settings) read HTML. The original pages are not there, so pages are rebuilt from lines: a "
        "paragraph each; for trafilatura, lines that look like links as lists of links (jusText "
        "does worse with those). Without headings, classes and nesting they see less than on the "
        "web: this says nothing about how they do there."
    )
    yield (
        f"- **{web.TRAINED}**: scikit-learn's HistGradientBoostingClassifier over twelve numbers "
        "of each line (length, words, ends, marks, digits, capitals, stop words, place in the "
        "page), on the same folds, its threshold chosen on the training folds; seconds without "
        "training."
    )
    yield ""


def _name(row: Row) -> str:
    return f"**{row['name']}**" if row["name"] in (web.CAREFUL, web.ARTICLE) else row["name"]


def _cut(scores: Row) -> Iterator[str]:
    yield _percent(scores["lost"], scores["gold"], 2)
    yield _percent(scores["cut"], scores["other"])
    yield _percent(scores["cut"], scores["cut"] + scores["lost"])


def _percent(part: float, of: float, digits: int = 1) -> str:
    return f"{100 * part / of:.{digits}f} %" if of else "–"


def _kinds(measured: Row) -> Iterator[str]:
    rows = [row for row in measured["web"]["rows"] if row["scores"]]
    if not rows:
        return
    kinds = rows[0]["scores"]
    yield "### F1 by kind of page"
    yield ""
    titles = (f"{kind} ({scores['pages']:,})" for kind, scores in kinds.items())
    yield f"| way | {' | '.join(titles)} |"
    yield f"|---{'|---' * len(kinds)}|"
    for row in rows:
        cells = (f"{row['scores'][kind]['f1']:.3f}" for kind in kinds)
        yield f"| {_name(row)} | {' | '.join(cells)} |"
    yield ""


def _careful(measured: Row) -> Iterator[str]:
    rows = [row for row in measured["web"]["rows"] if row["scores"]]
    ours = [row for row in rows if row["name"] in (web.CAREFUL, web.ARTICLE)]
    if not ours:
        return
    yield "### What ours loses and cuts by kind of page"
    yield ""
    yield (
        "| strength | pages | gold words | gold words lost | recall of cut words "
        "| precision of cut words | F1 |"
    )
    yield "|---|---|---|---|---|---|---|"
    for row in ours:
        for kind, scores in row["scores"].items():
            yield (
                f"| {row['name']} | {kind} ({scores['pages']:,}) | {scores['gold']:,} "
                f"| {' | '.join(_cut(scores))} | {scores['f1']:.3f} |"
            )
    yield ""


def _strings(measured: Row) -> Iterator[str]:
    found = measured["strings"]
    yield "## Interface strings"
    yield ""
    if not found["strings"]:
        yield from (_NOT_HERE, "")
        return
    yield (
        f"{found['strings']:,} different lines in {found['locales']} locales, holes filled with "
        "what a page would show (`Ann Example`, `12`). A line is known if a rule for the "
        "language that the measure gives its locale matches the whole of it, whatever the rule's "
        "scope: most labels of one word are cut only among others. Cut wherever it stands: by a "
        "rule of scope `line`. Locales whose language cannot be told have the rules for any "
        "language alone."
    )
    yield ""
    yield (
        "The wording of WordPress and MediaWiki in the rule files was looked up in those packages: "
        "for these kinds this measures coverage, not how rules do on what they have not seen. The "
        "cookie banners (tarteaucitron, klaro) were not looked at; their strings include sentences "
        "and halves of sentences that hardly stand alone on a line."
    )
    yield ""
    ruled = len(found["ruled"])
    yield (
        "| kind | strings, all locales | known | cut wherever it stands "
        f"| strings, {ruled} language{'s' * (ruled != 1)} with a rule file | known "
        "| cut wherever it stands |"
    )
    yield "|---|---|---|---|---|---|---|"
    for kind, row in found["kinds"].items():
        cells = [cell for part in ("all", "ruled") for cell in _known(row[part])]
        yield f"| {kind} | {' | '.join(cells)} |"
    yield ""
    forms = found["forms"]
    yield (
        f"At least half of the strings of the {COMMENTS} are known in {forms['half']} of the "
        f"{forms['languages']} languages that it is there for and that can be told."
    )
    yield ""


def _known(counts: Row) -> tuple[str, str, str]:
    total = counts["strings"]
    return f"{total:,}", _percent(counts["any"], total), _percent(counts["line"], total)


def _languages(measured: Row) -> Iterator[str]:
    found = measured["strings"]
    if not found["strings"] or not found["languages"]:
        return
    yield "### Languages with a rule file"
    yield ""
    yield "Strings: known % / cut wherever they stand %."
    yield ""
    yield f"| language | {' | '.join(KINDS)} |"
    yield f"|---{'|---' * len(KINDS)}|"
    for language, row in found["languages"].items():
        yield f"| {language} | {' | '.join(_pair(row[kind]) for kind in KINDS)} |"
    yield ""


def _pair(counts: Row) -> str:
    total = counts["strings"]
    if not total:
        return ""
    known, cut = (f"{100 * counts[name] / total:.0f}" for name in ("any", "line"))
    return f"{total}: {known} / {cut}"


def _harm(measured: Row) -> Iterator[str]:
    yield "## Harm: cuts in clean texts"
    yield ""
    if not measured["harm"]:
        yield from (_NOT_HERE, "")
        return
    yield (
        "Nothing is to be cut in these, but for bylines of title pages and copyright notices, "
        "which one may want gone. `article` is meant for dumps of web pages, not for these."
    )
    yield ""
    yield (
        "| text | strength | documents | languages | words | cuts | words cut | of 100,000 words "
        "| documents that the stage failed on |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in measured["harm"]:
        yield (
            f"| {row['source']} ({row['what']}) | {row['strength']} | {row['documents']:,} "
            f"| {row['languages']} | {row['words']:,} | {row['cuts']:,} | {row['lost']:,} "
            f"| {1e5 * row['lost'] / max(1, row['words']):.1f} | {row['failed']} |"
        )
    yield ""


def _cuts(measured: Row) -> Iterator[str]:
    if not measured["cuts"]:
        return
    yield "### The cuts, by rule"
    yield ""
    yield (
        "The run leaves every cut with its text in `out/boilerplate-cuts.tsv`, which is not "
        "kept with the project: the texts are others'."
    )
    yield ""
    yield "| text | strength | rule | cuts | different ones |"
    yield "|---|---|---|---|---|"
    counts: dict[tuple[str, str, str], list[int]] = {}
    for strength, source, _, rule, _, times in measured["cuts"]:
        count = counts.setdefault((source, strength, rule), [0, 0])
        count[0] += times
        count[1] += 1
    for (source, strength, rule), (times, different) in sorted(counts.items()):
        yield f"| {source} | {strength} | {rule} | {times:,} | {different:,} |"
    yield ""


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _speed(measured: Row) -> Iterator[str]:
    yield "## Speed"
    yield ""
    yield (
        "The languages of the texts are measured beforehand. Passed: documents that the screen "
        "does not rule out, so that the stage looks at their lines."
    )
    yield ""
    yield "| texts | strength | what | MB | MB/s | documents passed |"
    yield "|---|---|---|---|---|---|"
    for row in measured["speed"]:
        yield (
            f"| {row['texts']} | {row['strength']} | {row['part']} | {row['megabytes']:.1f} "
            f"| {row['rate']:,.1f} | {100 * row['passed']:.1f} % |"
        )
