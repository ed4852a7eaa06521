"""Which of two comes first, by each policy, each field of it and each tie; and why, in words."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.order import KeepOrder
from pipeline.dedup.settings import (
    BEST_QUALITY,
    EARLIEST,
    LONGEST,
    POLICIES,
    PREFERRED,
    DedupSettings,
)
from pipeline.recipe import RecipeError, parse
from tests.dedup.finding import Doc, duplicates
from tests.dedup.twin import word


class About(NamedTuple):
    """What policies look at."""

    dump: str = "2026-02-01"
    chars: int | None = 500
    damage: int | None = 0
    edits: int | None = 0
    source: str = "crawl/a.txt"


PREFER = ("wiki/*", "*/press/*.txt")
DUMPS = ("2026-01-01", "2026-02-01", "2026-03-01")
LATE, EARLY = DUMPS[2], DUMPS[0]

# (policy, what comes first, what comes second, what is said of the first, why this case)
CASES: list[tuple[str, About, About, str, str]] = [
    (EARLIEST, About(EARLY), About(LATE, 900), "from an earlier dump", "the dump before length"),
    (EARLIEST, About(chars=501), About(), "longer", "within a dump the longest"),
    (EARLIEST, About(), About(chars=None), "longer", "a length that is not known is none"),
    (EARLIEST, About(damage=9, edits=9), About(), "smaller id", "nothing else is looked at"),
    (EARLIEST, About(source="z.txt"), About(source="a.txt"), "smaller id", "names are no reason"),
    (LONGEST, About(LATE, 501), About(EARLY), "longer", "length before the dump"),
    (LONGEST, About(EARLY), About(LATE), "from an earlier dump", "of equal length the earliest"),
    (LONGEST, About(damage=9), About(), "smaller id", "damage is not looked at"),
    (BEST_QUALITY, About(damage=1, edits=9), About(damage=2), "less damaged", "damage before all"),
    (BEST_QUALITY, About(damage=None), About(damage=1), "less damaged", "none known is none"),
    (BEST_QUALITY, About(edits=1), About(edits=2, chars=999), "less edited", "edits before length"),
    (BEST_QUALITY, About(LATE, 501), About(EARLY), "longer", "then the longest"),
    (BEST_QUALITY, About(LATE), About(EARLY), "smaller id", "the dump is not looked at"),
    (
        BEST_QUALITY,
        About(damage=70_000),
        About(damage=80_000),
        "smaller id",
        "beyond 65,535 damaged is damaged",
    ),
    (
        PREFERRED,
        About(LATE, 1, source="wiki/x/y.txt"),
        About(EARLY, 900, source="news/press/a.txt"),
        "from a preferred source",
        "the first pattern before the second; * crosses folders",
    ),
    (
        PREFERRED,
        About(source="news/press/a.txt"),
        About(source="press/a.txt"),
        "from a preferred source",
        "a pattern fits the whole name: nothing stands before /press/ in the second",
    ),
    (
        PREFERRED,
        About(EARLY, source="wiki/a"),
        About(LATE, 900, source="wiki/b"),
        "from an earlier dump",
        "of one pattern the earliest",
    ),
    (
        PREFERRED,
        About(chars=501, source="other"),
        About(source="another"),
        "longer",
        "all that fit no pattern are equal",
    ),
    (PREFERRED, About(source="wiki/a"), About(source="wiki/b"), "smaller id", "nothing is left"),
]


def order_of(policy: str) -> KeepOrder:
    prefer = PREFER if policy == PREFERRED else ()
    return KeepOrder(DedupSettings(keep=policy, prefer=prefer), DUMPS)


def orders(policy: str, abouts: list[About]) -> list[int]:
    columns = zip(About._fields, zip(*abouts, strict=True), strict=True)
    table = pa.table({name: list(values) for name, values in columns})
    for name in ("chars", "damage", "edits"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, table[name].cast(pa.int64()))
    return [int(order) for order in order_of(policy).fresh(table)]


@pytest.mark.parametrize(
    ("policy", "first", "second", "because", "why"),
    CASES,
    ids=[f"{case[0]}: {case[4]}" for case in CASES],
)
def test_each_field_and_tie(
    policy: str, first: About, second: About, because: str, why: str
) -> None:
    one, other = orders(policy, [first, second])
    assert (one == other) if because == "smaller id" else (one < other), why
    pair = (np.array([each], np.uint64) for each in (one, other))
    assert order_of(policy).because(*pair).to_pylist() == [because], why


def key(policy: str, about: About) -> tuple[Any, ...]:
    """What a policy compares, said plainly."""
    length = -(about.chars or 0)
    if policy == EARLIEST:
        return about.dump, length
    if policy == LONGEST:
        return length, about.dump
    if policy == BEST_QUALITY:
        return about.damage or 0, about.edits or 0, length
    source = about.source
    rank = 0 if source.startswith("wiki/") else 1 if "/press/" in source else 2
    return rank, about.dump, length


COUNTS = st.integers(0, 3) | st.integers(0, 60_000) | st.none()
ABOUTS = st.builds(
    About,
    st.sampled_from(DUMPS),
    st.integers(0, 2**31 - 2) | COUNTS,
    COUNTS,
    COUNTS,
    st.sampled_from(["wiki/a", "x/press/b.txt", "c.txt"]),
)


@given(st.sampled_from(POLICIES), st.lists(ABOUTS, min_size=1, max_size=8))
def test_orders_are_those_of_the_fields_one_after_the_other(
    policy: str, abouts: list[About]
) -> None:
    numbers = orders(policy, abouts)
    keys = [key(policy, about) for about in abouts]
    for a, one in enumerate(keys):
        for b, other in enumerate(keys):
            assert (numbers[a] < numbers[b], numbers[a] == numbers[b]) == (
                one < other,
                one == other,
            )


# Two texts that are alike: the second lacks two words.
TEXT = " ".join(map(word, range(60)))
LESS = TEXT.rsplit(" ", 2)[0]
IDS = {"small": "0" * 32, "large": "f" * 32}


def doc(name: str, text: str, **about: Any) -> Doc:
    return Doc(name, text, id=IDS[name], **about)


# (settings, the one that is kept, the one that is dropped, what is said, why)
WHOLE: list[tuple[DedupSettings, Doc, Doc, str, str]] = [
    (DedupSettings(), doc("large", TEXT), doc("small", LESS), "longer", "the id is the last word"),
    (
        DedupSettings(),
        doc("small", TEXT),
        doc("large", TEXT.upper()),
        "smaller id",
        "copies of one length",
    ),
    (
        DedupSettings(keep=LONGEST),
        doc("large", TEXT, dump=LATE),
        doc("small", LESS, dump=EARLY),
        "longer",
        "length before the dump",
    ),
    (
        DedupSettings(keep=BEST_QUALITY),
        doc("large", LESS, edits=3),
        doc("small", TEXT, damage=1),
        "less damaged",
        "a damaged text is dropped for one that was repaired",
    ),
    (
        DedupSettings(keep=BEST_QUALITY),
        doc("large", LESS),
        doc("small", LESS + "  ", edits=1),
        "less edited",
        "copies too: the white space is why they differ in length",
    ),
    (
        DedupSettings(keep=PREFERRED, prefer=PREFER),
        doc("large", LESS, source="wiki/a"),
        doc("small", TEXT, source="b"),
        "from a preferred source",
        "the source before length",
    ),
]


@pytest.mark.parametrize(
    ("settings", "kept", "dropped", "because", "why"),
    WHOLE,
    ids=[f"{case[0].keep}: {case[4]}" for case in WHOLE],
)
def test_what_comes_first_is_kept_and_told(
    settings: DedupSettings, kept: Doc, dropped: Doc, because: str, why: str, tmp_path: Path
) -> None:
    dumps = [[kept], [dropped]] if kept.dump != dropped.dump else [[dropped, kept]]
    (row,) = duplicates(tmp_path, dumps, settings).values()
    assert (row["kept_id"], row["kept_because"]) == (kept.name, because), why


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_published_stays_by_every_policy(policy: str, tmp_path: Path) -> None:
    """Even where the new text is longer, better, and from a source that is preferred."""
    published = replace(doc("large", LESS, source="b"), dump="2026-03-01")
    fresh = [doc("small", TEXT, source="wiki/a", dump="2026-01-01")]
    prefer = PREFER if policy == PREFERRED else ()
    found = duplicates(tmp_path, fresh, DedupSettings(keep=policy, prefer=prefer), [published])
    assert found["small"]["kept_id"] == "large"
    assert found["small"]["kept_because"] == "published before"


def test_more_patterns_than_can_be_told_apart_are_refused() -> None:
    prefer = [f"source{n}/*" for n in range(4096)]
    with pytest.raises(RecipeError, match="prefer takes at most 4095 patterns"):
        parse({"dedup": {"keep": PREFERRED, "prefer": prefer}})
