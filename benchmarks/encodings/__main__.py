"""`make bench-encodings`: how often the encoding is found and how fast, beside chardet alone and
charset-normalizer alone in the same run. Writes benchmarks/ENCODINGS.md; takes some ten minutes,
most of them charset-normalizer's.

What belongs here: the tables. What does not: the texts (texts), the detectors (ask).
"""

import json
import math
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import mean, median

import numpy as np
import pyarrow as pa

from benchmarks import machine
from benchmarks.encodings.ask import DETECTORS, Answer, ask
from benchmarks.encodings.texts import LENGTHS, Case, cases, codecs_measured, dataset, mixtures
from benchmarks.encodings.texts import sample as sampled
from benchmarks.novels import ROOT, SHARED
from pipeline.decode import Undecodable, decode

EACH = int(os.environ.get("HYGIENE_BENCH_ENCODED", "12"))  # texts of a codec and length
_SURE = (0.0, 0.6, 0.8, 0.9, 0.95, 0.98, 1.01)
_RECORDS = (3_000, 100_000, 4_000_000)  # bytes
_UTF8_EACH = 200


def labelled() -> Iterator[str]:
    """The labelled files: how many each decodes to the very text."""
    right: Counter[str] = Counter()
    seconds: dict[str, list[float]] = defaultdict(list)
    count, refused, binaries, misses = 0, 0, 0, []
    for name, case in dataset():
        if case.text is None:
            binaries += 1
            refused += ask("ours", case.raw).text is None
            continue
        count += 1
        for detector in DETECTORS:
            answer = ask(detector, case.raw)
            right[detector] += answer.text == case.text
            seconds[detector].append(answer.seconds)
            if detector == "ours" and answer.text != case.text:
                misses.append(f"`{name}`")
    yield "| | right, of " + f"{count} | mean ms a file | median ms |"
    yield "|---|---:|---:|---:|"
    for detector in DETECTORS:
        took = [1000 * one for one in seconds[detector]]
        yield f"| {detector} | {right[detector]} | {mean(took):.1f} | {median(took):.1f} |"
    yield ""
    yield f"Binaries refused, ours: {refused} of {binaries}. Not as labelled, ours: " + (
        ", ".join(misses) + "." if misses else "none."
    )


Asked = dict[str, list[tuple[Case, Answer]]]


def encoded() -> Iterator[str]:
    """By codec and length: the texts that each reads rightly."""
    asked: dict[tuple[str, int | None], Asked] = {}
    for codec in codecs_measured():
        for case in cases(codec, _UTF8_EACH if codec == "utf-8" else EACH):
            answers = asked.setdefault((case.codec, case.length), defaultdict(list))
            for detector in DETECTORS:
                answers[detector].append((case, ask(detector, case.raw)))
    yield (
        "| bytes | texts | "
        + " | ".join(DETECTORS)
        + " |"
        + " ms a text, ours |"
        + (" chardet | charset-normalizer |")
    )
    yield "|---|---:" + "|---:" * 6 + "|"
    for length in LENGTHS:
        mine = [answers for (codec, cut), answers in asked.items() if cut == length]
        mine = [answers for answers in mine if answers["ours"][0][0].codec != "utf-8"]
        flat = {name: [one for answers in mine for one in answers[name]] for name in DETECTORS}
        shares = " | ".join(_share(flat[name]) for name in DETECTORS)
        took = " | ".join(
            f"{1000 * mean(answer.seconds for _, answer in flat[name]):.1f}" for name in DETECTORS
        )
        yield f"| {length or 'whole'} | {len(flat['ours']):,} | {shares} | {took} |"
    yield ""
    yield "By codec: right, ours / chardet / charset-normalizer, in percent."
    yield ""
    yield "| codec | " + " | ".join(str(length or "whole") for length in LENGTHS) + " |"
    yield "|---|" + "---:|" * len(LENGTHS)
    for codec in dict.fromkeys(name for name, _ in asked):
        cells = []
        for length in LENGTHS:
            answers = asked.get((codec, length))
            cells.append(
                " / ".join(f"{100 * _right(answers[name]):.0f}" for name in DETECTORS)
                if answers
                else ""
            )
        yield f"| {codec} | " + " | ".join(cells) + " |"
    yield ""
    behind = [
        f"{codec} ({length or 'whole'})"
        for (codec, length), answers in asked.items()
        if _right(answers["ours"]) < max(_right(answers[name]) for name in DETECTORS)
    ]
    yield (
        f"Of {len(asked)} codecs and lengths, behind one of the others in {len(behind)}: "
        f"{', '.join(behind) or 'none'}."
    )
    yield ""
    yield from sure([one for answers in asked.values() for one in answers["ours"]])


def _right(asked: Sequence[tuple[Case, Answer]]) -> float:
    return mean(answer.text == case.text for case, answer in asked)


