"""What is dropped and for what, in plain Python: shingles are strings, each text is compared with
each. For texts in ASCII letters and digits. Knows nothing of the pipeline.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.dedup.finding import Doc

Order = Callable[[Doc], tuple[Any, ...]]


@dataclass(frozen=True)
class Fate:
    """What is said of a dropped document."""

    kept: str
    cluster: str
    cluster_size: int
    exact: bool
    jaccard: float
    containment: float


def word(number: int) -> str:
    """A word of its own for each number; digits would all be 0."""
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(4))


def shingles(text: str) -> set[str]:
    """Runs of five words; of five characters where there are fewer than ten words."""
    words = re.sub("[^a-z0]+", " ", re.sub("[0-9]", "0", text.lower())).split()
    letters = " ".join(words)
    if len(words) < 10:
        return {letters[at : at + 5] for at in range(len(letters) - 4)}
    return {" ".join(words[at : at + 5]) for at in range(len(words) - 4)}


def jaccard(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def contained(one: str, other: str) -> float:
    """The part of `one` that `other` has too."""
    return len(shingles(one) & shingles(other)) / len(shingles(one))


def plain(text: str) -> str:
    return " ".join(text.lower().split())


def earliest(doc: Doc) -> tuple[Any, ...]:
    return doc.dump, -len(doc.text or "")


def fates(
    fresh: Sequence[Doc],
    published: Sequence[Doc] = (),
    threshold: float = 0.75,
    order: Order = earliest,
) -> dict[str, Fate]:
    """Name of each dropped document -> its fate, by the rules as the page says them."""
    stay = sorted(published, key=lambda doc: (*earliest(doc), doc.doc_id))
    every = [*stay, *sorted(fresh, key=lambda doc: (*order(doc), doc.doc_id))]
    first: dict[str, Doc] = {}
    copies: list[tuple[Doc, Doc]] = []
    by: dict[str, tuple[Doc, Doc]] = {}  # of a dropped document: the pair by which it is
    links: list[tuple[Doc, Doc]] = []
    seen: list[Doc] = []
    for doc in every:
        text = doc.text or ""
        if doc not in stay and plain(text) in first:
            copies.append((first[plain(text)], doc))
            continue
        first.setdefault(plain(text), doc)
        alike = [
            other
            for other in seen
            if jaccard(text, other.text or "") >= threshold and not {doc, other} <= {*stay}
        ]
        links += [(other, doc) for other in alike]
        staying = [other for other in alike if other.name not in by]
        if staying and doc not in stay:
            best = max(staying, key=lambda other: jaccard(text, other.text or ""))
            by[doc.name] = best, doc
        seen.append(doc)
    for of, copy in copies:
        by[copy.name] = (by[of.name][0] if of.name in by else of), copy
    clusters = components(every, links + copies)
    return {name: fate(*pair, clusters[name]) for name, pair in by.items()}


def fate(kept: Doc, dropped: Doc, cluster: list[Doc]) -> Fate:
    one, other = kept.text or "", dropped.text or ""
    exact = plain(one) == plain(other)
    likeness = (1.0, 1.0) if exact else (jaccard(one, other), contained(other, one))
    least = min(cluster, key=lambda doc: doc.doc_id)
    return Fate(kept.name, least.name, len(cluster), exact, *likeness)


def components(docs: Sequence[Doc], links: Sequence[tuple[Doc, Doc]]) -> dict[str, list[Doc]]:
    """Name of each document -> all that are linked to it, itself too."""
    found = {doc.name: [doc] for doc in docs}
    for one, other in links:
        if found[one.name] is not found[other.name]:
            joined = found[one.name] + found[other.name]
            found |= {doc.name: joined for doc in joined}
    return found
