"""A text and what was done to it: `Edit`, and `apply` and `restore`, the only writers.

What belongs here: the edit, how edits change a text and how they are taken back.
What does not: deciding which edits to make (stages), storing them (store).

Offsets count Unicode code points, as Python strings do, in the text as the edit's stage found it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby


class EditError(ValueError):
    """An edit does not fit the text that it is meant for."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: at `start` of the text that `stage` found, `before` became `after`.

    evidence: what speaks for it, as a JSON object; empty where the rule says it all.
    """

    stage: str
    rule: str
    start: int
    before: str
    after: str
    evidence: str = ""


def apply(text: str, proposals: Iterable[Edit]) -> tuple[str, tuple[Edit, ...]]:
    """Make the proposed edits of one stage.

    Returns the new text and the edits made, in order of `start`; an edit that changes nothing is
    left out. All offsets refer to `text`.
    Raises `EditError` where edits overlap or `before` is not what stands at `start`.
    """
    edits = tuple(sorted((e for e in proposals if e.before != e.after), key=_place))
    if not edits:
        return text, ()
    pieces: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at:
            raise EditError(f"{edit.stage}/{edit.rule}: edits overlap at character {edit.start}")
        end = edit.start + len(edit.before)
        if text[edit.start : end] != edit.before:
            found = text[edit.start : end]
            raise EditError(
                f"{edit.stage}/{edit.rule}: expected {edit.before[:40]!r} "
                f"at character {edit.start}, found {found[:40]!r}"
            )
        pieces += (text[at : edit.start], edit.after)
        at = end
    pieces.append(text[at:])
    return "".join(pieces), edits


def restore(text: str, ledger: Sequence[Edit]) -> str:
    """Take all edits of a document back, last stage first: the text as it was decoded.

    `ledger` is in the order in which the edits were made, each stage's edits together.
    Raises `EditError` where the ledger does not belong to the text.
    """
    return history(text, ledger)[0][1]


def history(text: str, ledger: Sequence[Edit]) -> list[tuple[str, str]]:
    """The text as each stage found it, in order, then the text as it is: (stage, text) pairs.

    The last pair's stage is the empty string. Without edits it is the only pair.
    Raises `EditError` where the ledger does not belong to the text.
    """
    states = [("", text)]
    stages = [(stage, list(edits)) for stage, edits in groupby(ledger, key=lambda e: e.stage)]
    for stage, edits in reversed(stages):
        states.append((stage, _undo(states[-1][1], edits)))
    return states[::-1]


def _undo(text: str, edits: Sequence[Edit]) -> str:
    """The text as the stage of `edits` found it."""
    pieces: list[str] = []
    at = grown = 0
    for edit in edits:
        start = edit.start + grown
        end = start + len(edit.after)
        if start < at or text[start:end] != edit.after:
            raise EditError(
                f"{edit.stage}/{edit.rule}: the ledger does not fit the text at character {start}: "
                f"expected {edit.after[:40]!r}, found {text[start:end][:40]!r}"
            )
        pieces += (text[at:start], edit.before)
        at = end
        grown += len(edit.after) - len(edit.before)
    pieces.append(text[at:])
    return "".join(pieces)


def _place(edit: Edit) -> tuple[int, int]:
    return edit.start, len(edit.before)
