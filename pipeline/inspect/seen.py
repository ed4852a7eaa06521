"""What is kept of the records of a sample: no text, but all that is told of it.

What belongs here: one row a record. What does not: what the rows come to (told).
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from pipeline.inspect.fields import Fields, fields_of
from pipeline.inspect.listing import Group
from pipeline.inspect.visits import PASSED_OVER, Met
from pipeline.measures import declared, language
from pipeline.recipe import Recipe
from pipeline.sources.record import Record
from pipeline.stages.html import Html
from pipeline.stages.mojibake import Mojibake

_MAX_PENDING, _MAX_PENDING_CHARS = 512, 4 * 1024 * 1024
# So much of a text is looked at: characters of prose, of a page's markup, of possible mojibake.
_PROSE, _MARKUP, _LINES = 10_000, 200_000, 5_000
_MAX_MOJIBAKE = 200
_REASON = 300
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_METHOD = re.compile(r"[\w-]+")
_REPLACEMENT = "\ufffd"


class Seen(NamedTuple):
    """A record. file: its number in the sample. start: where in the file its own number counts
    from; None for its beginning. chars: None where it is no text.

    method: what gave the encoding away. lossless: the encoding gives the bytes back. replaced: it
    has U+FFFD. page: it is HTML. broken: how mojibake in it looks, an empty text where there is
    none; None where nobody looked.
    """

    file: int
    source: str
    number: int
    start: int | None
    size: int
    verdict: str | None
    reason: str
    chars: int | None = None
    empty: bool = False
    encoding: str = ""
    method: str = ""
    confidence: float = 1.0
    lossless: bool = True
    replaced: bool = False
    page: bool = False
    language: str = ""
    declared: str | None = None
    agrees: bool | None = None
    broken: str | None = None


@dataclass
class Passed:
    """Items of one kind that were passed over. example: a file that has some."""

    items: int
    example: str


@dataclass
class Gathered:
    """All rows so far. fields: of the records that have any, by the group of their file. passed:
    what was passed over, by its kind.
    """

    recipe: Recipe
    rows: list[Seen] = field(default_factory=list)
    fields: dict[Group, Fields] = field(default_factory=dict)
    passed: dict[str, Passed] = field(default_factory=dict)
    _pending: list[tuple[Seen, str, str]] = field(default_factory=list)
    _chars: int = 0
    _mojibake: int = 0

    def warm_up(self) -> None:
        """Load all that looks at texts, which takes a second or two."""
        row = Seen(0, "", 0, None, 0, None, "")
        self._measured([row], ["A \u00e9 text."], ["{}"])
        self._mojibake = 0

    def take(self, file: int, group: Group, met: Met) -> None:
        """One more record of a file, which is of that group."""
        record = met.record
        verdict = record.verdict or ""
        if verdict.startswith(PASSED_OVER):
            self._pass(verdict.removeprefix(PASSED_OVER), met)
            return
        found = fields_of(record, self.recipe.ingest.text_field)
        if found:
            self.fields.setdefault(group, Fields()).add(found)
        row = Seen(
            file,
            met.source,
            record.number,
            met.start,
            record.size,
            record.verdict,
            (record.reason or "")[:_REASON],
        )
        if record.verdict or record.decoded is None:
            self.rows.append(row)
            return
        text = record.decoded.text
        self._pending.append((_with_text(row, record), text[:_MARKUP], record.metadata))
        self._chars += min(len(text), _MARKUP)
        if len(self._pending) >= _MAX_PENDING or self._chars >= _MAX_PENDING_CHARS:
            self.flush()

    def flush(self) -> None:
        """Look at the texts that wait for it."""
        if not self._pending:
            return
        rows, texts, metadata = zip(*self._pending, strict=True)
        self._pending, self._chars = [], 0
        self.rows.extend(self._measured(rows, texts, metadata))

    def _pass(self, kind: str, met: Met) -> None:
        items = json.loads(met.record.metadata).get("items", 1)
        known = self.passed.setdefault(kind, Passed(0, met.source))
        known.items += items

    def _measured(
        self, rows: Sequence[Seen], texts: Sequence[str], metadata: Sequence[str]
    ) -> list[Seen]:
        pages = self._pages(rows, texts)
        prose = [
            (_TAGS.sub(" ", text) if page else text)[:_PROSE]
            for text, page in zip(texts, pages, strict=True)
        ]
        languages = language.measure(pa.array(prose, pa.string()))["language"]
        told = declared.measure(
            pa.chunked_array([pa.array(metadata, pa.string())]), pa.chunked_array([languages])
        )
        columns: Mapping[str, list[object]] = {
            "page": pages,
            "language": languages.to_pylist(),
            "declared": told["declared_language"].to_pylist(),
            "agrees": told["language_agrees"].to_pylist(),
            "broken": self._broken(prose),
        }
        each = zip(*columns.values(), strict=True)
        return [
            row._replace(**dict(zip(columns, values, strict=True)))
            for row, values in zip(rows, each, strict=True)
        ]

    def _pages(self, rows: Sequence[Seen], texts: Sequence[str]) -> list[object]:
        stage = Html(self.recipe.html)
        begin = stage.screen(pa.array(texts, pa.string())).to_pylist()
        named = stage.named(pa.array([row.source for row in rows], pa.string())).to_pylist()
        return [bool(a or b) for a, b in zip(begin, named, strict=True)]

    def _broken(self, texts: Sequence[str]) -> list[object]:
        """An example of mojibake in each text, as it stands; see `Seen.broken`."""
        stage = Mojibake(self.recipe.mojibake)
        starts = [text[:_LINES] for text in texts]
        found: list[object] = []
        for text, maybe in zip(
            starts, stage.screen(pa.array(starts, pa.string())).to_pylist(), strict=True
        ):
            if not maybe:
                found.append("")
            elif self._mojibake >= _MAX_MOJIBAKE:
                found.append(None)
            else:
                self._mojibake += 1
                edits = (e for e in stage.propose(text, "und") if "-as-" in e.rule)
                found.append(next((_around(text, e.start, e.before) for e in edits), ""))
        return found


def _with_text(row: Seen, record: Record) -> Seen:
    decoded = record.decoded
    if decoded is None:
        return row
    method = _METHOD.match(decoded.evidence)
    return row._replace(
        chars=len(decoded.text),
        empty=not decoded.text or decoded.text.isspace(),
        encoding=decoded.encoding,
        method=method[0] if method else decoded.evidence,
        confidence=decoded.confidence,
        lossless=decoded.lossless,
        replaced=_REPLACEMENT in decoded.text,
    )


def _around(text: str, start: int, before: str) -> str:
    return " ".join(text[max(0, start - 20) : start + len(before) + 20].split())


def commonest(counts: Counter[str]) -> str | None:
    """The key that is counted most often, the smallest of several."""
    return min(counts, key=lambda key: (-counts[key], key), default=None)
