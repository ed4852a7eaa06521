"""The article as trafilatura finds it."""

from trafilatura import bare_extraction

from pipeline.html.blocks import text_of
from pipeline.html.markup import Tree


def article(tree: Tree) -> str:
    """The article in a tree that holds only what is seen; empty where there is none.

    Without trafilatura's deduplication, which remembers other pages. Its tree is turned to text
    here: its own text has no blank lines, and resolves entities twice.
    """
    found = bare_extraction(
        tree,
        include_comments=False,
        include_tables=True,
        include_links=False,
        include_images=False,
        deduplicate=False,
    )
    body = getattr(found, "body", None)
    return "" if body is None else text_of(body)
