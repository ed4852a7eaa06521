"""`python -m benchmarks.extractors`: the extractors of web pages beside each other, on the shared
data and on time. Prints its page and writes it to benchmarks/EXTRACTORS.md; takes a few minutes.

The pages go the way that they go in a run: through the helper process, hidden text removed.
Where the shared data is absent nothing is written.
"""

import gzip
import html
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import metadata, version

from benchmarks import machine
from benchmarks.novels import ROOT, SHARED
from pipeline.html.client import Failed, Helper, TooSlow
from pipeline.html.settings import EXTRACTORS, HtmlSettings

PAGE = ROOT / "benchmarks" / "EXTRACTORS.md"
PACKAGES = ("trafilatura", "resiliparse", "readability-lxml", "lxml", "jusText", "htmldate")
_WORD = re.compile(r"\w+")
_SHORT, _SENTENCE = 40, re.compile(r"[.!?:…]['\"’”)]*$")
_PAGE = re.compile(rb"(?:<!doctype html|<html\b).*?</html>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Labelled:
    """A page, and the words that are its text: those of the whole page where none are known."""

    kind: str
    page: str
    gold: str


def wcxb() -> Iterator[Labelled]:
    """Pages made of the lines of real ones; their gold text was marked by people."""
    path = SHARED / "web-lines" / "wcxb-dev.jsonl.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield Labelled(row["type"], synthetic(row["text"]), row["gold"])


def synthetic(text: str) -> str:
    """A page of a text's lines: short ones that end no sentence as links in lists, others as
    paragraphs.
    """
    parts, inside = [], False
    for line in filter(str.strip, text.split("\n")):
        shown = html.escape(line)
        link = len(line) < _SHORT and not _SENTENCE.search(line)
        if link != inside:
            parts.append("<ul>" if link else "</ul>")
            inside = link
        parts.append(f'<li><a href="/x">{shown}</a></li>' if link else f"<p>{shown}</p>")
    body = "\n".join(parts) + ("</ul>" if inside else "")
    return f"<!doctype html><html><head><title>Page</title></head><body>{body}</body></html>"


def udhr() -> Iterator[Labelled]:
    """Real pages that are nothing but text, in hundreds of languages: what is lost is lost."""
    for path in sorted((SHARED / "udhr/declaration").glob("*.html")):
        page = path.read_text("utf-8")
        yield Labelled("declaration", page, _whole(page))


def warc() -> Iterator[Labelled]:
    """Real pages out of the samples of web archives, each once."""
    seen = set()
    for path in sorted((SHARED / "warc").rglob("*.*arc")) + sorted((SHARED / "warc").rglob("*.gz")):
        raw = path.read_bytes()
        if path.suffix == ".gz":
            try:
                raw = gzip.decompress(raw)
            except (OSError, EOFError):  # some are broken on purpose
                continue
        for found in _PAGE.findall(raw):
            page = found.decode("utf-8", "replace")
            if page not in seen:
                seen.add(page)
                yield Labelled("archived", page, _whole(page))


def _whole(page: str) -> str:
    body = page[page.lower().find("<body") :]
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", body, flags=re.DOTALL | re.IGNORECASE)
    return html.unescape(re.sub("<[^>]*>", " ", body))


@dataclass
class Score:
    """What one extractor made of one kind of pages."""

    f1: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    chars: int = 0
    empty: int = 0
    failed: int = 0

    def add(self, text: str, gold: str) -> None:
        """Count the words that both have, as often as both have them."""
        ours, theirs = Counter(_WORD.findall(text)), Counter(_WORD.findall(gold))
        common = sum((ours & theirs).values())
        precision = common / max(1, sum(ours.values()))
        recall = common / max(1, sum(theirs.values()))
        self.precision.append(precision)
        self.recall.append(recall)
        self.f1.append(2 * precision * recall / (precision + recall) if common else 0.0)
        self.chars += len(text)
        self.empty += not text


def measure(pages: list[Labelled], name: str) -> Mapping[str, Score]:
    """Kind of page -> score, and all of them under an empty kind."""
    helper = Helper(HtmlSettings(name))
    helper.read("<p>to get going")
    scores = {kind: Score() for kind in ("", *sorted({page.kind for page in pages}))}
    for page in pages:
        started = time.perf_counter()
        try:
            text, failed = helper.read(page.page).text, False
        except (Failed, TooSlow):
            text, failed = "", True
        seconds = time.perf_counter() - started
        for kind in ("", page.kind):
            scores[kind].add(text, page.gold)
            scores[kind].seconds.append(seconds)
            scores[kind].failed += failed
    helper.end()
    return scores


def table(pages: list[Labelled]) -> Iterator[str]:
    """A line for each extractor, and one for pages as they are."""
    whole = Score()
    for page in pages:
        whole.add(_whole(page.page), page.gold)
    yield (
        "| extractor | word F1 | precision | recall | ms a page, mean | median | most | empty "
        "| failed |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    yield f"| none: all that is there | {_means(whole)} | | | | | |"
    by_kind = {}
    for name in EXTRACTORS:
        scores = measure(pages, name)
        by_kind[name] = scores
        score = scores[""]
        times = [1000 * seconds for seconds in score.seconds]
        yield (
            f"| {name} | {_means(score)} | {statistics.mean(times):.1f} | "
            f"{statistics.median(times):.1f} | {max(times):.0f} | {score.empty} | {score.failed} |"
        )
    kinds = [kind for kind in by_kind["trafilatura"] if kind]
    if len(kinds) > 1:
        yield ""
        yield "| word F1 | pages | " + " | ".join(EXTRACTORS) + " |"
        yield "|---|---:|" + "---:|" * len(EXTRACTORS)
        for kind in kinds:
            each = [by_kind[name][kind] for name in EXTRACTORS]
            cells = " | ".join(f"{statistics.mean(score.f1):.3f}" for score in each)
            yield f"| {kind} | {len(each[0].f1)} | {cells} |"


def _means(score: Score) -> str:
    values = (score.f1, score.precision, score.recall)
    return " | ".join(f"{statistics.mean(value):.3f}" for value in values)


SECTIONS: tuple[tuple[str, str, Callable[[], Iterator[Labelled]]], ...] = (
    (
        "Web pages whose text was marked by people",
        "**These pages are synthetic.** The shared data (WCXB) holds the lines of real pages, not "
        "their markup. Short lines that end no sentence became links in lists, all others "
        "paragraphs, so an extractor sees no `<nav>`, no `<article>`, no class and no id: less "
        "than on the web, and nothing of what hides text. Words are counted as often as they "
        "stand in both texts; the numbers are means over pages.",
        wcxb,
    ),
    (
        "Pages that are all text",
        "The Universal Declaration of Human Rights, real pages in hundreds of languages. Nothing "
        "in them is boilerplate, so what recall lacks was lost.",
        udhr,
    ),
    (
        "Pages out of web archives",
        "Those in the samples of WARC and ARC files, mostly small. Nobody has marked their text; "
        "recall says how much of all that is on the page is kept.",
        warc,
    ),
)


def report() -> str:
    """All of it, as Markdown; nothing where the shared data is absent."""
    parts = []
    for title, about, read in SECTIONS:
        if pages := list(read()):
            print(f"  {title}: {len(pages)} pages", flush=True)
            parts += [f"## {title}", "", f"{len(pages)} pages. {about}", "", *table(pages), ""]
    return "\n".join(parts)


# Where packages say it, the newer field first.
_LICENCES = ("License-Expression", "License")


def licences() -> Iterator[str]:
    """Who made what, and what may be done with it."""
    yield "| package | version | licence |"
    yield "|---|---|---|"
    for name in PACKAGES:
        known = metadata(name)
        said = {field: known[field] for field in _LICENCES if field in known}
        licence = next(iter(said.values()), "").split("\n")[0]
        yield f"| {name} | {version(name)} | {licence} |"


def main() -> None:
    """Measure and write the page. Raises `SystemExit` where there is nothing to measure by."""
    found = report()
    if not found:
        raise SystemExit(f"the pages are not in {SHARED}")
    about = ", ".join(f"{name} {value}" for name, value in machine.describe().items())
    head = (
        "# Extractors of web pages\n\n"
        f"Made by `python -m benchmarks.extractors` on {datetime.now(UTC):%Y-%m-%d}: {about}.\n\n"
        "Times are of one page after the other on one core, everything included: parsing, what the "
        "page says about itself, taking out what is hidden, the extractor, the way to the helper "
        "process and back."
    )
    page = "\n".join([head, "", found, "## Versions and licences", "", *licences()]) + "\n"
    PAGE.write_text(page, "utf-8")
    print(page)


if __name__ == "__main__":
    main()
