"""Who is dropped for whom, and all that is said of it: against plain Python that compares each text
with each.
"""

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import hash32
from pipeline.index import making
from pipeline.steps import deduplicate
from tests.conftest import ROOT
from tests.dedup import twin
from tests.dedup.finding import DUMP, Doc, duplicates, found_in, in_one_group

# All that are alike meet: of 64 minima two such texts share one, but for once in 10**38.
SURE = DedupSettings(bands=64, rows=1)
EARLIER = "2026-01-01"


def paragraphs() -> list[str]:
    """Real texts of forty words and more: this project's own."""
    pages = sorted((ROOT / "docs").glob("*.md"))
    texts = [part for page in pages for part in page.read_text().split("\n\n")]
    return [text for text in texts if text.isascii() and len(twin.shingles(text)) >= 36][:4]


BASES = paragraphs()


def version(base: int, cut: int, changed: int | None) -> str:
    """A real text without its first words, one of the others replaced: 5 shingles of 40."""
    words = BASES[base].split()[cut:]
    if changed is not None:
        words[changed % len(words)] = "elsewhere"
    return " ".join(words)


VERSIONS = st.builds(
    version,
    st.integers(0, len(BASES) - 1),
    st.integers(0, 12),
    st.none() | st.integers(0, 60),
)
SHORT = st.sampled_from(
    ["Mind the step", "Mind the steps", "mind THE step", "Ja", "ja", "No", "12"]
)
CORPORA = st.lists(
    st.tuples(VERSIONS | SHORT, st.sampled_from([EARLIER, DUMP])), min_size=1, max_size=16
)


def documents(corpus: list[tuple[str, str]]) -> list[Doc]:
    return [Doc(f"n{n}", text, dump) for n, (text, dump) in enumerate(corpus)]


def compared(found: dict[str, dict[str, Any]]) -> dict[str, twin.Fate]:
    return {
        name: twin.Fate(
            row["kept_id"],
            row["cluster_id"],
            row["cluster_size"],
            row["duplicate"] == "duplicate:exact",
            pytest.approx(row["jaccard"]),
            pytest.approx(row["containment"]),
        )
        for name, row in found.items()
    }


@settings(max_examples=12)
@given(CORPORA)
def test_every_row_is_that_of_the_twin(corpus: list[tuple[str, str]]) -> None:
    docs = documents(corpus)
    published = [doc for doc in docs if doc.dump == EARLIER]
    fresh = [doc for doc in docs if doc.dump == DUMP]
    with tempfile.TemporaryDirectory() as folder:
        found = duplicates(Path(folder), fresh, SURE, published)
    assert compared(found) == twin.fates(fresh, published)


def test_a_copy_of_a_dropped_text_has_its_fate_and_numbers(tmp_path: Path) -> None:
    longer = [
        Doc("kept", f"{BASES[0]} and more"),
        Doc("near", BASES[0]),
        Doc("x", BASES[0].upper()),
    ]
    found = duplicates(tmp_path, longer, SURE)
    assert compared(found) == twin.fates(longer)
    assert found["x"]["duplicate"] == "duplicate:near"
    same = ("kept_id", "jaccard", "containment", "estimated_jaccard", "bands_met")
    assert all(found["x"][name] == found["near"][name] for name in same)
    assert found["x"]["jaccard"] < 1


