"""`make bench-language`: how right, how sure and how fast the language measure is, beside
langdetect itself. Writes benchmarks/LANGUAGE.md; takes some minutes, most of them langdetect's.

The labelled texts are those of the shared data: sentences of Tatoeba, questions and paragraphs of
XQuAD, paragraphs of the Universal Declaration of Human Rights. The constant of the score,
`OVERLAP` in `pipeline/measures/language.py`, comes from here (`fit`).
"""

import html
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from benchmarks import machine
from benchmarks.novels import ROOT, SHARED
from pipeline.kernels.ngrams import COUNT_LANE
from pipeline.measures import language
from pipeline.measures.codes import UNDETERMINED, code_of, group_of, scripts
from pipeline.measures.profiles import SCALE, profiles

DATA = SHARED
SEEDS = range(10)
ASKED = int(os.environ.get("HYGIENE_BENCH_ASKED", "150"))  # texts of a language, of langdetect
LABELLED = 1000  # texts of a language, of the measure
BINS = (0.0, 0.3, 0.5, 0.65, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999, 1.001)


class Labelled(NamedTuple):
    """A text and the group of its language; `known` where it can be told at all."""

    source: str
    language: str
    text: str
    known: bool


def tatoeba() -> Iterator[tuple[str, str]]:
    """(language, sentence)."""
    for path in sorted((DATA / "laser-tatoeba/data/tatoeba/v1").glob("tatoeba.*-eng.*")):
        if path.suffix != ".eng" or path.name == "tatoeba.deu-eng.eng":
            for line in path.read_text("utf-8").split("\n"):
                yield path.suffix[1:], line


