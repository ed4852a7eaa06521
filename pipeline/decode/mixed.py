"""Records that are mostly UTF-8, with stretches in an older encoding, or cut within a character.

What belongs here: finding the stretches, reading them, and the edits that say so. What does not:
records in one encoding (detect).

The text is what a strict reader of UTF-8 would show, one U+FFFD for each byte that does not fit;
the edits put the reading of each stretch in their place. The bytes follow from both.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from pipeline.decode.candidates import BYTES, SEVERAL
from pipeline.decode.characters import character
from pipeline.decode.likelihood import cost_of
from pipeline.decode.ranking import rank
from pipeline.decode.result import STAGE, Decoded
from pipeline.decode.window import WINDOW, Window, window_of
from pipeline.document import Edit, apply

TORN = "torn-character"
_STRAY = re.compile("[\udc80-\udcff]+")
_MULTIBYTE = re.compile("[^\x00-\x7f\udc80-\udcff]")
# The beginning of a character, at the very end; the end of one, at the very beginning.
_CUT_END = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")
_CUT_START = re.compile(rb"\A[\x80-\xbf]{1,3}")
_SURE_OF_UTF8 = 4  # characters, for what is left at an end to be half of one rather than a letter
# Nats: how much rarer mixed records are than those of one encoding.
_RARITY = 5.0
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_FEW = 8  # letters; a word or two in another script has as many
_TRIED = 6  # encodings of the stretches, by either sample
_CONFIDENCE = 0.95


class _Stretch(NamedTuple):
    """A part of the text: code points from `start` to `end`; name: its encoding, empty where the
    bytes are part of a character only.
    """

    start: int
    end: int
    name: str


def mixed(raw: bytes, skipped: int = 0) -> Decoded | None:
    """The text and edits of bytes that are not UTF-8 but mostly so; None where they are not.

    skipped: bytes of the record before these, for the places in the evidence.
    """
    marked = raw.decode("utf-8", "surrogateescape")
    stray = sum(len(found[0]) for found in _STRAY.finditer(marked))
    fitting = len(_MULTIBYTE.findall(marked))
    if not stray or fitting < stray:
        return None
    torn = _torn(raw, marked, fitting)
    names = [""]
    if stray > sum(one.end - one.start for one in torn):
        found = _STRAY.search(marked)
        window = window_of(raw, len(_bytes(marked[: found.start()])) if found else 0)
        names, gain = _best_first(window.without_markup(), _encodings(marked))
        if gain < _RARITY:
            return None
    for name in names:
        stretches = _stretches(marked, torn, name)
        if stretches is None:
            continue
        text = _as_shown(marked)
        edits = tuple(_edits(marked, stretches, skipped))
        if edits and not _is_strange(text, edits) and encoded(text, "utf-8", edits) == raw:
            return Decoded(
                text,
                "utf-8",
                _evidence(edits),
                _CONFIDENCE,
                byte_order_mark=False,
                lossless=True,
                misfits=stray,
                edits=edits,
            )
    return None


def _is_strange(text: str, edits: Sequence[Edit]) -> bool:
    """Whether the stretches have controls, or a few letters of a script that is nowhere else in the
    text: what any junk reads as in some encoding.
    """
    here = {"LATIN", *(character(ord(char)).script for char in set(text))}
    read = "".join(edit.after for edit in edits)
    if _CONTROL.search(read):
        return True
    strange = sum(char.isalpha() and character(ord(char)).script not in here for char in read)
    return 0 < strange < _FEW


def encoded(text: str, encoding: str, edits: Sequence[Edit]) -> bytes:
    """The bytes of a text in one encoding with stretches in others, which the edits name."""
    pieces, at = [], 0
    for edit in edits:
        told = json.loads(edit.evidence)
        pieces.append(text[at : edit.start].encode(encoding))
        if "bytes" in told:
            pieces.append(bytes.fromhex(told["bytes"]))
        else:
            pieces.append(edit.after.encode(told["encoding"]))
        at = edit.start + len(edit.before)
    pieces.append(text[at:].encode(encoding))
    return b"".join(pieces)


def as_replaced(raw: bytes) -> tuple[str, int] | None:
    """(text with one U+FFFD for each stray byte, how many) of bytes that are rather UTF-8 than not;
    None where they are not.
    """
    marked = raw.decode("utf-8", "surrogateescape")
    stray = sum(len(found[0]) for found in _STRAY.finditer(marked))
    if len(_MULTIBYTE.findall(marked)) <= stray:
        return None
    return _as_shown(marked), stray


def _as_shown(marked: str) -> str:
    return _STRAY.sub(lambda found: "\ufffd" * len(found[0]), marked)


def _bytes(marked: str) -> bytes:
    return marked.encode("utf-8", "surrogateescape")


def _torn(raw: bytes, marked: str, fitting: int) -> list[_Stretch]:
    """What is left of a character at either end."""
    found: list[_Stretch] = []
    if fitting < _SURE_OF_UTF8:
        return found
    first = _CUT_START.search(raw)
    if first and not _STRAY.match(marked, first.end()):
        found.append(_Stretch(0, first.end(), ""))
    last = _CUT_END.search(raw)
    if last:
        found.append(_Stretch(len(marked) - len(last[0]), len(marked), ""))
    return found


def _encodings(marked: str) -> list[str]:
    """The likeliest encodings of the bytes that do not fit, by the lines that have them: without
    what fits UTF-8 there, or with it, since by chance some may.
    """
    lines = "\n".join(line for line in marked.split("\n") if _STRAY.search(line))
    names: dict[str, None] = {}
    for sample in (_MULTIBYTE.sub(" ", lines[:WINDOW]), lines[:WINDOW]):
        ranked = rank(window_of(_bytes(sample)[:WINDOW]), (BYTES, SEVERAL))
        names |= dict.fromkeys(one.name for one in ranked[:_TRIED])
    return list(names)


def _best_first(window: Window, names: Sequence[str]) -> tuple[list[str], float]:
    """(the encodings that the stretches in the window can be in, the best first; how much better,
    in nats, it then reads than in any one encoding).
    """
    marked = window.joined.decode("utf-8", "surrogateescape")
    torn = _torn(window.joined, marked, len(marked))
    costs = {}
    for name in names:
        stretches = _stretches(marked, torn, name)
        if stretches is not None:
            text, _ = apply(_as_shown(marked), _edits(marked, stretches, 0))
            costs[name] = cost_of(text)[0]
    if not costs:
        return [], 0.0
    order = sorted(costs, key=lambda name: costs[name])  # stable: the likelier first where alike
    return order, rank(window)[0].cost - costs[order[0]]


def _stretches(marked: str, torn: Sequence[_Stretch], name: str) -> list[_Stretch] | None:
    """Where the text is in that encoding, in order; None where bytes do not fit that either."""
    found = list(torn)
    first = max((one.end for one in torn if one.start == 0), default=0)
    last = min((one.start for one in torn if one.end == len(marked)), default=len(marked))
    runs = [
        _Stretch(one.start(), min(one.end(), last), name)
        for one in _STRAY.finditer(marked, first)
        if one.start() < last
    ]
    for _, line in groupby(runs, key=partial(_line_of, marked)):
        stretches = _of_line(marked, list(line))
        if stretches is None:
            return None
        found += stretches
    return sorted(found)


def _line_of(marked: str, run: _Stretch) -> int:
    return marked.rfind("\n", 0, run.start)


def _of_line(marked: str, runs: Sequence[_Stretch]) -> list[_Stretch] | None:
    """The stretches of one line: runs with ASCII between them are one stretch, and so is all from
    the first run to the last, if that reads better than what fits UTF-8 in between.
    """
    apart: list[_Stretch] = []
    for run in runs:
        if apart and marked[apart[-1].end : run.start].isascii():
            apart[-1] = apart[-1]._replace(end=run.end)
        else:
            apart.append(run)
    whole = _fitted(marked, runs[0]._replace(end=runs[-1].end))
    parts = [_fitted(marked, one) for one in apart]
    fitting = [one for one in parts if one is not None]
    if len(fitting) < len(parts):
        return None if whole is None else [whole]
    if len(fitting) == 1 or whole is None:
        return fitting
    together = cost_of(_read(marked, whole))[0]
    text, at = "", whole.start
    for one in fitting:
        text += marked[at : one.start] + _read(marked, one)
        at = one.end
    return [whole] if together < cost_of(text)[0] else fitting


def _fitted(marked: str, one: _Stretch) -> _Stretch | None:
    """The stretch, with the ASCII byte after it where a character ends there; None where it does
    not fit its encoding.
    """
    for more in (0, 1):
        end = one.end + more
        if end <= len(marked) and marked[one.end : end].isascii():
            stretch = one._replace(end=end)
            try:
                read = _read(marked, stretch)
            except UnicodeDecodeError:
                continue
            if read.encode(one.name) == _bytes(marked[one.start : end]):
                return stretch
    return None


def _read(marked: str, one: _Stretch) -> str:
    return _bytes(marked[one.start : one.end]).decode(one.name)


def _edits(marked: str, stretches: Sequence[_Stretch], skipped: int) -> Iterator[Edit]:
    place, at = skipped, 0
    for one in stretches:
        place += len(_bytes(marked[at : one.start]))
        before = _as_shown(marked[one.start : one.end])
        raw = _bytes(marked[one.start : one.end])
        if one.name:
            told = json.dumps({"encoding": one.name, "byte": place})
            read = raw.decode(one.name)
            yield Edit(STAGE, f"{one.name}-stretch", one.start, before, read, told)
        else:
            told = json.dumps({"bytes": raw.hex(), "byte": place})
            yield Edit(STAGE, TORN, one.start, before, "", told)
        place, at = place + len(raw), one.end


def _evidence(edits: Sequence[Edit]) -> str:
    torn = [edit for edit in edits if edit.rule == TORN]
    read = [json.loads(edit.evidence) for edit in edits if edit.rule != TORN]
    words = "mixed: utf-8"
    if read:
        number = "a stretch" if len(read) == 1 else f"{len(read)} stretches, the first"
        words += f" with {read[0]['encoding']} in {number} at byte {read[0]['byte']}"
    for edit in torn:
        words += f", cut within a character at byte {json.loads(edit.evidence)['byte']}"
    return words
