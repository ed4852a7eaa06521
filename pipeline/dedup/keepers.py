"""Which documents are kept: verified likeness in, one fate for each duplicate out.

A document is dropped only if it is itself alike to the one kept, so a chain a~b~c whose ends are
unlike loses b alone. Documents are taken in keep order (earliest dump, longest text, smallest id),
so the answer depends on nothing else. What an earlier run published stays and comes first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline import schema
from pipeline.dedup.bands import Order, keep_order


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A document that is not published, and the one it duplicates."""

    doc_id: str
    kept_id: str
    cluster_id: str
    jaccard: float
    estimated_jaccard: float
    exact: bool
    cluster_size: int  # interim, as are all that follow
    kept_because: str

    @property
    def containment(self) -> float:
        """Interim: as if both texts had as many shingles."""
        return 2 * self.jaccard / (1 + self.jaccard)

    @property
    def bands_met(self) -> int:
        """Interim: pairs do not say."""
        return 0 if self.exact else 1

    @property
    def verdict(self) -> str:
        """`duplicate:exact` or `duplicate:near`."""
        return schema.DUPLICATE_EXACT if self.exact else schema.DUPLICATE_NEAR

    @property
    def reason(self) -> str:
        """The verdict in words."""
        if self.exact:
            return f"the same text as {self.kept_id} but for case and white space"
        return f"Jaccard similarity {self.jaccard:.3f} with {self.kept_id}"


def keep(exact: Iterable[dict[str, Any]], near: Iterable[dict[str, Any]]) -> list[Duplicate]:
    """The duplicates, sorted by id.

    exact: pairs of equal texts, `a` the first of all that are equal to it.
    near: verified pairs of texts of which neither is a later copy of an equal one.
    """
    order: dict[str, Order] = {}
    roots: dict[str, str] = {}
    copies: list[tuple[str, str]] = []
    likes: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for pair in exact:
        _meet(pair, order, roots)
        copies.append((pair["b"], pair["a"]))
    for pair in near:
        _meet(pair, order, roots)
        likes[pair["a"]].append((pair["b"], pair["jaccard"], pair["estimated_jaccard"]))
        likes[pair["b"]].append((pair["a"], pair["jaccard"], pair["estimated_jaccard"]))

    def is_fresh(doc: str) -> bool:
        return order[doc][0]

    fate: dict[str, tuple[str, float, float]] = {}
    later = {copy for copy, _ in copies}
    kept: set[str] = set()
    for doc in sorted(set(likes) - later, key=order.__getitem__):
        near_kept = [like for like in likes[doc] if like[0] in kept]
        if near_kept and is_fresh(doc):
            fate[doc] = min(near_kept, key=lambda like: (-like[1], order[like[0]]))
        else:
            kept.add(doc)
    clusters = _clusters(roots)
    sizes = Counter(clusters.values())
    found = [
        Duplicate(
            doc,
            kept_id,
            clusters[doc],
            similarity,
            estimated,
            False,
            sizes[clusters[doc]],
            _because(order[kept_id], order[doc]),
        )
        for doc, (kept_id, similarity, estimated) in fate.items()
    ]
    for copy, first in copies:
        if not is_fresh(copy):
            continue
        kept_id, similarity, estimated = fate.get(first, (first, 1.0, 1.0))
        found.append(
            Duplicate(
                copy,
                kept_id,
                clusters[copy],
                similarity,
                estimated,
                kept_id == first,
                sizes[clusters[copy]],
                _because(order[kept_id], order[copy]),
            )
        )
    return sorted(found, key=lambda duplicate: duplicate.doc_id)


def _because(kept: Order, dropped: Order) -> str:
    """Interim: what told the two apart in keep order."""
    words = ("published before", "from an earlier dump", "longer", "smaller id")
    return next(w for w, one, two in zip(words, kept, dropped, strict=True) if one != two)


def _meet(pair: dict[str, Any], order: dict[str, Order], roots: dict[str, str]) -> None:
    """Note both documents' places in keep order, and that they belong together (union-find)."""
    for side in ("a", "b"):
        order[pair[side]] = keep_order(pair, f"{side}_")
    one, other = _root(roots, pair["a"]), _root(roots, pair["b"])
    roots[max(one, other)] = min(one, other)


def _root(roots: dict[str, str], doc: str) -> str:
    roots.setdefault(doc, doc)
    while roots[doc] != doc:
        roots[doc] = roots[roots[doc]]
        doc = roots[doc]
    return doc


def _clusters(roots: dict[str, str]) -> dict[str, str]:
    """The smallest id of each document's cluster."""
    return {doc: _root(roots, doc) for doc in list(roots)}
