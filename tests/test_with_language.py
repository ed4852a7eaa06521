"""Which documents are asked for their language, and when again."""

import pyarrow as pa

from pipeline import schema
from pipeline.steps.repair import with_language

ENGLISH = "The tide tables hang beside the door of the harbour office."
FRENCH = "Le marché s’installe sous les arcades dès que la pluie commence."


def rows(**columns: list[object]) -> pa.Table:
    kinds = {"text": pa.string(), "verdict": pa.string(), "metadata": pa.string()}
    return pa.table({name: pa.array(columns[name], kind) for name, kind in kinds.items()})


def test_documents_without_a_verdict_are_asked() -> None:
    table = rows(
        text=[ENGLISH, None, FRENCH, FRENCH],
        verdict=[None, "undecodable", "malformed", None],
        metadata=['{"lang": "en"}', '{"lang": "en"}', "{}", '{"language": "nl"}'],
    )
    found = with_language(table.slice(1).combine_chunks(), None)
    whole = with_language(table)
    assert whole["language"].to_pylist() == ["en", None, None, "fr"]
    assert whole["language_agrees"].to_pylist() == [True, None, None, False]
    assert whole["declared_language"].to_pylist() == ["en", "en", None, "nl"]
    assert found.to_pylist() == whole.slice(1).to_pylist()


def test_some_are_asked_again_and_the_others_keep_what_was_found() -> None:
    first = with_language(rows(text=[ENGLISH, ENGLISH], verdict=[None] * 2, metadata=["{}"] * 2))
    changed = first.set_column(0, "text", pa.array([FRENCH, FRENCH]))
    found = with_language(changed, again=pa.chunked_array([[True, False]]))
    assert found["language"].to_pylist() == ["fr", "en"]
    assert with_language(changed, again=pa.chunked_array([[False, False]])) is changed


def test_columns_have_the_types_of_the_schema() -> None:
    for count in (0, 2):
        found = with_language(
            rows(text=[ENGLISH] * count, verdict=[None] * count, metadata=["{}"] * count)
        )
        for field in schema._LANGUAGE:
            assert found[field.name].type == field.type
