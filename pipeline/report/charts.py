"""Where the marks of a chart go: counts in, positions out, in units of the SVG's own view box.

What belongs here: geometry and the words of a chart. What does not: SVG itself (charts.html),
colours (page.css), counting (histogram, gather).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.histogram import Bin
from pipeline.report.show import count, share

# Narrow enough that the letters stay readable on a phone.
WIDTH = 360
_MOST_ROWS = 15
_OTHER = "other"
_COLUMN_SPACE = 110  # height of the highest column
_ROW_PITCH = 20
_ROW_LABEL = 76
_ROW_VALUE = 92
_FLOW_SPACE = 190  # height of all that came in
_FLOW_SLOT = 22  # what a line of text needs
_FLOW_FROM = 12
_FLOW_TO = 168
_SHOWN_TICKS = 8


@dataclass(frozen=True)
class Column:
    """One bin of a histogram. value: what stands above it. words: the same, spelled out."""

    x: float
    y: float
    width: float
    height: float
    value: str
    words: str


@dataclass(frozen=True)
class Tick:
    """A label below the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Columns:
    """A histogram. words: the whole of it for those who do not see it."""

    height: float
    base: float
    end: float
    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    words: str


@dataclass(frozen=True)
class Row:
    """One line of a bar list."""

    y: float
    width: float
    label: str
    value: str


@dataclass(frozen=True)
class Rows:
    """A bar list."""

    height: float
    start: float
    rows: tuple[Row, ...]
    words: str


@dataclass(frozen=True)
class Band:
    """One part of what came in, on its way to where it went. kind: its class in the style sheet."""

    kind: str
    label: str
    value: str
    y: float
    height: float
    middle: float
    path: str


@dataclass(frozen=True)
class Flow:
    """What came in, on the left, parts into what became of it, on the right."""

    height: float
    start: float
    end: float
    whole: float
    bands: tuple[Band, ...]
    words: str


def columns(bins: Sequence[Bin]) -> Columns:
    """A histogram of the bins, each as wide as the others."""
    base = 18.0 + _COLUMN_SPACE  # the highest column's number stands above it
    pitch = min(60.0, (WIDTH - 20) / max(1, len(bins)))
    most = max((one.count for one in bins), default=1)
    drawn = []
    for at, one in enumerate(bins):
        height = max(1.5, _COLUMN_SPACE * one.count / most) if one.count else 0.0
        words = f"{_edge(one.low)} to {_edge(one.high)}: {count(one.count)}"
        value = _compact(one.count) if one.count else ""
        x = 10 + at * pitch + 1
        drawn.append(Column(_r(x), _r(base - height), _r(pitch - 2), _r(height), value, words))
    edges = [one.low for one in bins] + [one.high for one in bins[-1:]]
    every = -(-len(edges) // _SHOWN_TICKS)
    ticks = [
        Tick(_r(10 + at * pitch), _edge(edge)) for at, edge in enumerate(edges) if at % every == 0
    ]
    words = "; ".join(one.words for one in drawn if one.height)
    return Columns(base + 20, base, _r(10 + len(bins) * pitch), tuple(drawn), tuple(ticks), words)


def rows(counts: Mapping[str, int]) -> Rows:
    """The largest counts as a list of bars, the rest as one bar `other`."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = ranked[:_MOST_ROWS], ranked[_MOST_ROWS:]
    if rest:
        shown.append((f"{len(rest)} {_OTHER}", sum(number for _, number in rest)))
    whole = sum(counts.values())
    most = max((number for _, number in shown), default=1)
    space = WIDTH - _ROW_LABEL - _ROW_VALUE
    drawn = tuple(
        Row(
            at * _ROW_PITCH,
            _r(max(1.5, space * number / most)),
            label,
            f"{count(number)} · {share(number, whole)}",
        )
        for at, (label, number) in enumerate(shown)
    )
    words = "; ".join(f"{row.label}: {row.value}" for row in drawn)
    return Rows(len(drawn) * _ROW_PITCH, _ROW_LABEL, drawn, words)


def flow(parts: Sequence[tuple[str, str, int]]) -> Flow:
    """(kind, label, count) of all parts, from top to bottom."""
    whole = sum(number for *_, number in parts)
    bands = []
    left = right = 0.0
    for kind, label, number in parts:
        height = max(2.0, _FLOW_SPACE * number / max(1, whole))
        slot = max(height, _FLOW_SLOT)
        y = right + (slot - height) / 2
        value = f"{count(number)} · {share(number, whole)}"
        path = _ribbon(left, y, height)
        bands.append(Band(kind, label, value, _r(y), _r(height), _r(y + height / 2), path))
        left += height
        right += slot + 6
    words = "; ".join(f"{band.label}: {band.value}" for band in bands)
    return Flow(_r(max(left, right)), _FLOW_FROM, _FLOW_TO, _r(left), tuple(bands), words)


def _ribbon(left: float, right: float, height: float) -> str:
    """An SVG path from the left block at `left` to the right one at `right`, `height` high."""
    start, end, bend = _FLOW_FROM, _FLOW_TO, (_FLOW_FROM + _FLOW_TO) / 2
    return (
        f"M{start} {left:.1f}C{bend} {left:.1f} {bend} {right:.1f} {end} {right:.1f}"
        f"V{right + height:.1f}"
        f"C{bend} {right + height:.1f} {bend} {left + height:.1f} {start} {left + height:.1f}Z"
    )


def _edge(value: float) -> str:
    return _compact(int(value)) if value == int(value) and value > 1 else f"{value:g}"


def _compact(number: int) -> str:
    """1,234,567 as 1.2M: what fits above a column."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            value = number / size
            return f"{value:.0f}{unit}" if value >= 10 else f"{value:.1f}{unit}".replace(".0", "")
    return str(number)


def _r(value: float) -> float:
    return round(value, 1)
