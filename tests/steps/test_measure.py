"""What is measured of a document's history: whether it can be undone, and what was cut."""

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.decode import hash_of
from pipeline.recipe import Recipe
from pipeline.stages.boilerplate import BoilerplateSettings
from pipeline.steps.ingest import decoded_hash
from pipeline.steps.measure import measure

COLUMNS = pa.schema([field.with_nullable(True) for field in schema.REPAIRED])


def edit(start: int, before: str, after: str, stage: str = "boilerplate") -> dict[str, Any]:
    return {"stage": stage, "rule": "r", "start": start, "before": before, "after": after}


def row(text: str | None, decoded: str | None, *edits: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": text,
        "decoded_hash": None if decoded is None else decoded_hash(decoded),
        "edits": [*edits],
        "verdict": None if text else "undecodable",
        "language": "en",
        "language_score": 1.0,
    }


def measured(*rows: dict[str, Any], recipe: Recipe | None = None) -> pa.Table:
    """The rows' measures; the rows are cut out of a longer table."""
    table = pa.Table.from_pylist([row("first, öfter", "other", edit(0, "", "f")), *rows], COLUMNS)
    (done,) = measure(table[1:], recipe=recipe or Recipe())
    return done


def test_a_history_is_reversible_only_if_it_leads_back_to_the_decoded_text() -> None:
    cases = [
        (row("as it came, größer", "as it came, größer"), True),
        (row("not as it came", "as it came"), False),
        (row("LOUD now", "quiet now", edit(0, "quiet", "LOUD")), True),
        (row("LOUD now", "calm now", edit(0, "quiet", "LOUD")), False),
        (row("soft now", "quiet now", edit(0, "quiet", "LOUD")), False),
        (row("", ""), True),
        (row("no hash", None), False),
        (row(None, None), None),
        (row("港の地図", "港の地図"), True),
    ]
    found = measured(*(case for case, _ in cases))["reversible"].to_pylist()
    assert found == [wanted for _, wanted in cases]


def test_bytes_are_restored_only_if_the_text_encodes_back_to_them() -> None:
    told = '{"encoding": "cp1252", "byte": 3}'
    read = edit(3, "\ufffd", "é", "decode") | {"rule": "cp1252-stretch", "evidence": told}

    def of(raw: bytes, encoding: str, *columns: Any, lossless: bool = True) -> dict[str, Any]:
        return row(*columns) | {
            "bytes_hash": hash_of(raw),
            "encoding": encoding,
            "byte_order_mark": False,
            "lossless": lossless,
        }

    cases = [
        (row("as it came", "as it came") | {"lossless": True}, True),
        (row("not as it came", "as it came") | {"lossless": True}, False),
        (row("as it came", "as it came") | {"lossless": False}, None),
        (of(b"caf\xe9", "cp1252", "café", "café"), True),
        (of(b"caf\x82", "cp850", "café", "café"), True),
        (of(b"caf\xe8", "cp1252", "café", "café"), False),
        (of("часы".encode("cp1251"), "cp1252", "часы", "часы"), False),
        (of(b"caf\xe9", "utf-8", "café", "caf\ufffd", read), True),
        (of(b"caf\xe9", "utf-8", "cafe", "caf\ufffd", read), False),
        (row(None, None) | {"lossless": False}, None),
    ]
    found = measured(*(case for case, _ in cases))["bytes_restored"].to_pylist()
    assert found == [wanted for _, wanted in cases]


def test_code_points_cut_as_boilerplate_are_counted() -> None:
    cases = [
        (row("kept", "kept"), 0),
        (row("kept", "kept größer", edit(4, " größer", "")), 7),
        (row("a c", "a b c d", edit(2, "b ", ""), edit(5, " d", "")), 4),
        (row("LOUD", "quiet", edit(0, "quiet", "LOUD", "mojibake")), 0),
        (row(None, None), 0),
    ]
    done = measured(*(case for case, _ in cases))
    assert done["cut_chars"].to_pylist() == [wanted for _, wanted in cases]
    assert done["edit_count"].to_pylist() == [0, 1, 2, 1, 0]


def test_what_loses_more_than_its_share_is_flagged() -> None:
    rows = [
        row("four", "four"),
        row("four", "four and", edit(4, " and", "")),
        row("four", "four and more", edit(4, " and more", "")),
        row("four", "four and more", edit(4, " and more", "", "repeats")),
        row("four", "four and more", edit(4, " and more", "", "mojibake")),
    ]
    flags = measured(*rows)["heavily_cut"].to_pylist()
    assert flags == [False, False, True, True, False]
    mild = Recipe(boilerplate=BoilerplateSettings(max_cut_share=0.9))
    assert measured(*rows, recipe=mild)["heavily_cut"].to_pylist() == [False] * 5


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.none(), max_size=5))
def test_texts_without_edits_are_hashed_as_they_were_at_ingest(texts: list[str | None]) -> None:
    done = measured(*(row(text, text) for text in texts))
    assert done["reversible"].to_pylist() == [None if text is None else True for text in texts]
