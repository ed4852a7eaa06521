"""Interface strings of WordPress, MediaWiki and cookie banners, as a page shows them.

What belongs here: reading them, filling their holes, the language of a locale. What does not:
whether rules know them (known).
"""

import csv
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.novels import SHARED
from pipeline.measures import language
from pipeline.measures.codes import code_of, group_of

COMMENTS, BLOG = "comment form (WordPress)", "blog navigation (WordPress)"
WIKI, WIKI_EDGE = "navigation (MediaWiki)", "header, footer, edit (MediaWiki)"
TARTEAUCITRON, KLARO = "cookie banner (tarteaucitron)", "cookie banner (klaro)"
KINDS = (COMMENTS, BLOG, WIKI, WIKI_EDGE, TARTEAUCITRON, KLARO)

NAME, NUMBER, PLACE, DATE, TIME = "Ann Example", "12", "Example", "2024-05-12", "12:30"
_LICENCE, _ADDRESS = "Creative Commons Attribution", "https://example.org/wiki/Example"
# What stands for $1 and $2, by key.
_WIKI_HOLES = {
    "lastmodifiedat": (DATE, TIME),
    "retrievedfrom": (_ADDRESS,),
    "copyright": (_LICENCE,),
    "redirectedfrom": (PLACE,),
}
_OF_COMMENTS = re.compile(
    r"(?i)comment|reply|email|required|\bname\b|website|log (?:in|out)|pingback"
)
_NOT_OF_COMMENTS = {"Recent Comments"}

_CHOICE = re.compile(r"\{\{\s*(?:plural|gender)\s*:[^|{}]*\|([^{}]*)\}\}", re.IGNORECASE)
_CASE = re.compile(r"\{\{\s*(?:grammar)\s*:[^|{}]*\|([^{}]*)\}\}", re.IGNORECASE)
_OTHER = re.compile(r"\{\{[^{}]*\}\}")
_NUMBERED = re.compile(r"\d+=")
_LINK = re.compile(r"\[\[(?:[^|\]]*\|)?([^\]]*)\]\]")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_BRACED = re.compile(r"\{\w+\}")
_LETTER = re.compile(r"[^\W\d_]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")

# Swedish and Chinese as tarteaucitron calls them.
_TARTEAUCITRON = {"se": "sv", "cn": "zh-cn"}
# Romanian in Cyrillic and Malay in Arabic letters: the measure takes them for something else.
_UNTOLD = {"mo", "ms-arab"}
_TRADITIONAL = re.compile("zh-(?:hant|tw|hk|mo)")


@dataclass(frozen=True)
class String:
    """text: a line as a page shows it. language: empty where the measure cannot tell it."""

    kind: str
    locale: str
    language: str
    text: str


def strings() -> Iterator[String]:
    """Each different line of a kind and language, once; lines without letters left out."""
    path = SHARED / "boilerplate-strings" / "strings.tsv"
    if not path.is_file():
        return
    seen = set()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            text = shown(row["text"], row["key"])
            kind = _kind(row["source"], row["kind"], row["key"])
            of = language_of(row["source"], row["locale"], text)
            same = (kind, of or row["locale"], text)
            if _LETTER.search(text) and same not in seen:
                seen.add(same)
                yield String(kind, row["locale"], of, text)


def _kind(source: str, kind: str, key: str) -> str:
    if source.startswith("wordpress"):
        about_comments = _OF_COMMENTS.search(key) and key not in _NOT_OF_COMMENTS
        return COMMENTS if about_comments else BLOG
    if source.startswith("mediawiki"):
        return WIKI if kind == "nav" else WIKI_EDGE
    return TARTEAUCITRON if source == "tarteaucitron" else KLARO


def shown(text: str, key: str) -> str:
    """The line without tags and entities, its holes filled with what could stand there."""
    text = _TAG.sub("", html.unescape(text))
    text = text.replace("%s", "*" if key.startswith("Required fields") else NAME)
    if key == "% Comments":
        text = text.replace("%", NUMBER)
    for number, value in enumerate(_WIKI_HOLES.get(key, (NUMBER,)), 1):
        text = text.replace(f"${number}", value)
    text = re.sub(r"\$\d", PLACE, text)
    text = text.replace("{{SITENAME}}", PLACE).replace("{{SITENAMEP}}", PLACE)
    while (filled := _filled(text)) != text:
        text = filled
    text = _BRACED.sub(PLACE, _LINK.sub(r"\1", text))
    return " ".join(text.split())


def _filled(text: str) -> str:
    """The innermost forms resolved: the last of a plural's, the named one of a case's."""
    text = _CHOICE.sub(lambda found: _NUMBERED.sub("", found[1].split("|")[-1]), text)
    return _OTHER.sub(PLACE, _CASE.sub(r"\1", text))


def language_of(source: str, locale: str, text: str) -> str:
    """The language that the measure gives texts of this locale; empty where it has none for it.

    Serbian is told as Croatian, in Cyrillic as Macedonian; Malay as Indonesian.
    """
    name = locale.lower().replace("_", "-")
    if source == "tarteaucitron":
        name = _TARTEAUCITRON.get(name, name)
    if name in _UNTOLD:
        return ""
    if name.split("-")[0] == "zh":
        return "zh-tw" if _TRADITIONAL.match(name) else "zh-cn"
    code = code_of(name) or ""
    known = language.languages()
    told = code if code in known else group_of(code)
    if told == "hr" and _CYRILLIC.search(text):
        told = "mk"
    return told if told in known else ""
