"""The likeliest encoding of bytes that are not UTF-8, or why there is none.

What belongs here: the decision, and its evidence in words. What does not: the costs it is made by
(ranking), files of several encodings (mixed).
"""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

from pipeline.decode.candidates import WIDE, candidates, named
from pipeline.decode.declared import readings
from pipeline.decode.likelihood import cost_of, dearness
from pipeline.decode.looks import binary_bytes, controls, full_of_control_bytes
from pipeline.decode.ranking import Ranked, rank
from pipeline.decode.result import Declared, Decoded, Undecodable
from pipeline.decode.window import Window, window_of

# A declared encoding may be so much less likely than the likeliest: at all, and for each byte
# beyond ASCII. A wrong one that can be told by its letters costs three nats and more a letter.
_BELIEVED, _BELIEVED_A_BYTE = 16.0, 0.35
# The chances of several readings are taken from the costs divided by this, since pairs of letters
# are no independent witnesses; fitted by `make bench-encodings`, as is the most that is claimed.
_SOFTEN, _MOST_SURE = 4.0, 0.99
# Readings that are named beside the one taken where they read the text alike.
_ALIKE, _ALIKE_COST = 3, 12.0
# In UTF-16 any bytes are some text; what costs more nats a character is none: Chinese words cost 7,
# letters of any alphabet 8, bytes drawn at random 12.
_DEAREST_WIDE = 10.0


class Misfit(Undecodable):
    """The likeliest encoding does not fit all bytes.

    encoding: which. mark: the byte order mark that says so, empty where there is none.
    """

    def __init__(self, encoding: str, reason: str, mark: bytes = b"") -> None:
        self.encoding, self.mark = encoding, mark
        super().__init__(reason)


class _Choice(NamedTuple):
    text: str
    name: str
    evidence: str


def detect(
    raw: bytes, declared: Sequence[Declared] = (), families: Collection[str] = ()
) -> Decoded:
    """The text in its likeliest encoding; a declared one that fits is believed if it is nearly so.

    families: of encodings, only these; all where empty. Raises `Undecodable`, and `Misfit` where
    the likeliest does not fit all bytes.
    """
    window = window_of(raw)
    ranked = rank(window, families)
    if not ranked or _is_noise(window, ranked[0].name):
        raise Undecodable(f"looks binary{binary_bytes(raw)}")
    choice = _as_declared(raw, window, ranked, declared)
    if choice is None:
        try:
            choice = _as_detected(raw, ranked[0])
        except UnicodeDecodeError as error:
            if not window.whole:
                ranked = _together(ranked, rank(window_of(raw, error.start), families))
            try:
                choice = _as_detected(raw, ranked[0])
            except UnicodeDecodeError as again:
                raise _misfit(raw, ranked[0].name, again) from again
    found = controls(choice.text)
    if found:
        raise Undecodable(
            f"as {choice.name} it would be {found} control characters in {len(choice.text)}"
            f"{binary_bytes(raw)}"
        )
    runner_up, gap, alike = _others(window, choice.name, ranked)
    evidence = choice.evidence + (f"; reads alike in {', '.join(alike)}" if alike else "")
    sure = _MOST_SURE / (1 + math.exp(-gap / _SOFTEN)) if runner_up else _MOST_SURE
    lossless = encodes_back(choice.text, choice.name, raw)
    confidence = round(sure, 3)
    return Decoded(
        choice.text,
        choice.name,
        evidence,
        confidence,
        byte_order_mark=False,
        lossless=lossless,
        runner_up=runner_up,
    )


def _as_declared(
    raw: bytes, window: Window, ranked: Sequence[Ranked], outside: Sequence[Declared]
) -> _Choice | None:
    costs = {one.name: one.cost for one in ranked}
    limit = ranked[0].cost + _BELIEVED + _BELIEVED_A_BYTE * window.beyond_ascii
    for name, one in readings(outside, raw):
        cost = costs.get(named("wider").get(name, name))
        if cost is None:
            cost = cost_of(window.without_markup().read(name))[0]
        if cost > limit:
            continue
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        return _Choice(text, _wider(raw, text, name), f"declared as {one.name} ({one.where})")
    return None


def _as_detected(raw: bytes, best: Ranked) -> _Choice:
    """Raises `UnicodeDecodeError`."""
    text, name = raw.decode(best.name), best.name
    standard = named("standards").get(name)
    if standard is not None:
        try:
            narrow = raw.decode(standard)
        except UnicodeDecodeError:
            narrow = text
        if narrow != text:
            text, name = narrow, standard
    spoken = f" ({best.language})" if best.language else ""
    return _Choice(text, name, f"detected as {name}{spoken}")


def _wider(raw: bytes, text: str, name: str) -> str:
    """The encoding that holds all that this one does, where it reads the text alike."""
    wider = named("wider").get(name, name)
    return wider if raw.decode(wider, "replace") == text else name


def _misfit(raw: bytes, name: str, error: UnicodeDecodeError) -> Undecodable:
    found = controls(raw.decode(name, "replace"))
    place = f"byte {error.start} (0x{raw[error.start]:02X}) does not fit: {error.reason}"
    if found or (full_of_control_bytes(raw) and name not in _wide()):
        return Undecodable(f"looks binary{binary_bytes(raw)}; as {name}, {place}")
    return Misfit(name, f"looks like {name}, but {place}")


def _wide() -> set[str]:
    return {one.name for one in candidates() if one.family == WIDE}


def _together(ranked: Sequence[Ranked], more: Sequence[Ranked]) -> list[Ranked]:
    """The same encodings by their costs on both windows."""
    costs = {one.name: one for one in more}
    both = [
        Ranked(one.cost + costs[one.name].cost, one.name, one.language)
        for one in ranked
        if one.name in costs
    ]
    return sorted(both, key=lambda each: (each.cost, each.name)) or list(ranked)


def _is_noise(window: Window, name: str) -> bool:
    return name in _wide() and dearness(window.read_beginning(name)) > _DEAREST_WIDE


def _others(
    window: Window, name: str, ranked: Sequence[Ranked]
) -> tuple[str | None, float, list[str]]:
    """(the likeliest encoding that reads another text, by how much less likely, those that read
    the same).
    """
    text = _seen(window, name)
    wider = named("wider").get(name, name)
    cost = next((one.cost for one in ranked if one.name == wider), ranked[0].cost)
    alike: list[str] = []
    for one in ranked:
        if one.name in (name, wider):
            continue
        if _seen(window, one.name) != text:
            return one.name, one.cost - cost, alike
        if len(alike) < _ALIKE and one.cost - cost <= _ALIKE_COST:
            alike.append(one.name)
    return None, math.inf, alike


def _seen(window: Window, name: str) -> str:
    return window.read_beginning(name) if name in _wide() else window.read(name)


def encodes_back(text: str, name: str, raw: bytes) -> bool:
    """Whether the text in that encoding is these bytes."""
    try:
        return text.encode(name) == raw
    except UnicodeEncodeError:  # a codec that reads more than it writes
        return False
