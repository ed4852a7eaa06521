"""Which elements of a page nobody sees.

What belongs here: what HTML itself, an attribute or an element's own style hides.
What does not: style sheets and scripts, which may hide and show anything: they are not read.
"""

from collections.abc import Iterator

from pipeline.html.markup import Tree

# Never shown (HTML Standard, 15.3.1), or shown only where something else cannot be; scripts; and
# what is a picture, a player or a page of its own rather than text.
NEVER_SHOWN = (
    *("area", "base", "basefont", "datalist", "head", "link", "meta", "noembed", "noframes"),
    *("param", "rp", "script", "style", "template", "title"),
    *("noscript", "iframe", "frame", "object", "embed", "applet", "svg", "canvas"),
    *("audio", "video", "annotation", "annotation-xml"),
)
# What hides an element is looked at here and nowhere else: extractors have rules of their own.
ATTRIBUTES = ("hidden", "aria-hidden", "style")
_CANDIDATES = "//*[@hidden or @aria-hidden or @style or self::dialog]"
# A page whose body hides shows itself by script.
_WHOLE = ("html", "body")
# What is announced to nobody while a dialog is open, though it is the page.
_MAIN = ".//*[self::main or self::article]"


def hidden(tree: Tree) -> Iterator[Tree]:
    """The elements that an attribute or their own style hides; never the whole page.

    `hidden="until-found"` can be found and read: it stays. So does what is transparent or off the
    screen, since scripts fade and slide texts in.
    """
    for element in tree.xpath(_CANDIDATES):
        if element.tag not in _WHOLE and _hides(element):
            yield element


def _hides(element: Tree) -> bool:
    if element.get("hidden", "until-found").strip().lower() != "until-found":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    if _style_hides(element.get("style", "")):
        return True
    if element.get("aria-hidden", "").strip().lower() != "true":
        return False
    return element.tag not in ("main", "article") and not element.xpath(_MAIN)


def _style_hides(style: str) -> bool:
    """Whether the last word of a style on `display` or `visibility` is that nothing is shown."""
    said = {}
    for declaration in style.lower().split(";"):
        name, _, value = declaration.partition(":")
        said[name.strip()] = value.replace("!important", "").strip()
    return (
        said.get("display") == "none"
        or said.get("visibility") in ("hidden", "collapse")
        or said.get("content-visibility") == "hidden"
    )
