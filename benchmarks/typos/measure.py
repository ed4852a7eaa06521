"""Harm, recall, and what becomes of known misspellings.

What belongs here: running the repairs over texts and counting. What does not: the texts (texts),
the slips (noise), the page (page).
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.novels import SHARED
from benchmarks.typos import noise
from benchmarks.typos.repair import repair
from benchmarks.typos.texts import Source, sources
from pipeline.document import Edit
from pipeline.slips.cleaned import BREAK
from pipeline.slips.explain import explain, pairs_of
from pipeline.slips.judge import Alike, Judge, Totals
from pipeline.slips.settings import TypoSettings
from pipeline.slips.strokes import keys_of

SORTED = Path(__file__).with_name("sorted.toml")
STRENGTHS = ("safe", "ocr")
_DOCUMENTS = 800  # of some kilobytes, in which recall is measured
Change = tuple[str, str, str, str, str, str]
"""(strength, source, language, rule, before, after)"""


def harm() -> tuple[list[dict[str, Any]], Counter[Change]]:
    """(a row for each source and strength, how often each edit is made)."""
    judged = _sorted()
    rows, changes = [], Counter[Change]()
    for source in sources():
        texts = source.read()
        for strength in STRENGTHS:
            done = repair(texts, source.language, TypoSettings(strength))
            edits = [edit for document in done.edits for edit in document]
            wrong = [edit for edit in edits if not _is_right(edit, source.language, judged)]
            rows.append(
                {
                    "source": source.name,
                    "language": source.language,
                    "kind": source.kind,
                    "strength": strength,
                    "words": done.words,
                    "edits": len(edits),
                    "wrong": len(wrong),
                }
            )
            changes.update(
                (strength, source.name, source.language, e.rule, e.before, e.after) for e in edits
            )
    return rows, changes


def _sorted() -> set[tuple[str, str, str]]:
    """(language, before, after) of the edits that a person found right."""
    entries = tomllib.loads(SORTED.read_text("utf-8"))["edit"]
    return {(e["language"], e["before"], e["after"]) for e in entries if e["right"]}


def _is_right(edit: Edit, language: str, judged: set[tuple[str, str, str]]) -> bool:
    """Whether a reader sees no difference (a letter of another script, something unseen), or a
    person found the edit right.
    """
    unseen = edit.rule in ("mixed-script", "unseen") or edit.rule.startswith("latin-")
    return unseen or (language, edit.before, edit.after) in judged


def recall() -> list[dict[str, Any]]:
    """What becomes of slips of each kind in each language at each strength."""
    rows = []
    for source in _one_a_language():
        texts = source.read()[:_DOCUMENTS]
        for name in noise.KINDS:
            noisy = noise.put_into(texts, name)
            planted = sum(map(len, noisy.slips))
            if planted:
                rows += [_recall(source, name, noisy, strength, planted) for strength in STRENGTHS]
    return rows


def _one_a_language() -> Iterator[Source]:
    """For each language with a word list the largest source that is no code."""
    kinds = ("novels", "manual", "sentences")
    best: dict[str, Source] = {}
    for source in sources():
        if source.kind in kinds:
            best.setdefault(source.language, source)
    yield from best.values()


def _recall(
    source: Source, name: str, noisy: noise.Noisy, strength: str, planted: int
) -> dict[str, Any]:
    done = repair(noisy.texts, source.language, TypoSettings(strength))
    counts = Counter[str]()
    for edits, slips in zip(done.edits, noisy.slips, strict=True):
        for edit in edits:
            if edit.start in slips:
                after = edit.after.split("\n")[0] if edit.rule == BREAK else edit.after
                after = re.sub(r"\W+\Z", "", after) if edit.rule == BREAK else after
                counts["right" if after == slips[edit.start][1] else "wrong"] += 1
    return {
        "source": source.name,
        "language": source.language,
        "kind": name,
        "strength": strength,
        "planted": planted,
        "right": counts["right"],
        "wrong": counts["wrong"],
    }


def misspellings() -> list[dict[str, Any]]:
    """Of codespell's pairs, those that differ by look-alikes only: how many are repaired."""
    path = SHARED / "codespell" / "dictionary.txt"
    if not path.is_file():
        return []
    pairs = dict(_pairs(path.read_text("utf-8")))
    rows = []
    for strength in STRENGTHS:
        known = pairs_of("en", strength)
        alike = {wrong: right for wrong, right in pairs.items() if explain(wrong, right, known)}
        judge = Judge(TypoSettings(strength), "en", Totals(1_000_000, 500_000_000))
        counts = Counter(_verdict(judge, wrong, right) for wrong, right in alike.items())
        rows.append({"strength": strength, "pairs": len(alike), **_shares(counts)})
    return rows


def _pairs(dictionary: str) -> Iterator[tuple[str, str]]:
    """wrong -> right where there is one right word."""
    for line in dictionary.split("\n"):
        wrong, _, right = line.partition("->")
        if right.isalpha() and right.islower() and wrong.isalpha() and wrong.islower():
            yield wrong, right


def _verdict(judge: Judge, wrong: str, right: str) -> str:
    (strokes,) = keys_of(pa.array([wrong])).tolist()
    slip = next(judge.verdicts(Alike(strokes, {wrong: 1}, [wrong])), None)
    if slip is None:
        return "left"
    return "right" if slip.meant == right else "wrong"


def _shares(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in ("right", "wrong", "left")}


def compared(originals: Sequence[str], noisy: Sequence[str], outs: Sequence[str]) -> dict[str, int]:
    """What a program made of noisy texts, word by word as blanks part them.

    repaired, wrongly repaired, left: of the damaged words; harmed: of the others. A line in which
    words were parted or put together is harmed once for each word that is new.
    """
    counts = Counter[str]()
    for original, damaged, out in zip(originals, noisy, outs, strict=True):
        lines = zip(original.split("\n"), damaged.split("\n"), out.split("\n"), strict=True)
        for right, given, made in (map(str.split, line) for line in lines):
            if len(made) != len(right):
                counts["harmed"] += len(set(made) - set(right) - set(given))
                continue
            for meant, stood, became in zip(right, given, made, strict=True):
                if meant == stood:
                    counts["harmed"] += became != meant
                elif became == meant:
                    counts["right"] += 1
                else:
                    counts["left" if became == stood else "wrong"] += 1
    return {name: counts[name] for name in ("right", "wrong", "left", "harmed")}
