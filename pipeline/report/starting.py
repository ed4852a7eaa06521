"""A starting recipe for a dump that was inspected.

What belongs here: which settings follow from what was found, and why, in comments. What does not:
finding it (inspect), what a setting does (its own module).

Lines that only suggest something are commented out; without the `#` they are valid as well.
"""

import json
import shlex
from collections.abc import Iterator, Sequence

from pipeline import schema
from pipeline.inspect.findings import Damage, Findings
from pipeline.measures.codes import UNDETERMINED
from pipeline.recipe import Recipe
from pipeline.report.amounts import number, percent, size
from pipeline.report.summary import shorten
from pipeline.report.visible import visible

_MIN_SHARE, _MAX_LANGUAGES = 0.02, 8
# So large a record is held in memory without a word; for a larger one, somebody decides.
_MAX_HELD = 256 * 1024 * 1024
_ADDRESSES = ("url", "uri", "source_url", "link")
_MOST, _FEW = 0.5, 0.05
_NAMED = 5


def starting_recipe(found: Findings, file: str = "recipe.toml") -> str:
    """The recipe as TOML, each line with its reason; `pipeline.recipe.load` takes it.

    file: where it will be, for the command in its first lines.
    """
    records = found.records
    seen = f"all of its {number(records.sampled)} records"
    if not records.exact or records.sampled != records.estimate:
        seen = f"{number(records.sampled)} of its records"
    place, written = visible(found.place, keep=""), visible(file, keep="")
    lines = [
        f"# A starting recipe for {place}, written by `hygiene inspect`, which read {seen}.",
        "# Whatever is not said here has its default; docs/recipe.md lists every setting.",
        "#",
        f"# hygiene run {shlex.quote(place)} --out corpus --recipe {shlex.quote(written)}",
    ]
    for section, settings in (
        ("ingest", _ingest(found)),
        ("html", _html(found)),
        ("boilerplate", _boilerplate(found)),
        ("language", _language(found)),
    ):
        if body := list(settings):
            lines += ["", f"[{section}]", *body]
    return "\n".join(lines) + "\n"


def _ingest(found: Findings) -> Iterator[str]:
    field = found.text_field
    others = [visible(each.name, keep="") for each in found.fields if each.name != field.used]
    named = ", ".join(map(shorten, others[:_NAMED])) or "none"
    if field.used != field.wanted:
        yield f"# {percent(field.missing)} of the records have no text in {field.wanted!r}."
        yield f"# This field is likely to be the text; others: {named}."
        yield f"text_field = {_text(field.used)}"
    elif found.fields:
        yield f"# The JSON key, or the column, that holds the text; others: {named}."
        yield f"# text_field = {_text(field.used)}"
    by_verdict = {each.verdict: each for each in found.damage}
    if (large := by_verdict.get(schema.OVERSIZE)) is not None:
        yield from _max_record_bytes(large)
    elif found.records.unfinished:
        file = found.records.unfinished[0]
        yield f"# No record ended in what was read of {visible(file.source, keep='')}:"
        yield "# it may be larger than a record may be. Each worker holds a record in memory."
        yield f"# max_record_bytes = {8 * Recipe().ingest.max_record_bytes}"
    if (undecodable := by_verdict.get(schema.UNDECODABLE)) is not None:
        yield f"# {percent(undecodable.share)} of the records are no text in any one encoding."
        yield '# "replace" makes texts of them, with U+FFFD for what does not fit (not of binaries,'
        yield "# nor of JSON); quality.max_replacement_characters says how many a text may have."
        yield '# on_undecodable = "replace"'
    if (unsafe := by_verdict.get(schema.UNSAFE)) is not None:
        yield "# Refused as unsafe; raise the limit it names if you trust the sender:"
        yield f"# {visible(shorten(unsafe.example.says), keep='')}"


def _max_record_bytes(large: Damage) -> Iterator[str]:
    default = Recipe().ingest.max_record_bytes
    yield f"# Records of up to {size(large.largest)} were seen; by default what has more than"
    yield f"# {size(default)} is rejected as oversize. Each worker holds a record in memory."
    line = f"max_record_bytes = {_room(large.largest)}"
    yield line if large.largest <= _MAX_HELD else f"# {line}"


def _room(largest: int) -> int:
    """The power of two that so large a record fits in."""
    return int(2 ** max(0, largest - 1).bit_length())


def _html(found: Findings) -> Iterator[str]:
    if found.pages is not None:
        yield f"# {percent(found.pages.share)} of the texts are web pages; the article is taken out"
        yield '# of each. "off" leaves HTML as it is.'
        yield f"# extractor = {_text(Recipe().html.extractor)}"


def _boilerplate(found: Findings) -> Iterator[str]:
    from_the_web = any(
        each.name.lower() in _ADDRESSES and each.share > _MOST for each in found.fields
    )
    if from_the_web and (found.pages is None or found.pages.share < _MOST):
        yield "# The records have addresses: if they are web pages dumped as text, with menus and"
        yield "# all, `article` also cuts what a model of lines takes for no part of an article."
        yield '# strength = "article"'


def _language(found: Findings) -> Iterator[str]:
    known = [each for each in found.languages if each.language != UNDETERMINED]
    if not known:
        return
    shown = [f"{each.language} {percent(each.share)}" for each in known[: 2 * _MAX_LANGUAGES]]
    rest = len(known) - len(shown)
    more = f" and {rest} more" if rest else ""
    likely = [each.language for each in known if each.share >= _MIN_SHARE][:_MAX_LANGUAGES]
    yield "# Every language is kept. To keep some only, name them. Found:"
    yield from (f"# {line}" for line in _wrapped(shown, more))
    yield f"# wanted = {json.dumps(likely or [known[0].language])}"


def _wrapped(items: Sequence[str], end: str) -> Iterator[str]:
    for at in range(0, len(items), _MAX_LANGUAGES):
        last = at + _MAX_LANGUAGES >= len(items)
        yield ", ".join(items[at : at + _MAX_LANGUAGES]) + (f"{end}." if last else ",")


def _text(text: str) -> str:
    """A TOML string of one line, of nothing that cannot be seen."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(
        char if visible(char, keep="") == char else f"\\U{ord(char):08X}" for char in quoted
    )
