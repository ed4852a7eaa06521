"""A page to its text and its facts, whichever extractor picks the text.

What belongs here: the order of the work on one page. What does not: processes and limits (helper).
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple

from pipeline.html.facts import facts_of
from pipeline.html.hidden import ATTRIBUTES, NEVER_SHOWN, hidden
from pipeline.html.markup import Tree, parse, with_plain_spaces, without, without_attributes

Article = Callable[[Tree], str]
"""The article in a tree that holds only what is seen."""


class Extracted(NamedTuple):
    """What was found in a page; both may be empty. facts: see `facts_of`."""

    text: str
    facts: Mapping[str, str]


def extractor(name: str) -> Article:
    """The extractor of that name; its library is imported only now."""
    article: Article = import_module(f"pipeline.html.by_{name}").article
    return article


def extract(page: str, article: Article) -> Extracted:
    """Facts from the whole page, then the text from what is seen of it.

    Raises what the libraries raise where a page is too strange for them.
    """
    tree = parse(page)
    if tree is None:
        return Extracted("", {})
    facts = facts_of(tree)
    without(tree, list(hidden(tree)), NEVER_SHOWN)
    without_attributes(tree, ATTRIBUTES)
    with_plain_spaces(tree)
    seen = any(map(str.strip, tree.itertext()))
    return Extracted(article(tree).strip() if seen else "", facts)
