"""What `hygiene inspect` shows: a few lines on each thing that was found.

What belongs here: laying the findings out, every text made harmless. What does not: finding them
(inspect), the recipe (starting).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from pipeline.inspect.findings import Encoding, Example, Field, Findings, Hint, Records
from pipeline.report.amounts import about, counted, number, percent, size
from pipeline.report.starting import starting_recipe
from pipeline.report.summary import shorten
from pipeline.report.visible import visible

_ROWS = 12  # of each list
_LOW = 0.7  # an encoding is doubtful below this confidence
_WORDS = 60
_REASON = 160
Rows = Iterable[Sequence[str]]


def inspected(console: Console, found: Findings, *, recipe: bool) -> None:
    """The findings, then the starting recipe."""
    console.print(Text(_flat(f"{found.place}: {_contents(found)}"), style="bold"), soft_wrap=True)
    for line in _files(found):
        console.print(Text(line), soft_wrap=True)
    for heading, lines in (
        ("formats", _formats(found)),
        ("nothing can read", _unread(found)),
        (f"records: {_how_many(found.records)}", _records(found)),
        ("encodings", _encodings(found.encodings)),
        ("languages", _languages(found)),
        ("fields", _fields(found)),
        ("would be rejected while reading", _damage(found)),
        ("would be passed over", _passed_over(found)),
        ("worth knowing", _hints(found)),
    ):
        body = list(lines)
        if body:
            console.print(Text(f"\n{heading}", style="bold"), soft_wrap=True)
        for line in body:
            console.print(Text(f"  {line}"), soft_wrap=True)
    if recipe:
        console.print(Text("\na starting recipe (--recipe FILE writes it)", style="bold"))
        console.print(Text(f"\n{starting_recipe(found)}".rstrip("\n")), soft_wrap=True)


def as_json(found: Findings) -> str:
    """The findings, and the starting recipe as `recipe`, as one JSON object of ASCII characters
    with sorted keys.
    """
    facts = asdict(found) | {"recipe": starting_recipe(found)}
    return json.dumps(facts, sort_keys=True, indent=2)


def _contents(found: Findings) -> str:
    names = [dump.name for dump in found.dumps]
    shown = ", ".join(names[:_ROWS]) + (f" and {len(names) - _ROWS} more" * (len(names) > _ROWS))
    return f"{counted(len(names), 'dump')}, {shown}"


def _files(found: Findings) -> Iterator[str]:
    files = found.files
    many = counted(files.files, "file")
    if not files.complete:
        many = f"more than {many}"
    known = size(files.bytes) if files.looked_at == files.files else f"about {size(files.bytes)}"
    line = f"{many}, {known}"
    if files.looked_at < files.files:
        line += f"; {number(files.looked_at)} of them were looked at"
    yield line
    largest = [f"{_name(each.source)} {size(each.bytes)}" for each in files.largest[:3]]
    if largest:
        yield f"largest: {', '.join(largest)}"
    for each in files.unlisted[:_ROWS]:
        yield f"{_name(each.path)}: {_flat(each.reason)}"
    if files.unlisted_total > _ROWS:
        yield f"and {counted(files.unlisted_total - _ROWS, 'folder')} more"


def _formats(found: Findings) -> Iterator[str]:
    yield from _grid(
        (each.format, counted(each.files, "file"), size(each.bytes), _name(each.example))
        for each in found.formats[:_ROWS]
    )
    yield from _rest(len(found.formats))
    for each in found.formats:
        if each.members:
            inside = ", ".join(f"{name} {number(times)}" for name, times in _most(each.members))
            yield f"members sampled in {each.format}: {inside}"


def _unread(found: Findings) -> Iterator[str]:
    for each in found.unread[:_ROWS]:
        what = f"{counted(each.files, 'file')}, {size(each.bytes)}"
        yield f"{what}: {_name(each.example)}: {_reason(each.reason)}"
    yield from _rest(len(found.unread))


def _how_many(records: Records) -> str:
    if records.exact and records.sampled == records.estimate:
        return f"{number(records.estimate)}, all of them were read"
    if records.exact:
        return f"{number(records.estimate)}, of which {number(records.sampled)} were looked at"
    sample = f"from {number(records.sampled)} in {counted(records.sampled_files, 'file')}"
    if not records.sampled:
        return "nothing is known of them; more --seconds may help"
    low, high = about(records.low), about(records.high)
    between = f" ({low} to {high})" if low != high else ""
    least = "at least " if records.unknown_files else ""
    return f"{least}about {about(records.estimate)}{between}, {sample}"


def _records(found: Findings) -> Iterator[str]:
    if (lengths := found.lengths) is not None:
        yield (
            f"characters: {number(lengths.shortest)} at least; 10 % have up to "
            f"{number(lengths.tenth)}, half up to {number(lengths.half)}, 90 % up to "
            f"{number(lengths.nine_tenths)}; {number(lengths.longest)} at most"
        )
        if lengths.empty_example is not None:
            yield f"empty: {percent(lengths.empty)}, as {_place(lengths.empty_example)}"
    unknown = found.records.unknown_files - len(found.records.unfinished)
    if unknown > 0 and found.records.sampled:
        files = counted(unknown, "file")
        yield f"how many there are in {files} is not known; more --seconds may help"
    for each in found.records.unfinished[:_ROWS]:
        yield f"in what was read of {_name(each.source)}, {size(each.bytes)}, no record ended"


def _encodings(encodings: Sequence[Encoding]) -> Iterator[str]:
    yield from _grid(
        (
            each.encoding,
            percent(each.share),
            f"by {', '.join(each.methods)}",
            f"confidence {each.confidence:.2f}",
            _place(each.example) + ("  doubtful" if each.confidence < _LOW else ""),
        )
        for each in encodings[:_ROWS]
    )
    yield from _rest(len(encodings))


def _languages(found: Findings) -> Iterator[str]:
    yield from _grid(
        (each.language, percent(each.share), _place(each.example))
        for each in found.languages[:_ROWS]
    )
    yield from _rest(len(found.languages))
    if found.declared:
        line = f"{percent(found.declared)} of the records declare their language"
        if (differs := found.declared_differs) is not None:
            line += f"; {percent(differs.share)} of those are in another one, as {_hint(differs)}"
        yield line


def _fields(found: Findings) -> Iterator[str]:
    field = found.text_field
    if field.used != field.wanted:
        yield (
            f"{percent(field.missing)} of the records have no text in {_flat(field.wanted)!r}: it "
            f"is likely to be in {_quoted(field.used)}, and was read from there"
        )
    elif field.missing:
        yield f"{percent(field.missing)} of the records have no text in {_flat(field.wanted)!r}"
    yield from _grid(
        (_quoted(each.name), percent(each.share), _kinds(each), _quoted(each.example))
        for each in found.fields[:_ROWS]
    )
    yield from _rest(len(found.fields))


def _kinds(field: Field) -> str:
    kinds = ", ".join(name for name, _ in _most(field.kinds))
    return f"{kinds} of {number(field.length)} on average" if field.length else kinds


def _damage(found: Findings) -> Iterator[str]:
    yield from _grid(
        (
            each.verdict,
            percent(each.share),
            f"{number(each.sampled)} seen",
            f"{_place(each.example)}: {_reason(each.example.says)}",
        )
        for each in found.damage
    )


def _passed_over(found: Findings) -> Iterator[str]:
    yield from _grid(
        (_flat(each.kind), f"{number(each.items)} seen", _name(each.example))
        for each in found.passed_over
    )


def _hints(found: Findings) -> Iterator[str]:
    for what, hint in (
        ("are web pages; the article is taken out of each", found.pages),
        ("have mojibake, which is repaired", found.mojibake),
        ("have U+FFFD, where something was lost before", found.replaced),
        ("were not decoded without loss", found.lossy),
    ):
        if hint is not None:
            yield f"{percent(hint.share)} of the texts {what}, as {_hint(hint)}"


def _hint(hint: Hint) -> str:
    says = f": {_reason(hint.example.says)}" if hint.example.says else ""
    return f"{_place(hint.example)}{says}"


def _place(example: Example) -> str:
    """Where a record is; only its file where it is the only one, or the file itself."""
    name = _name(example.source)
    if example.from_byte is not None:
        return f"{name}, record {example.record} from byte {number(example.from_byte)} on"
    return f"{name}, record {example.record}" if example.record > 1 else name


def _grid(rows: Rows) -> Iterator[str]:
    """Rows whose columns stand below each other."""
    cells = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _rest(rows: int) -> Iterator[str]:
    if rows > _ROWS:
        yield f"and {number(rows - _ROWS)} more"


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_ROWS]


def _flat(text: str) -> str:
    return visible(text, keep="")


def _name(source: str) -> str:
    return _flat(shorten(source, 2 * _WORDS))


def _quoted(text: str) -> str:
    return f'"{_flat(shorten(text, _WORDS))}"'


def _reason(text: str) -> str:
    return _flat(shorten(text, _REASON))
