"""docs/near-duplicates.md says what is so: its tables are made here, from the code and the cases.

`python -m tests.dedup.test_page` renews them. What does not belong here: its sentences.
"""

import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import schema
from pipeline.dedup.bands import BAND_KEYS
from pipeline.dedup.keepers import DROPPED
from pipeline.dedup.likeness import ANCHORS
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import banding
from pipeline.steps.meeting import GROUPS
from tests.conftest import ROOT
from tests.dedup import twin
from tests.dedup.finding import Doc, index_of
from tests.dedup.test_same import PAIRS

PAGE = ROOT / "docs" / "near-duplicates.md"
DEFAULT = DedupSettings()
BY_THRESHOLD = DedupSettings(banding="threshold")
# (bands, rows): the default, more and fewer candidates, what datasketch chooses, RedPajama v2's for
# 0.8 and 0.9.
BANDINGS = [
    (DEFAULT.bands, DEFAULT.rows),
    (32, 4),
    (20, 6),
    banding(BY_THRESHOLD),
    (9, 13),
    (5, 25),
]
SIMILARITIES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
BAR = 50
SHINGLES = 600  # of a text of 3.5 kB


def met(similarity: float, bands: int, rows: int) -> float:
    """The probability that two texts share a band."""
    return float(1 - (1 - similarity**rows) ** bands)


def curve() -> str:
    heads = " | ".join(f"{bands} x {rows}" for bands, rows in BANDINGS)
    lines = [f"| similarity | {heads} |", "|---" * (len(BANDINGS) + 1) + "|"]
    for similarity in SIMILARITIES:
        cells = " | ".join(f"{met(similarity, *each):.3f}" for each in BANDINGS)
        lines.append(f"| {similarity} | {cells} |")
    return "\n".join(lines)


def plot() -> str:
    lines = ["similarity   share of pairs that meet, 14 bands of 8"]
    for step in range(6, 21):
        similarity = step / 20
        share = met(similarity, DEFAULT.bands, DEFAULT.rows)
        mark = "#" if similarity >= DEFAULT.threshold else "+"
        lines.append(f"      {similarity:.2f}   {mark * round(BAR * share):{BAR}} {share:.2f}")
    return "```\n" + "\n".join(lines) + "\n```"


def normalisation() -> str:
    lines = ["| one | the other | exact | near | |", "|---|---|---|---|---|"]
    for pair in PAIRS:
        said = ("same" if pair[name] else "differ" for name in ("exact", "near"))
        texts = (shown(pair[name]) for name in ("one", "other"))
        lines.append(f"| {' | '.join((*texts, *said))} | {pair['why']} |")
    return "\n".join(lines)


def shown(text: str) -> str:
    """A text in which nothing is hidden."""
    return " ".join("".join(map(_shown, text)).split(" ")).strip().replace("  ", " ")


def _shown(character: str) -> str:
    if character == "*":
        return "\\*"
    point = ord(character)
    marks = ((0x300, 0x36F), (0x93C, 0x93C), (0x1100, 0x11FF), (0xFE00, 0xFE0F), (0xFF9E, 0xFF9E))
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Me") or point >= 0xE0000
    if hidden or any(first <= point <= last for first, last in marks):
        return f" U+{point:04X} "
    return character


def width(columns: pa.Schema) -> int:
    """Bytes of a row of numbers."""
    return sum(kind.bit_width for kind in columns.types) // 8


def costs() -> str:
    """Bytes that a document takes in each dataset, by the default bands."""
    keys, shingle = DEFAULT.bands + 1, width(schema.SHINGLES)
    rows = [
        ("signatures on their way", "4 x bands x rows + 4 x shingles", 4 * 112 + 4 * SHINGLES),
        ("keys on their way, twice", f"2 x {width(BAND_KEYS)} x (bands + 1)", 2 * 16 * keys),
        ("`band_index`, kept", f"{width(schema.BAND_INDEX)} x (bands + 1)", 16 * keys),
        ("`document_index`, kept", f"{width(schema.DOCUMENT_INDEX)}", width(schema.DOCUMENT_INDEX)),
        ("`shingles`, kept", f"{shingle} x shingles", shingle * SHINGLES),
        ("groups, of those that share a key", f"{width(GROUPS)}", width(GROUPS)),
        ("fates, of those that are dropped", f"{width(DROPPED)}", width(DROPPED)),
    ]
    lines = [
        "| dataset | bytes a document | here | a million | 10 billion |",
        "|---|---|---|---|---|",
    ]
    for name, formula, size in rows:
        lines.append(f"| {name} | {formula} | {size:,} | {size:,} MB | {size / 100:,.1f} TB |")
    return "\n".join(lines)


SECTIONS: dict[str, Callable[[], str]] = {
    "curve": curve,
    "plot": plot,
    "normalisation": normalisation,
    "costs": costs,
}


def renewed(page: str) -> str:
    for name, made in SECTIONS.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- {name} end -->"
        head, rest = page.split(begin)
        page = head + begin + made() + end + rest.split(end)[1]
    return page


def test_tables_are_those_of_the_code() -> None:
    page = PAGE.read_text()
    assert page == renewed(page), "run `python -m tests.dedup.test_page`"


def test_the_curve_is_that_of_signatures() -> None:
    """Of many pairs of one similarity as many share a band as the formula says."""
    chance = np.random.default_rng(3)
    minima = chance.integers(0, 2**32, (4000, 14, 8), np.uint32)
    other = np.where(chance.random(minima.shape) < 0.75, minima, minima + np.uint32(1))
    share = float((minima == other).all(axis=2).any(axis=1).mean())
    assert share == pytest.approx(met(0.75, 14, 8), abs=0.03)


def test_numbers_in_the_sentences_are_the_real_ones() -> None:
    page = " ".join(PAGE.read_text().split())
    assert f"the first {ANCHORS} of them" in page
    assert f"{1 - met(0.75, 14, 8):.0%} of pairs at 0.75" in page.replace(" %", "%")
    assert f"{1 - met(0.85, 14, 8):.1%} at 0.85" in page.replace(" %", "%")


def test_the_example_finds_a_document_in_the_index(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    text = " ".join(map(twin.word, range(60)))
    (part,) = index_of(tmp_path, [Doc("kept", text, dump="2026-01-01")], DEFAULT)
    names: dict[str, object] = {"text": text}
    exec(compile(code, str(PAGE), "exec"), names)
    keys = {int(key) for key in names["keys"]}  # type: ignore[attr-defined]
    there = pq.read_table(part.band_index)
    assert keys < set(there["key"].to_pylist())
    assert names["first_digits"](there["doc"][0].as_py()) == Doc("kept", text).doc_id[:16]  # type: ignore[operator]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
    sys.stdout.write(f"{PAGE} is renewed\n")