def _share(asked: Sequence[tuple[Case, Answer]]) -> str:
    return f"{_right(asked):.1%}" if asked else ""


def sure(asked: Sequence[tuple[Case, Answer]]) -> Iterator[str]:
    """Whether `encoding_confidence` is a probability."""
    bins: dict[int, list[bool]] = defaultdict(list)
    for case, answer in asked:
        if case.codec == "utf-8":
            continue
        try:
            confidence = decode(case.raw).confidence
        except Undecodable:
            continue
        at = next(n for n, edge in enumerate(_SURE[1:]) if confidence < edge)
        bins[at].append(answer.text == case.text)
    yield "| encoding_confidence | texts | right |"
    yield "|---|---:|---:|"
    for at in sorted(bins):
        edges = f"{_SURE[at]:g} to {min(1.0, _SURE[at + 1]):g}"
        yield f"| {edges} | {len(bins[at]):,} | {mean(bins[at]):.1%} |"


def mixed() -> Iterator[str]:
    """UTF-8 texts with lines in another encoding, read to the last character."""
    found: dict[str, list[bool]] = defaultdict(list)
    for case in mixtures(EACH * 2):
        found[case.codec].append(ask("ours", case.raw).text == case.text)
    yield "| lines in | texts | read exactly |"
    yield "|---|---:|---:|"
    for codec, right in found.items():
        yield f"| {codec} | {len(right)} | {mean(right):.0%} |"


def speed() -> Iterator[str]:
    """UTF-8: megabytes a second of `decode`, of parts of it, and of copying the same bytes."""
    yield "| language | record | decode, MB/s | bytes.decode | Arrow's check | memcpy | ratio |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for language in ("en", "de", "ru", "zh", "hi"):
        path = SHARED / "xquad" / f"xquad.{language}.json"
        articles = json.loads(path.read_text("utf-8"))["data"]
        parts = [part["context"] for article in articles for part in article["paragraphs"]]
        some = [part.lstrip("\ufeff") for part in parts]
        for size in _RECORDS:
            raw = sampled(some, size)
            array = pa.array([raw], pa.binary())
            ours, plain, arrow, copy = (
                rate(raw, work)
                for work in (
                    lambda raw=raw: decode(raw),
                    raw.decode,
                    lambda array=array: array.cast(pa.string()),
                    copier(raw),
                )
            )
            yield (
                f"| {language} | {size:,} | {ours:,.0f} | {plain:,.0f} | {arrow:,.0f} | "
                f"{copy:,.0f} | {ours / copy:.2f} |"
            )


def copier(raw: bytes) -> Callable[[], object]:
    """What copies the bytes to a place that is there already."""
    source = np.frombuffer(raw, np.uint8)
    target = np.empty_like(source)
    return lambda: np.copyto(target, source)


def rate(raw: bytes, work: Callable[[], object]) -> float:
    """Megabytes a second of this process's own time, the best of some times."""
    times = max(3, math.ceil(20_000_000 / len(raw)))
    best = math.inf
    for _ in range(5):
        started = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - started) / times)
    return len(raw) / best / 1e6


def report() -> str:
    """All of it, as Markdown; nothing where the shared data is not there."""
    if not SHARED.is_dir():
        return ""
    parts = [
        "## Labelled files",
        "`encodings-char-dataset`; right: the very text that the codec named by the folder gives.",
        "",
        *labelled(),
        "## Texts in every encoding that holds them",
        f"Declarations of UDHR and articles of XQuAD, {EACH} of a codec and length, whatever their "
        "language: also those that nobody would write in that codec, such as English with one "
        "curly quote in koi8-t. Texts that are ASCII in a codec are left out.",
        "",
        *encoded(),
        "## UTF-8 with stretches of another encoding",
        *mixed(),
        "## UTF-8: speed",
        "Of the process's own time. What `decode` adds to `bytes.decode` is some 2 µs a record; in "
        "large records making the text, in memory fresh from the system, takes longer than "
        "checking it, which Arrow alone shows.",
        "",
        *speed(),
    ]
    return "\n".join(f"\n{part}\n" if part.startswith("#") else part for part in parts)


def main() -> None:
    """Measure and write the page. Raises `SystemExit` where there is nothing to measure by."""
    found = report()
    if not found:
        raise SystemExit(f"the labelled texts are not in {SHARED}")
    about = ", ".join(f"{name} {value}" for name, value in machine.describe().items())
    others = ", ".join(f"{name} {version(name)}" for name in ("chardet", "charset-normalizer"))
    head = f"# Encodings\n\nMade by `make bench-encodings` on {datetime.now(UTC):%Y-%m-%d}: "
    page = f"{head}{about}, {others}.\n{found}\n"
    (ROOT / "benchmarks" / "ENCODINGS.md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
