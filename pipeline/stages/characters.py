"""Line ends, trailing blanks and control characters: what no reader ever sees.

What belongs here: invisible characters that mean nothing. What does not: characters that were
decoded wrongly (mojibake), look-alike letters (typos).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.document import Edit


@dataclass(frozen=True)
class CharacterSettings:
    """Which invisible characters are put right.

    line_ends: CR LF, a lone CR, NEL, and the line and paragraph separators become a line feed.
    trailing_blanks: blanks at the end of a line go.
    controls: C0 and C1 controls, the byte order mark inside a text, and the interlinear
    annotation characters go; tab and line feed stay. So do the joiners and direction marks that
    scripts need.
    """

    line_ends: bool = True
    trailing_blanks: bool = True
    controls: bool = True


_BLANKS = " \\t\\xa0\\u3000"
_LINE_ENDS = "\\r\\x0b\\x0c\\x85\\u2028\\u2029"
_CONTROLS = "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\ufeff\\ufff9-\\ufffb"


@dataclass(frozen=True)
class Characters:
    """Rules `trailing-blank`, `line-end` and `control`."""

    settings: CharacterSettings
    name: str = "characters"

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """One alternative a rule, each linear in the text.

        Invisible characters at a line's end are looked for from the start of their run only, or a
        long run in the middle of a line would be scanned once for each of its characters.
        """
        on = self.settings
        unseen = (_BLANKS if on.trailing_blanks else "") + (_CONTROLS if on.controls else "")
        rules = []
        if on.trailing_blanks:
            rules.append(rf"(?P<trailing_blank>(?<![{unseen}])[{unseen}]++(?=[\n{_LINE_ENDS}]|\Z))")
        if on.line_ends:
            rules.append(rf"(?P<line_end>\r\n|[{_LINE_ENDS}])")
        if on.controls:
            rules.append(rf"(?P<control>[{_CONTROLS}]+)")
        return re.compile("|".join(rules)) if rules else None

    def screen(self, texts: pa.Array) -> pa.Array:
        """Texts with a control, a line end other than LF, or a blank before a line's end."""
        suspects = rf"[{_CONTROLS}{_LINE_ENDS}]|[{_BLANKS}](?:\n|\z)"
        return pc.match_substring_regex(texts, _UNICODE_ESCAPE.sub(r"\\x{\1}", suspects))

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """One edit a run of controls, of what is unseen at a line's end, or a line end."""
        if self._pattern is None:
            return
        for found in self._pattern.finditer(text):
            rule = (found.lastgroup or "").replace("_", "-")
            after = "\n" if rule == "line-end" else ""
            yield Edit(self.name, rule, found.start(), found[0], after)


# RE2, which runs the screen, writes \x{3000} where Python writes \u3000.
_UNICODE_ESCAPE = re.compile(r"\\[ux]([0-9a-f]{2,4})")
