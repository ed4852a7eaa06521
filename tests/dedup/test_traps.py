"""Traps into which neighbours fall: short texts, copies of what is published, unlike members of one
cluster. Likeness is checked by plain Python (twin).
"""

import random
from itertools import combinations
from pathlib import Path

import pytest

from pipeline.dedup.settings import DedupSettings
from pipeline.recipe import Recipe
from tests.conftest import publish, rows
from tests.dedup import twin
from tests.dedup.finding import Doc, duplicates
from tests.dedup.test_duplicates import sentence

# Seven that are short, twenty of 400 Chinese characters, one of which differs from the next in all.
SHORT = ["Yes", "No", "Hm", "Mind the step", "No boats today", "Ring twice", "Open on Sundays"]
SIGNS = [chr(0x4E00 + n) for n in range(4000)]
CHINESE = ["".join(random.Random(n).choices(SIGNS, k=400)) for n in range(20)]
COPIES = ["Closed on Mondays"] * 5
TOO_SHORT = ["ab", "ab", "AB", "cd", "港", "港", "湾"]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them published, through all steps."""
    folder = tmp_path_factory.mktemp("short")
    raw = folder / "raw"
    raw.mkdir()
    for n, text in enumerate([*SHORT, *CHINESE, *COPIES, *TOO_SHORT]):
        (raw / f"n{n:02}.txt").write_text(text)
    return publish(raw, folder / "out")


def test_short_texts_are_told_apart(short: Path) -> None:
    """data-juicer gives all texts shorter than a shingle one signature, and makes one of twenty
    unrelated Chinese texts.
    """
    kept = {row["text"] for row in rows(short, "documents")}
    assert {*SHORT, *CHINESE} <= kept


def test_identical_short_texts_are_one(short: Path) -> None:
    """datatrove keeps all of five identical three-word texts."""
    kept = [row["text"] for row in rows(short, "documents")]
    assert kept.count(COPIES[0]) == 1


def test_texts_shorter_than_a_shingle_are_compared_exactly(short: Path) -> None:
    kept = sorted(
        row["text"]
        for row in rows(short, "documents")
        if row["chars"] < 3 and row["text"] not in SHORT
    )
    assert [text.lower() for text in kept] == ["ab", "cd", "港", "湾"]


def test_nothing_disappears(short: Path) -> None:
    """text-dedup drops what is too short from its output."""
    kept, dropped = rows(short, "documents"), rows(short, "rejected")
    every = [*SHORT, *CHINESE, *COPIES, *TOO_SHORT]
    assert sorted(row["text"] for row in kept + dropped) == sorted(every)
    assert {row["verdict"] for row in dropped} == {"duplicate:exact"}
    assert {row["doc_id"] for row in dropped} == {
        row["doc_id"] for row in rows(short, "duplicates")
    }
    assert {row["kept_id"] for row in rows(short, "duplicates")} <= {row["doc_id"] for row in kept}


def test_copies_of_what_is_published_go_all(tmp_path: Path) -> None:
    """datatrove keeps three of four copies of a text that its index holds."""
    text = sentence(5, 120)
    copies = [Doc(f"copy{n}", text.upper() if n % 2 else text) for n in range(4)]
    near = [Doc(f"near{n}", f"{text} {sentence(n, 3)}") for n in range(4)]
    published = [Doc("kept", text, dump="2026-01-01")]
    found = duplicates(tmp_path, [*copies, *near, Doc("other", sentence(6, 120))], None, published)
    assert {name: row["kept_id"] for name, row in found.items()} == dict.fromkeys(
        [doc.name for doc in copies + near], "kept"
    )


def test_b_stays_where_its_copies_are_in_the_cluster_of_another(tmp_path: Path) -> None:
    """{A, A', B, B'} is one cluster, since A' and B' are alike: text-dedup keeps one of it."""
    words = sentence(7, 400).split()
    texts = {"a": words[:100], "a'": words[10:106], "b'": words[20:114], "b": words[28:130]}
    docs = [Doc(name, " ".join(text)) for name, text in texts.items()]
    sure = DedupSettings(bands=64, rows=1)
    found = duplicates(tmp_path, docs, sure)
    assert twin.jaccard(docs[1].text or "", docs[2].text or "") >= 0.75
    assert twin.jaccard(docs[0].text or "", docs[3].text or "") < 0.75
    assert {row["cluster_size"] for row in found.values()} == {4}
    assert {name: row["kept_id"] for name, row in found.items()} == {"a'": "a", "b'": "b"}


def windows(count: int) -> list[Doc]:
    """A chain: each is alike to its neighbours, and unlike all others."""
    words = [twin.word(n) for n in range(100 + 9 * count)]
    return [Doc(f"n{n:03}", " ".join(words[9 * n : 9 * n + 100])) for n in range(count)]


def template(count: int) -> list[Doc]:
    """A form, of which half is filled in: all share bands, and most are unlike each other."""
    form = [twin.word(n) for n in range(60)]
    chance = random.Random(1)
    docs = []
    for n in range(count):
        variant = chance.randrange(count // 3)
        filled = [twin.word(100 * (variant + 1) + at) for at in range(38)]
        filled += [twin.word(90_000 + n)] * chance.randrange(3)
        docs.append(Doc(f"n{n:03}", " ".join([*form, *filled])))
    return docs


@pytest.mark.parametrize("docs", [windows(150), template(150)], ids=["chain", "template"])
def test_no_document_is_dropped_for_one_that_it_is_unlike(docs: list[Doc], tmp_path: Path) -> None:
    """Users report a cluster of 859,091 texts, three in four of them unlike each other."""
    texts = {doc.name: doc.text or "" for doc in docs}
    sample = random.Random(2).sample([*combinations(texts, 2)], 500)
    unlike = [pair for pair in sample if twin.jaccard(texts[pair[0]], texts[pair[1]]) < 0.75]
    assert len(unlike) > 0.76 * len(sample)
    found = duplicates(tmp_path, docs, DedupSettings(bands=64, rows=1))
    assert found
    for name, row in found.items():
        assert row["kept_id"] not in found
        assert twin.jaccard(texts[name], texts[row["kept_id"]]) >= 0.75
        assert row["jaccard"] == pytest.approx(twin.jaccard(texts[name], texts[row["kept_id"]]))
    kept = [text for name, text in texts.items() if name not in found]
    assert all(twin.jaccard(one, other) < 0.75 for one, other in combinations(kept, 2))
    assert Recipe().dedup.threshold == 0.75