def xquad() -> Iterator[tuple[str, str]]:
    """(language, paragraph or question)."""
    for path in sorted((DATA / "xquad").glob("xquad.*.json")):
        for article in json.loads(path.read_text("utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                yield path.suffixes[-2][1:], paragraph["context"]
                for asked in paragraph["qas"]:
                    yield path.suffixes[-2][1:], asked["question"]


def udhr() -> Iterator[tuple[str, str]]:
    """(language, paragraph); those written in a script that is not the language's own left out."""
    for path in sorted((DATA / "udhr/declaration").glob("*.html")):
        page = path.read_text("utf-8")
        code = re.search(r'data-iso6393="(\w+)"', page)
        if code and not re.search("cyrl|han$|tglg|arab|java|mong", path.stem):
            for part in re.findall("<p>(.*?)</p>", page, re.DOTALL):
                yield code[1], html.unescape(re.sub("<[^>]+>", "", part))


SOURCES: Mapping[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "laser-tatoeba": tatoeba,
    "xquad": xquad,
    "udhr": udhr,
}


def labelled() -> list[Labelled]:
    """All labelled texts, each once, at most LABELLED of a language and source, evenly taken."""
    known = {group_of(code.split("-")[0]) for code in language.languages()}
    cyrillic = re.compile("[\u0400-\u04ff]")
    found = []
    for source, read in SOURCES.items():
        texts: dict[str, dict[str, None]] = defaultdict(dict)
        for code, text in read():
            group = group_of(code_of(code) or code)
            # Serbian in Cyrillic and Mongolian in Cyrillic are beyond langdetect and scripts.
            if text.strip() and not (group in ("hr", "mn") and cyrillic.search(text)):
                texts[group][text] = None
        for group, all_of_it in sorted(texts.items()):
            found += [
                Labelled(source, group, text, group in known)
                for text in even(list(all_of_it), LABELLED)
            ]
    return found


def even(items: list[str], count: int) -> list[str]:
    """At most so many items, evenly spread."""
    step = max(1.0, len(items) / count)
    return [items[int(n * step)] for n in range(min(count, len(items)))]


def group(code: str) -> str:
    """The group of a found language: both ways to write Chinese are one."""
    return group_of(code.split("-")[0])


def plain_langdetect() -> DetectorFactory:
    """langdetect with its own profiles."""
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    return factory


def ask(factory: DetectorFactory, text: str, seed: int) -> str:
    """langdetect's own answer; `und` where it finds nothing."""
    factory.set_seed(seed)
    detector = factory.create()
    detector.append(text)
    try:
        return str(detector.detect())
    except LangDetectException:
        return UNDETERMINED


def accuracy(texts: Sequence[Labelled]) -> list[str]:
    """Beside langdetect: right answers, and the same answers where it agrees with itself."""
    mine = set(profiles().languages)
    groups = {group(code) for code in mine}
    parts: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for item in texts:
        if item.language in groups:
            parts[item.source, item.language].append(item)
    chosen: list[Labelled] = []
    for items in parts.values():
        step = max(1, len(items) // ASKED)
        chosen += items[::step][:ASKED]
    found = language.measure(pa.array([item.text for item in chosen]))["language"].to_pylist()
    factory = plain_langdetect()
    tally: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for item, ours in zip(chosen, found, strict=True):
        answers = [ask(factory, item.text, seed) for seed in SEEDS]
        steady = len(set(answers)) == 1
        theirs = sum(group(answer) == item.language for answer in answers)
        for key in (item.source, "all"):
            row = tally[key]
            row[0] += 1
            row[1] += group(ours) == item.language
            row[2] += theirs
            row[3] += steady
            row[4] += steady and ours == answers[0]
    lines = [
        "| texts | how many | right, ours | right, langdetect | langdetect agrees with itself | "
        "of those, the same answer |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    tally["all"] = tally.pop("all")
    for key, (count, ours, theirs, steady, same) in tally.items():
        lines.append(
            f"| {key} | {count:,} | {ours / count:.2%} | {theirs / count / len(SEEDS):.2%} | "
            f"{steady / count:.1%} | {same / steady:.2%} |"
        )
    return lines


def fit(texts: Sequence[Labelled]) -> float:
    """The OVERLAP under which the labels of half of the texts are likeliest."""
    items = [item for item in texts if by_ngrams(item)][::2]
    sums = language._sums(pa.array([item.text for item in items])).sums.astype(float)
    codes = [group(code) for code in profiles().languages]
    members = np.array([[code == item.language for code in codes] for item in items])
    there = (sums[:, COUNT_LANE] > 0) & members.any(axis=1)
    sums, members = sums[there, : len(codes)] / SCALE, members[there]
    sums -= sums.max(axis=1, keepdims=True)

    def loss(overlap: float) -> float:
        odds = np.exp(sums / overlap)
        right = (odds * members).sum(axis=1) / odds.sum(axis=1)
        return -float(np.log(np.maximum(right, 1e-6)).mean())

    return min(np.arange(1.0, 10.0, 0.1).tolist(), key=loss)


def by_ngrams(item: Labelled) -> bool:
    """Whether langdetect has a profile of the text's language."""
    return item.known and item.language not in {script.language for script in scripts()}


def calibration(texts: Sequence[Labelled]) -> list[str]:
    """Right answers by score, on the half that `fit` does not see, and on all texts whose language
    was told by script; then the scores of texts that no answer can be right about.
    """
    measured = language.measure(pa.array([item.text for item in texts]))
    scores = measured["language_score"].to_numpy()
    codes = measured["language"].to_pylist()
    right = np.array(
        [group(code) == item.language for code, item in zip(codes, texts, strict=True)]
    )
    by_script = np.asarray(measured["language_runner_up"].is_null()) & (scores > 0)
    half = np.zeros(len(texts), np.bool_)
    half[[n for n, item in enumerate(texts) if by_ngrams(item)][1::2]] = True
    lines = [
        "| score | by n-grams: texts | right | by script: texts | right |",
        "|---|---:|---:|---:|---:|",
    ]
    for low, high in pairwise(BINS):
        cells = ""
        for part in (half, by_script):
            inside = part & (scores >= low) & (scores < high)
            share = f"{right[inside].mean():.1%}" if inside.any() else ""
            cells += f" {inside.sum():,} | {share} |"
        lines.append(f"| {low:g} to {min(high, 1):g} |{cells}")
    unknown = scores[~by_script & [not item.known for item in texts]]
    high, middling = (unknown >= 0.9).mean(), (unknown >= 0.65).mean()
    return [
        *lines,
        "",
        f"Of {len(unknown):,} texts in languages that cannot be told, {high:.0%} score 0.9 or "
        f"more, {middling:.0%} 0.65 or more.",
    ]


def novels(folder: str, size: int = 3000, count: int = 4000) -> list[str]:
    """Pieces of novels of about `size` bytes."""
    found: list[str] = []
    for path in sorted((DATA / folder / "level1").glob("*.xml")):
        page = path.read_text("utf-8")
        text = html.unescape(re.sub("<[^>]+>", "", page[page.index("<body") :]))
        text = re.sub("[ \t]+", " ", text)
        step = int(size * len(text) / len(text.encode()))
        found += [text[at : at + step] for at in range(0, len(text), step)]
    return found[:count]


def speed() -> list[str]:
    """Megabytes a second, on one core, of novels in pieces of 3 kB."""
    factory = plain_langdetect()
    lines = ["| novels | ours, MB/s | langdetect, MB/s | ratio |", "|---|---:|---:|---:|"]
    for name, folder in (("English", "eltec-eng-10"), ("Ukrainian", "eltec-ukr")):
        texts = novels(folder)
        array, some = pa.array(texts), even(texts, 100)
        ours = rate(texts, partial(language.measure, array), 7)
        theirs = rate(some, partial(ask_all, factory, some), 3)
        lines.append(f"| {name} | {ours:.0f} | {theirs:.2f} | {ours / theirs:.0f} |")
    return lines


def ask_all(factory: DetectorFactory, texts: list[str]) -> list[str]:
    """langdetect's answers with its first seed."""
    return [ask(factory, text, 0) for text in texts]


def rate(texts: list[str], work: Callable[[], object], times: int) -> float:
    """Megabytes of text a second, the best of so many times."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return sum(len(text.encode()) for text in texts) / min(seconds) / 1e6


def report() -> str:
    """All of it, as Markdown; nothing where the shared data is not there."""
    if not DATA.is_dir():
        return ""
    texts = labelled()
    parts = [
        "## Language: right answers",
        *accuracy(texts),
        "## Language: what a score means",
        f"OVERLAP fitted on half of the texts: {fit(texts):.1f}; in use: {language.OVERLAP:g}. "
        "On the other half:",
        "",
        *calibration(texts),
        "## Language: speed",
        *speed(),
    ]
    return "\n".join(f"\n{part}\n" if part.startswith("#") else part for part in parts)


def main() -> None:
    """Measure and write the page. Raises `SystemExit` where there is nothing to measure by."""
    found = report()
    if not found:
        raise SystemExit(f"the labelled texts are not in {DATA}")
    about = ", ".join(f"{name} {value}" for name, value in machine.describe().items())
    head = f"# Language\n\nMade by `make bench-language` on {datetime.now(UTC):%Y-%m-%d}: {about}."
    page = f"{head}\n{found}\n"
    (ROOT / "benchmarks" / "LANGUAGE.md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
