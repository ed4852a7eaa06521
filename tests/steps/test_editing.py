"""A stage over a batch: what it proposes is done and written down, all else stays as it came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipeline import schema
from pipeline.document import Edit
from pipeline.steps.editing import reject, run_stage

EARLIER = {"stage": "earlier", "rule": "r", "start": 0, "before": "", "after": "x", "evidence": ""}
COLUMNS = pa.schema([schema.RAW.field(n) for n in ("doc_id", "text", "verdict", "reason", "edits")])


@dataclass(frozen=True)
class Shout:
    """Makes one word loud; fails on another."""

    name: str = "shout"

    def screen(self, texts: pa.Array) -> pa.Array:
        return pc.match_substring_regex(texts, "quiet|strange|calm")

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        if "strange" in text:
            raise ValueError("too strange")
        if "mistake" in text:
            raise TypeError("ours")
        at = text.find("quiet")
        if at >= 0:
            yield Edit(self.name, f"in-{language}", at, "quiet", "LOUD")


@dataclass(frozen=True)
class ShoutTogether(Shout):
    """The same for many texts at once: one strange text and none is looked at."""

    def propose_all(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> Iterator[Iterator[Edit]]:
        if any("strange" in text for text in texts):
            raise ValueError("too strange for all")
        for text, language in zip(texts, languages, strict=True):
            yield self.propose(text, language)


def row(
    text: str | None, verdict: str | None = None, edits: tuple[Any, ...] = ()
) -> dict[str, Any]:
    return {"doc_id": "d", "text": text, "verdict": verdict, "reason": verdict, "edits": [*edits]}


def table(*rows: dict[str, Any]) -> pa.Table:
    """The rows, cut out of a longer table and in two chunks."""
    whole = pa.Table.from_pylist([row("quiet before"), *rows], COLUMNS)[1:]
    half = len(rows) // 2
    return pa.concat_tables([whole[:half], whole[half:]])


def test_rows_are_changed_rejected_or_left_alone() -> None:
    done = run_stage(
        table(
            row("nothing to do", edits=(EARLIER,)),
            row("a quiet word"),
            row("strange and quiet"),
            row(None, "undecodable"),
            row("quiet but rejected", "language"),
            row("calm, and passed by mistake".replace("mistake", "chance")),
            row("quiet again", edits=(EARLIER,)),
        ),
        Shout(),
    )
    loud = {"stage": "shout", "rule": "in-und", "before": "quiet", "after": "LOUD"}
    loud["evidence"] = ""
    failed, why = "failed:shout", "ValueError: too strange"
    assert done.schema == COLUMNS
    assert [tuple(each.values())[1:] for each in done.to_pylist()] == [
        ("nothing to do", None, None, [EARLIER]),
        ("a LOUD word", None, None, [loud | {"start": 2}]),
        ("strange and quiet", failed, why, []),
        (None, "undecodable", "undecodable", []),
        ("quiet but rejected", "language", "language", []),
        ("calm, and passed by chance", None, None, []),
        ("LOUD again", None, None, [EARLIER, loud | {"start": 0}]),
    ]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "no rows"),
        ([row("plain")], "nothing that the screen lets through"),
        ([row(None, "undecodable")], "no text"),
    ],
)
def test_an_untouched_batch_comes_back_as_it_is(rows: list[dict[str, Any]], why: str) -> None:
    before = table(*rows)
    assert run_stage(before, Shout()) is before, why


def test_a_mistake_of_ours_stops_the_run() -> None:
    with pytest.raises(TypeError, match="ours"):
        run_stage(table(row("quiet mistake")), Shout())


def test_a_rejection_may_come_in_any_order_and_leaves_other_rows() -> None:
    before = table(row("a"), row("b", "language"), row("c"), row("d"))
    assert reject(before, {}, "failed:x") is before
    after = reject(before, {3: "last", 0: "first"}, "failed:x")
    assert after["verdict"].to_pylist() == ["failed:x", "language", None, "failed:x"]
    assert after["reason"].to_pylist() == ["first", "language", None, "last"]


def test_a_text_too_strange_for_a_batch_costs_itself_alone() -> None:
    rows = [row("quiet here"), row("a strange one"), row("and quiet there")]
    table = pa.Table.from_pylist(rows, COLUMNS)
    together, each = run_stage(table, ShoutTogether()), run_stage(table, Shout())
    assert together.to_pydict() == each.to_pydict()
    assert together["text"].to_pylist() == ["LOUD here", "a strange one", "and LOUD there"]
    assert together["verdict"].to_pylist() == [None, "failed:shout", None]
    assert together["reason"][1].as_py() == "ValueError: too strange"