@given(CORPORA, st.integers(1, 4))
def test_large_buckets_lose_nothing_as_long_as_few_stay(
    corpus: list[tuple[str, str]], anchors: int
) -> None:
    """Full comparison says who stays. With fewer of these than a bucket's room the answer is the
    same; with more, what is missed is kept, and only what comes after the first without room.
    """
    docs = documents(corpus)
    published = frozenset(doc.name for doc in docs if doc.dump == EARLIER)
    fresh = [doc for doc in docs if doc.name not in published]
    full = twin.fates(fresh, [doc for doc in docs if doc.name in published])
    found = in_one_group(docs, SURE, published, anchors)
    texts = {doc.name: doc.text or "" for doc in docs}
    for name, row in found.items():
        assert row["kept_id"] not in found, "what is kept stays"
        assert row["exact"] or twin.jaccard(texts[name], texts[row["kept_id"]]) >= 0.75
    fresh_order = sorted(fresh, key=lambda doc: (*twin.earliest(doc), doc.doc_id))
    staying = [doc.name for doc in fresh_order if doc.name not in full]
    if len(staying) + len(published) <= anchors:
        assert {name: row["kept_id"] for name, row in found.items()} == {
            name: fate.kept for name, fate in full.items()
        }
    else:
        room = max(0, anchors - len(published))
        until = [doc.name for doc in fresh_order].index(staying[room]) if staying[room:] else None
        before = {doc.name for doc in fresh_order[:until]}
        if len(published) <= anchors:
            assert before & found.keys() == before & full.keys()


def test_what_a_large_bucket_misses_is_kept() -> None:
    """The bound is no theory: with room for one, what is like the second alone stays, unless it
    shares a smaller bucket with it.
    """
    first, second = (" ".join(map(twin.word, range(at, at + 50))) for at in (900, 1000))
    form = " ".join(map(twin.word, range(1100, 1120)))
    docs = [Doc("a", f"{first} {form} and more"), Doc("b", f"{second} {form} at last")]
    docs += [Doc("like b", f"{second} {form}")]
    for bands, anchors, found in ((1, 2, {"like b"}), (1, 1, set()), (2, 1, {"like b"})):
        one_minimum = DedupSettings(bands=bands, rows=1)  # of the form: all three share it
        assert in_one_group(docs, one_minimum, frozenset(), anchors).keys() == found


@pytest.mark.parametrize("sizes", [DedupSettings(), DedupSettings(bands=6, rows=3)])
def test_estimate_and_bands_are_those_of_datasketch(tmp_path: Path, sizes: DedupSettings) -> None:
    base = [twin.word(n) for n in range(80)]
    docs = [Doc("kept", " ".join([*base, "and", "more"]))]
    docs += [Doc(f"n{n}", " ".join(base[: 80 - n])) for n in range(8)]
    found = duplicates(tmp_path, docs, sizes)
    assert len(found) >= 6
    texts = {doc.name: doc.text or "" for doc in docs}
    for name, row in found.items():
        one, other = (sketched(texts[each], sizes) for each in (name, "kept"))
        equal = one.hashvalues == other.hashvalues
        assert row["estimated_jaccard"] == pytest.approx(equal.mean())
        assert row["bands_met"] == equal.reshape(sizes.bands, sizes.rows).all(axis=1).sum()


def sketched(text: str, sizes: DedupSettings) -> MinHash:
    made = MinHash(
        sizes.bands * sizes.rows,
        seed=1,
        scheme="affine32",
        hashfunc=hash32,
    )
    made.update_batch(shingle.encode() for shingle in twin.shingles(text))
    return made


@settings(max_examples=10)
@given(CORPORA, st.randoms(use_true_random=False), st.sampled_from([1, 3]), st.booleans())
def test_no_order_and_no_memory_is_in_the_answer(
    corpus: list[tuple[str, str]], chance: random.Random, shards: int, little: bool
) -> None:
    """Two dumps that are new together, cut and mixed in any way, in partitions of a few rows."""
    docs = documents(corpus)
    mixed = chance.sample(docs, len(docs))
    dumps = [[doc for doc in mixed if doc.dump == dump] for dump in (DUMP, EARLIER)]
    cut = [[some[n::shards] for n in range(shards)] for some in dumps if some]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        if little:
            for module in (making, deduplicate):
                patch.setattr(module, "partition_bytes", lambda _: 3000)
        found = found_in(Path(folder), cut, docs, SURE)
    assert compared(found) == twin.fates(docs)
