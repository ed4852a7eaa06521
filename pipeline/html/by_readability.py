"""The article as readability-lxml finds it, after the reader view of browsers."""

from readability import Document

from pipeline.html.blocks import text_of
from pipeline.html.markup import Tree, fragment, with_plain_spaces, written


def article(tree: Tree) -> str:
    """The article in a tree that holds only what is seen; empty where there is none."""
    found = fragment(Document(written(tree)).summary(html_partial=True))
    with_plain_spaces(found)
    return text_of(found)
