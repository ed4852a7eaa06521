"""Markup to a tree and back: the only door to lxml.

What belongs here: parsing, removing elements, writing a tree out.
What does not: which elements nobody sees (hidden), which are the article (extractors).
"""

import re
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, TypeAlias

from lxml import etree, html

Tree: TypeAlias = Any
"""An `lxml.html.HtmlElement`."""

# What lxml raises, none of which Python's own errors cover.
FAULTS = (etree.LxmlError,)
_GONE = "gone"
# Characters that no XML library lets into a tree, as themselves and as references.
_BLANK = "\x0b\x0c"
_FORBIDDEN = re.compile(f"[\x00-\x08{_BLANK}\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef]))"
    r"(?:;|(?![0-9a-f]))",
    re.IGNORECASE,
)
_SPACE = re.compile("[ \t\n\r\f]+")
# Here line ends and blanks are as they were written.
_AS_WRITTEN = ("pre", "textarea", "listing", "xmp", "plaintext")


class TooDeep(ValueError):
    """Elements are nested deeper than a parser can follow."""


def parse(page: str) -> Tree | None:
    """The tree of a page in HTML or XHTML; None where there is nothing in it.

    Comments, processing instructions and control characters are left out. libxml2 follows 2,048
    elements inside each other and drops the rest of the page then: that raises `TooDeep`.
    """
    page = _FORBIDDEN.sub(lambda found: " " if found[0] in _BLANK else "", page)
    parser = html.HTMLParser(
        encoding="utf-8",  # whatever the page declares: it has been decoded
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,  # else the limits are 256 elements and 10 MB of text without markup
    )
    try:
        tree = html.document_fromstring(_REFERENCE.sub("", page).encode(), parser=parser)
    except etree.ParserError:  # not one element
        return None
    if fatal := parser.error_log.filter_from_fatals():
        raise TooDeep(fatal[0].message.partition(",")[0])
    return tree


class NotXml(ValueError):
    """It cannot be read as XML; the message says why."""


class DefinesEntities(NotXml):
    """XML with entities of its own: they may stand for anything, of any size."""


class Element(NamedTuple):
    """An element of XML: its name without namespace, its attributes likewise, its own text."""

    name: str
    attributes: dict[str, str]
    text: str


def xml_elements(raw: bytes) -> list[Element]:
    """All elements of an XML document, in order. Raises `NotXml`.

    Nothing outside of it is read; a document that defines entities is not read at all.
    """
    if b"<!ENTITY" in raw.replace(b"\0", b""):  # in UTF-16, too
        raise DefinesEntities("it defines entities, which may stand for anything")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False
    )
    try:
        tree = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml(str(error) or "there is nothing in it") from error
    return [
        Element(
            etree.QName(each).localname,
            {etree.QName(name).localname: str(value) for name, value in each.attrib.items()},
            each.text or "",
        )
        for each in tree.iter(etree.Element)
    ]


def without(tree: Tree, elements: Iterable[Tree], tags: Collection[str]) -> None:
    """Take elements, and all elements of some names, out of a tree with all that is in them."""
    for element in elements:
        element.tag = _GONE
    etree.strip_elements(tree, _GONE, *tags, with_tail=False)


def without_attributes(tree: Tree, names: Collection[str]) -> None:
    """Take the attributes of these names from all elements."""
    etree.strip_attributes(tree, *names)


def with_plain_spaces(tree: Tree) -> None:
    """Make each run of blanks and line ends one blank, as a browser does, but in `<pre>`."""
    kept = {each for element in tree.iter(*_AS_WRITTEN) for each in element.iter()}
    for element in tree.iter():
        if element.text and element not in kept:
            element.text = _SPACE.sub(" ", element.text)
        if element.tail and element.getparent() not in kept:
            element.tail = _SPACE.sub(" ", element.tail)


def fragment(markup: str) -> Tree:
    """The tree of a piece of markup."""
    return html.fragment_fromstring(markup, create_parent="div")


def written(tree: Tree) -> str:
    """The tree as HTML."""
    return str(html.tostring(tree, encoding="unicode"))
