"""Others' ways from a dump of lines to the main text: C4's line rule, jusText, trafilatura.

What belongs here: handing lines over, texts back. What does not: scores (score), what is trained
on the pages (trained).

jusText and trafilatura read HTML. The original pages are not there, so they get the lines as plain
elements: without classes, headings and nesting they see less than on the web.
"""

import html
from collections.abc import Callable, Iterator
from itertools import groupby

import justext
import trafilatura

from benchmarks.boilerplate.pages import Page
from pipeline.stages.scopes import is_link

_C4_ENDS = (".", "!", "?", '"')


def c4(words: int) -> Callable[[Page], str]:
    """Lines that end as a sentence does and have so many words; C4's rules about whole documents
    are left out.
    """

    def rule(page: Page) -> str:
        lines = (line.strip() for line in page.lines)
        return "\n".join(
            line for line in lines if line.endswith(_C4_ENDS) and len(line.split()) >= words
        )

    return rule


def with_justext() -> Callable[[Page], str]:
    """Its paragraphs that are no boilerplate, by its English stop words and its own settings."""
    stop_words = justext.get_stoplist("English")

    def extract(page: Page) -> str:
        paragraphs = justext.justext(as_html(page.lines, links=False), stop_words)
        return "\n".join(part.text for part in paragraphs if not part.is_boilerplate)

    return extract


def with_trafilatura(page: Page) -> str:
    """Its text, by its own settings."""
    return trafilatura.extract(as_html(page.lines, links=True)) or ""


def as_html(lines: list[str], *, links: bool) -> str:
    """The lines as paragraphs of a page; with `links`, those that look like links as lists of
    links.
    """
    body = "\n".join(_elements(lines, links))
    return f"<html><body>\n{body}\n</body></html>"


def _elements(lines: list[str], links: bool) -> Iterator[str]:
    for link, run in groupby(lines, lambda line: links and is_link(line)):
        if link:
            items = (f'<li><a href="/page">{html.escape(line)}</a></li>' for line in run)
            yield f"<ul>{''.join(items)}</ul>"
        else:
            yield from (f"<p>{html.escape(line)}</p>" for line in run)
