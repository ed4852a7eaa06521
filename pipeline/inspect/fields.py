"""The fields of records, and which of them is likely to hold the text.

What belongs here: counting fields, naming the likeliest. What does not: reading records (visits),
what becomes of the answer (sampling, told).
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline import schema
from pipeline.sources.objects.nesting import too_deep
from pipeline.sources.record import NO_METADATA, Record

# Names that datasets give to their text, the likelier first.
NAMES = (
    "text",
    "content",
    "body",
    "article",
    "raw_content",
    "maintext",
    "main_text",
    "plain_text",
    "article_text",
    "full_text",
    "document",
    "page_content",
    "story",
    "message",
    "post",
    "comment",
    "review",
    "abstract",
    "markdown",
)
_BONUS = 4.0
_MAX_FIELDS = 300
_MAX_PARSED = 4 * 1024 * 1024
_EXAMPLE = 200
# How the readers say that a record or a table has no such field, and which it has.
_MISSING = re.compile(r"has no (?:field|column) .*?\(ingest\.text_field\); it has (.*)", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"""'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)\"""")


@dataclass
class Facts:
    """One field. records: with it. strings: with a string in it; length: of those, in characters;
    sentences: those with several words. kinds: of its values. example: the first one.
    """

    records: int = 0
    strings: int = 0
    length: int = 0
    sentences: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    example: str = ""

    def join(self, other: "Facts") -> None:
        """The same field, of other records."""
        self.records += other.records
        self.strings += other.strings
        self.length += other.length
        self.sentences += other.sentences
        self.kinds += other.kinds
        self.example = self.example or other.example


@dataclass
class Fields:
    """The fields of all records that were added. names: the facts, by name."""

    records: int = 0
    names: dict[str, Facts] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any]) -> None:
        """One more record."""
        self.records += 1
        for name, value in record.items():
            facts = self.names.get(name)
            if facts is None:
                if len(self.names) >= _MAX_FIELDS:
                    continue
                facts = self.names[name] = Facts()
            facts.records += 1
            facts.kinds[_kind(value)] += 1
            if isinstance(value, str):
                facts.strings += 1
                facts.length += len(value)
                facts.sentences += len(value.split(None, 4)) > 4
            if not facts.example and value not in (None, "", [], {}):
                facts.example = _shown(value)

    def likeliest(self) -> str | None:
        """The field that is likely to hold the text: of long strings, of several words each, of a
        name that says so.
        """
        scores = {
            name: self._score(name, facts)
            for name, facts in self.names.items()
            if name and not _SURROGATES.search(name)  # no recipe can name those
        }
        best = max(scores, key=lambda name: (scores[name], name), default=None)
        return best if best is not None and scores[best] > 0 else None

    def _score(self, name: str, facts: Facts) -> float:
        if not facts.strings:
            return 0.0
        mean = facts.length / facts.strings
        prose = (1 + 9 * facts.sentences / facts.strings) / 10
        named = _BONUS if name.lower() in NAMES else 1.0
        return mean * prose * named * facts.strings / max(1, self.records)


def fields_of(record: Record, text_field: str) -> dict[str, Any] | None:
    """The fields of a record, its text among them; None where it has none that can be told."""
    if record.verdict == schema.MALFORMED:
        if record.metadata != NO_METADATA:
            return _object(record.metadata)
        return _object(record.decoded.text) if record.decoded else None
    if record.verdict or record.decoded is None:
        return None
    if record.metadata == NO_METADATA:
        # Lines of objects, taken for a text since none has the field that was asked for.
        text = record.decoded.text[:_MAX_PARSED].lstrip("\ufeff \t\r\n")
        return _object(text.partition("\n")[0]) if text.startswith("{") else None
    others = _object(record.metadata)
    return None if others is None else {text_field: record.decoded.text, **others}


def columns_of(record: Record) -> list[str]:
    """The columns of a table that has none for the text, as far as its reader names them."""
    found = _MISSING.search(record.reason or "") if record.verdict == schema.MALFORMED else None
    return [single or double for single, double in _NAME.findall(found[1])] if found else []


def _object(text: str) -> dict[str, Any] | None:
    if len(text) > _MAX_PARSED or not text.lstrip().startswith("{") or too_deep(text):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "list"}
    return names.get(type(value), "object")


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text[:_EXAMPLE].split())
