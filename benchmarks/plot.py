"""results.svg: ours against theirs, megabytes a second on a scale of powers of ten.

What belongs here: which rows the picture shows, and the SVG, by hand. What does not: numbers.
"""

import math
from collections.abc import Iterator
from html import escape

from benchmarks.target import Measured

# (title, rows); the first row of a group is ours.
GROUPS = (
    (
        "From raw files to Parquet",
        (
            "all steps",
            "datatrove chain (str.split)",
            "datatrove chain (its whitespace)",
            "datatrove chain (default)",
            "plain Arrow copy",
        ),
    ),
    (
        "Near-duplicate signatures",
        (
            "signatures",
            "rensa batch (words)",
            "rensa batch (word 5-grams)",
            "datasketch update_batch",
            "datatrove MinHash signature (default)",
        ),
    ),
    ("Language", ("language", "datatrove language", "langdetect.detect")),
    ("Mojibake", ("stage: mojibake", "ftfy.fix_text", "datatrove ftfy")),
)
_WIDTH, _LEFT, _RIGHT, _ROW, _GROUP = 720, 250, 80, 20, 34
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #59636c }
.title { font-weight: 600; fill: #23282d }
.grid { stroke: #8a949c; stroke-opacity: .3 }
.ours { fill: #1d6b66 } .theirs { fill: #b9872f }
line.ours { stroke: #1d6b66; stroke-width: 3 } line.theirs { stroke: #b9872f; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #a2abb2 } .title { fill: #e5e3dd }
  .ours { fill: #6fc2ba } line.ours { stroke: #6fc2ba }
}
"""


def plot(measured: Measured) -> str:
    """The picture; rows that were not measured are left out."""
    rates = {name: rate[0] for name, rate in measured["one"].items()}
    groups = [(title, [name for name in names if name in rates]) for title, names in GROUPS]
    shown = [rates[name] for _, names in groups for name in names]
    low = math.floor(math.log10(min(shown)))
    high = math.ceil(math.log10(max(shown)))
    height = 30 + sum(_GROUP + _ROW * len(names) for _, names in groups)
    return "\n".join(_svg(groups, rates, (low, high), height)) + "\n"


def _svg(
    groups: list[tuple[str, list[str]]],
    rates: dict[str, float],
    scale: tuple[int, int],
    height: int,
) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="Megabytes of text a second on one core">'
    )
    yield f"<style>{_STYLE}</style>"
    for power in range(scale[0], scale[1] + 1):
        x = _x(10**power, scale)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{height - 22}"/>'
        yield f'<text x="{x:.1f}" y="{height - 6}" text-anchor="middle">{10.0**power:g} MB/s</text>'
    y = 0
    for title, names in groups:
        y += _GROUP
        yield f'<text class="title" x="8" y="{y - 8}">{escape(title)}</text>'
        for name in names:
            ours = name == names[0]
            kind = "ours" if ours else "theirs"
            label = f"{escape(name)}{' (ours)' * ours}"
            middle, end = y + _ROW / 2, _x(rates[name], scale)
            yield (
                f'<text x="{_LEFT - 8}" y="{middle + 4}" text-anchor="end">{label}</text>'
                f'<line class="{kind}" x1="{_LEFT}" x2="{end:.1f}" y1="{middle}" y2="{middle}"/>'
                f'<circle class="{kind}" cx="{end:.1f}" cy="{middle}" r="5"/>'
                f'<text x="{end + 9:.1f}" y="{middle + 4}">{rates[name]:,.3g}</text>'
            )
            y += _ROW
    yield "</svg>"


def _x(rate: float, scale: tuple[int, int]) -> float:
    share = (math.log10(rate) - scale[0]) / max(1, scale[1] - scale[0])
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)
