"""Edits are applied in one place and can always be taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Edit, EditError, apply, history, restore


@st.composite
def texts_with_proposals(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """Any text and any edits of it that do not overlap, in any order."""
    text = draw(st.text(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    edits = [
        Edit("stage", f"rule-{n}", a, text[a:b], draw(st.text(max_size=6)))
        for n, (a, b) in enumerate(pairs)
    ]
    return text, draw(st.permutations(edits))


@given(texts_with_proposals())
def test_restore_takes_back_what_apply_did(case: tuple[str, list[Edit]]) -> None:
    text, proposals = case
    changed, ledger = apply(text, proposals)
    assert restore(changed, ledger) == text
    assert {edit for edit in proposals if edit.before != edit.after} == set(ledger)


@given(texts_with_proposals(), st.data())
def test_several_stages_are_taken_back_in_turn(
    case: tuple[str, list[Edit]], data: st.DataObject
) -> None:
    text, proposals = case
    first, ledger = apply(text, proposals)
    at = data.draw(st.integers(0, len(first)))
    after, more = apply(first, [Edit("second", "r", at, first[at : at + 3], "…")])
    whole = (*ledger, *more)
    assert restore(after, whole) == text
    states = history(after, whole)
    assert states[0][1] == text
    assert states[-1] == ("", after)
    if ledger and more:
        assert states[1] == ("second", first)


def test_edits_of_the_same_place_are_refused() -> None:
    with pytest.raises(EditError, match="overlap at character 2"):
        apply("abcdef", [Edit("s", "r", 0, "abc", "x"), Edit("s", "r", 2, "cd", "y")])


def test_an_edit_that_does_not_fit_is_refused() -> None:
    with pytest.raises(EditError, match="expected 'x' at character 1, found 'b'"):
        apply("abc", [Edit("s", "r", 1, "x", "y")])


def test_a_ledger_of_another_text_is_refused() -> None:
    with pytest.raises(EditError, match="does not fit"):
        restore("another text", [Edit("s", "r", 3, "old", "new")])


def test_an_edit_that_changes_nothing_leaves_no_trace() -> None:
    assert apply("abc", [Edit("s", "r", 1, "b", "b")]) == ("abc", ())
