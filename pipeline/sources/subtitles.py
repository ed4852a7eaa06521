"""Subtitles, SubRip (.srt) and WebVTT (.vtt): what is said is the one record of a file.

What belongs here: the text of cues, a line each, without numbers, times, tags, notes and styles.
What does not: encodings (decode), scripts that are drawn (.ass is read as text).

Neither format is followed to the letter: a line with `-->` between two times begins a cue, a blank
line ends it, and what stands in no cue in a file of SubRip is what was said, too.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from pipeline import schema
from pipeline.sources.raw import RawFile
from pipeline.sources.record import Record, of_bytes
from pipeline.sources.settings import IngestSettings
from pipeline.sources.whole import whole_file

_CLOCK = r"(?:\d{1,4}\s?:\s?)?\d{1,2}\s?:\s?\d{1,2}(?:\s?[,.:]\s?\d{1,4})?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}")
_NUMBER = re.compile(r"\s*\d{1,9}\s*")
_NO_CUE = re.compile(r"(NOTE|STYLE|REGION)(?=\s|$)")
_TAG = re.compile(
    r"</?(?:b|c|font|i|lang|rt|ruby|s|u|v)(?:[.\s][^<>]{0,500})?/?>"  # WebVTT 6.4, and SubRip's
    rf"|<{_CLOCK}>"  # when a word is said
    r"|\{\\[^{}]{0,500}\}",  # where a line stands, from .ass
    re.IGNORECASE,
)
_BLANKS = re.compile(r"\s+")


class _Cues(NamedTuple):
    """What is said, a line for each cue, and whether there was a cue at all."""

    lines: list[str]
    any: bool


def read_srt(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a SubRip file."""
    yield from _read(raw, settings, vtt=False)


def read_vtt(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a WebVTT file."""
    yield from _read(raw, settings, vtt=True)


def _read(raw: RawFile, settings: IngestSettings, *, vtt: bool) -> Iterator[Record]:
    found = whole_file(raw, settings)
    record = found if isinstance(found, Record) else of_bytes(1, found, settings)
    if record.decoded is None:
        yield record
        return
    cues = _cues(record.decoded.meant, vtt=vtt)
    if not cues.any and record.verdict is None:
        reason = "there is no cue in it: no line with two times and --> between them"
        yield replace(record, verdict=schema.MALFORMED, reason=reason)
        return
    # The bytes cannot be made of what is said.
    yield replace(record, decoded=record.decoded.with_text("\n".join(cues.lines)))


def _cues(text: str, *, vtt: bool) -> _Cues:
    made: list[str] = []
    any_ = False
    for block in re.split(r"\n[ \t]*\n", re.sub(r"\r\n?", "\n", text)):
        lines = block.strip("\n").split("\n")
        times = [at for at, line in enumerate(lines) if _TIMES.match(line)]
        if not times:
            # A cue with a blank line in it goes on, in SubRip; in WebVTT this is no cue.
            if not vtt and any_:
                _add(made, lines, vtt=vtt)
            continue
        if vtt and _NO_CUE.match(lines[0]):
            continue
        any_ = True
        for at, following in zip(times, [*times[1:], len(lines) + 1], strict=True):
            said = lines[at + 1 : following]
            # The number of a cue that no blank line parts from this one.
            if following <= len(lines) and said and _NUMBER.fullmatch(said[-1]):
                said.pop()
            _add(made, said, vtt=vtt)
    return _Cues(made, any_)


def _add(made: list[str], said: list[str], *, vtt: bool) -> None:
    text = _TAG.sub("", " ".join(said).replace("\\N", " "))
    if vtt:
        text = html.unescape(text)
    if text := _BLANKS.sub(" ", text).strip():
        made.append(text)
