"""Text that was decoded wrongly before it reached us: found and undone by ftfy.

What belongs here: calling ftfy, and turning its answer into edits. With its screen
(mojibake_screen) the only door to ftfy. What does not: bytes (decode), visible typos (typos).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import cached_property

import ftfy
import pyarrow as pa

from pipeline.document import Edit
from pipeline.stages import mojibake_screen


@dataclass(frozen=True)
class MojibakeSettings:
    """ftfy's own options, by their own names; `ftfy.TextFixerConfig` documents each.

    The defaults repair what was damaged and leave typography alone: quotes stay curly, ligatures
    and full-width letters stay, HTML entities stay (a page about HTML means them).

    fix_encoding: undo text that was decoded with the wrong encoding.
    restore_byte_a0: see a space where byte A0 of such text was turned into one.
    replace_lossy_sequences: put one U+FFFD where such text has lost a byte.
    decode_inconsistent_utf8: undo single sequences where no encoding explains the whole line.
    fix_c1_controls: read C1 controls as Windows-1252 does.
    fix_surrogates: put pairs of surrogates together.
    remove_control_chars: take controls out that nothing shows.
    remove_terminal_escapes: take colour codes of terminals out.
    unescape_html: turn entities such as &amp; into characters.
    uncurl_quotes: make curly quotes straight.
    fix_latin_ligatures: take ligatures such as ﬁ apart.
    fix_character_width: make full-width letters and half-width katakana normal.
    fix_line_breaks: make every line break a line feed (`characters.line_ends` does it too).
    normalization: NFC, NFD, NFKC, NFKD, or an empty text for none; always last.
    """

    fix_encoding: bool = True
    restore_byte_a0: bool = True
    replace_lossy_sequences: bool = True
    decode_inconsistent_utf8: bool = True
    fix_c1_controls: bool = True
    fix_surrogates: bool = True
    remove_control_chars: bool = True
    remove_terminal_escapes: bool = True
    unescape_html: bool = False
    uncurl_quotes: bool = False
    fix_latin_ligatures: bool = False
    fix_character_width: bool = False
    fix_line_breaks: bool = False
    normalization: str = "NFC"

    def __post_init__(self) -> None:
        if self.normalization not in ("", "NFC", "NFD", "NFKC", "NFKD"):
            raise ValueError("normalization takes NFC, NFD, NFKC, NFKD or an empty text")


# The comparison takes time quadratic in the tokens of a line; beyond this one edit spans them all.
_MAX_COMPARED = 1_000_000
_TOKEN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")


@dataclass(frozen=True)
class Mojibake:
    """ftfy, line by line, always with explicit options and its explanation."""

    settings: MojibakeSettings
    name: str = "mojibake"

    @cached_property
    def _config(self) -> ftfy.TextFixerConfig:
        options = asdict(self.settings)
        options["normalization"] = self.settings.normalization or None
        return ftfy.TextFixerConfig(**options, explain=True)

    def screen(self, texts: pa.Array) -> pa.Array:
        """Texts with a character or a sequence of them that ftfy could change."""
        return mojibake_screen.may_change(texts, self._config)

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """One edit for each place that ftfy changes, named after what ftfy says it did.

        Lines end at a line feed only: `str.splitlines` would cut at U+0085, the middle of real
        mojibake. ftfy bounds a segment by `max_decode_length`, and so do we.
        """
        at = 0
        while at < len(text):
            end = text.find("\n", at) + 1 or len(text)
            end = min(end, at + self._config.max_decode_length)
            segment = text[at:end]
            if mojibake_screen.line_may_change(segment, self._config):
                yield from self._segment(segment, at)
            at = end

    def _segment(self, segment: str, at: int) -> Iterable[Edit]:
        fixed, steps = ftfy.fix_and_explain(segment, self._config)
        if fixed == segment:
            return
        rule = rule_name(steps or [])
        for start, before, after in _changes(segment, fixed):
            yield Edit(self.name, rule, at + start, before, after)


def rule_name(steps: Iterable[tuple[str, str]]) -> str:
    """What the steps of ftfy's explanation undo, in one word each.

    `encode sloppy-windows-1252, decode utf-8` is `utf-8-as-windows-1252`; the same twice ends in
    `-twice`, three times in `-3-times`.
    """
    names: list[str] = []
    written = ""
    for action, parameter in steps:
        if action == "encode":
            written = parameter.removeprefix("sloppy-")
        elif action == "decode":
            names.append(f"{parameter}-as-{written}")
        else:
            names.append(parameter.replace("_", "-"))
    counted = {name: names.count(name) for name in names}
    return "+".join(name + _times(count) for name, count in counted.items())


def _times(count: int) -> str:
    return {1: "", 2: "-twice"}.get(count, f"-{count}-times")


def _changes(before: str, after: str) -> Iterator[tuple[int, str, str]]:
    """(start, before, after) of the places where two versions of a line differ.

    Runs of ASCII and of other characters are the units: mojibake is a run of the latter, and what
    surrounds it hardly ever changes.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    starts = [0]
    for token in old:
        starts.append(starts[-1] + len(token))
    for i, j, k, m in _blocks(old, new):
        yield from _trimmed(starts[i], "".join(old[i:j]), "".join(new[k:m]))


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Slices old[i:j], new[k:m] that differ; what lies between them is equal."""
    if len(old) == len(new) and all(
        a == b or not (a.isascii() or b.isascii()) for a, b in zip(old, new, strict=True)
    ):
        yield from (
            (i, i + 1, i, i + 1) for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b
        )
    elif len(old) * len(new) > _MAX_COMPARED:
        yield 0, len(old), 0, len(new)
    else:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for tag, i, j, k, m in matcher.get_opcodes():
            if tag != "equal":
                yield i, j, k, m


def _trimmed(start: int, before: str, after: str) -> Iterator[tuple[int, str, str]]:
    """The change without the characters that both sides begin or end with."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    room = min(len(before), len(after)) - head
    while tail < room and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    yield start + head, before[head : len(before) - tail], after[head : len(after) - tail]
