"""What a page says about itself: title, author, date, language, canonical URL.

What belongs here: reading them, with trafilatura's metadata where that is the work of many cases.
What does not: the text (extractors), where the facts are kept (steps.pages).
"""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from trafilatura.metadata import extract_metadata

from pipeline.html.markup import Tree

_MAX_CHARS = 1000
# No guesses from the text, and nothing that depends on the day: without a last day it would be
# today.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
_LANGUAGES = (
    "/html/@lang",
    "/html/@*[name()='xml:lang']",
    "//meta[translate(@http-equiv, 'CONTENT-LAU', 'content-lau')='content-language']/@content",
    "//meta[@property='og:locale']/@content",
    "/html/body/@lang",
)


def facts_of(tree: Tree) -> Mapping[str, str]:
    """Those of `title`, `author`, `published` (YYYY-MM-DD), `language` and `url` that are there.

    The tree is a page's before anything was removed.
    """
    found = extract_metadata(tree, date_config=_DATES)
    facts = {
        "title": found.title,
        "author": found.author,
        "published": found.date,
        "language": _language(tree),
        "url": _canonical(tree) or found.url,
    }
    plain = {name: " ".join((value or "").split())[:_MAX_CHARS] for name, value in facts.items()}
    return {name: value for name, value in plain.items() if value}


def _language(tree: Tree) -> str | None:
    """The first that is declared, as it is declared; of several, separated by commas, the first."""
    for place in _LANGUAGES:
        for declared in tree.xpath(place):
            if code := str(declared).split(",")[0].strip():
                return code
    return None


def _canonical(tree: Tree) -> str | None:
    """The address in the link that says `canonical`, where it comes to a whole one."""
    base = next(iter(tree.xpath("//base/@href")), "")
    for link in tree.xpath("//link[@rel and @href]"):
        if "canonical" in link.get("rel").lower().split():
            url = urljoin(base.strip(), link.get("href").strip())
            if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc:
                return str(url)
    return None
