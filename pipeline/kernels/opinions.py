"""What words say of a line and of the lines around it, as numbers for trees to ask for.

What belongs here: columns made of the sums of wordplaces. What does not: those sums (wordplaces),
other features (surroundings).
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import Offsets
from pipeline.kernels.wordplaces import PLACES

# An opinion is at most so strong, and where there is no line it is below all.
_MOST, _NONE = 6.0, -7.0
# Opinions from -2 to 2 count as 0 to 1 of a line's words, of which there are at most so many.
_SLOPE, _MOST_WORDS = 4.0, 60.0
_NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
_REACHES = (2, 5, 12, 30)
_SHARE_REACHES = (5, 15, 40)
OPINIONS = (
    *(f"said_{place}" for place in PLACES),
    "said",
    *(f"said_at{at:+d}" for at in _NEIGHBOURS),
    *(f"said_{side}{reach}" for reach in _REACHES for side in ("-", "+")),
    *(f"said_share_{reach}" for reach in _SHARE_REACHES),
    "said_page",
    "said_share_page",
)


def opinions(
    said: NDArray[np.float64], words: NDArray[np.float32], offsets: Offsets
) -> NDArray[np.float32]:
    """A row a line, a column for each of `OPINIONS`.

    said: of `wordplaces.sums`. words: how many each line has. offsets: where the lines of each page
    begin.
    """
    out = np.zeros((len(said), len(OPINIONS)), np.float32)
    for page in range(len(offsets) - 1):
        lines = slice(offsets[page], offsets[page + 1])
        _page(said[lines], words[lines], out[lines])
    return out


@compiled
def _page(
    places: NDArray[np.float64], words: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    count = len(places)
    said = np.zeros(count, np.float64)
    sums = np.zeros(count + 1, np.float64)
    likely, size = np.zeros(count + 1, np.float64), np.zeros(count + 1, np.float64)
    column = places.shape[1]
    out[:, :column] = places
    for n in range(count):
        said[n] = min(_MOST, max(-_MOST, places[n].sum()))
        sums[n + 1] = sums[n] + said[n]
        weight = min(words[n], _MOST_WORDS)
        size[n + 1] = size[n] + weight
        likely[n + 1] = likely[n] + weight * min(1.0, max(0.0, said[n] / _SLOPE + 0.5))
        out[n, column] = said[n]
    column += 1
    for at in _NEIGHBOURS:
        for n in range(count):
            out[n, column] = said[n + at] if 0 <= n + at < count else _NONE
        column += 1
    for reach in _REACHES:
        for n in range(count):
            out[n, column] = (sums[n] - sums[max(0, n - reach)]) / reach
            out[n, column + 1] = (sums[min(count, n + reach + 1)] - sums[n + 1]) / reach
        column += 2
    for reach in _SHARE_REACHES:
        for n in range(count):
            low, high = max(0, n - reach), min(count, n + reach + 1)
            out[n, column] = (likely[high] - likely[low]) / max(1.0, size[high] - size[low])
        column += 1
    for n in range(count):
        out[n, column] = sums[count] / count
        out[n, column + 1] = likely[count] / max(1.0, size[count])
