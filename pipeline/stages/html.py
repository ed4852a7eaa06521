"""Web pages: the page goes, its text stays.

What belongs here: which texts are HTML, and the one edit that is made of a page.
What does not: reading markup (pipeline.html), the facts in a record's metadata (steps.pages).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.document import Edit
from pipeline.html.client import helper_for
from pipeline.html.settings import HtmlSettings

# How a page begins, after a byte order mark, blanks, an XML declaration and comments. Anchored: a
# text that begins otherwise costs its first letter.
_BEGINS = (
    r"(?i)\A[\x{FEFF}\s]*(?:(?:<\?[^>]*>|<!--(?s:.*?)-->)\s*)*"
    r"<(?:!doctype\s+html|html|head|body)[\s/>]"
)
_NAMED = r"(?i)\.(?:html?|xhtml)\z"


@dataclass(frozen=True)
class Html:
    """One edit for a page: from all of it to the text that the extractor finds in it.

    The edit's rule is the extractor, its evidence what the page says about itself. A page in which
    nothing is found becomes an empty text.
    """

    settings: HtmlSettings
    name: str = "html"

    def screen(self, texts: pa.Array) -> pa.Array:
        """Texts that begin as a page does."""
        return pc.match_substring_regex(texts, _BEGINS)

    def named(self, sources: pa.Array) -> pa.Array:
        """Files that are named as a page is, whatever they begin with."""
        return pc.match_substring_regex(sources, _NAMED)

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """The edit, unless there is nothing but blanks."""
        if not text.strip():
            return
        found = helper_for(self.settings).read(text)
        evidence = json.dumps(found.facts, ensure_ascii=False) if found.facts else ""
        yield Edit(self.name, self.settings.extractor, 0, text, found.text, evidence)
