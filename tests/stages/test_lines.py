"""Lines are cut out whole, with the blank ones that would be left over."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Edit, apply, restore
from pipeline.stages.lines import cuts


def cut(text: str, *gone: str) -> str:
    """The text without these lines, each cut by itself; it can be taken back."""
    lines = text.split("\n")
    marks = [str(at) if line in gone else "" for at, line in enumerate(lines)]
    edits = [Edit("s", cut.mark, cut.start, cut.before, "") for cut in cuts(text, lines, marks)]
    new, made = apply(text, edits)
    assert restore(new, made) == text
    assert len(made) == sum(map(bool, marks))
    return new


def test_blank_lines_go_with_what_stood_between_them() -> None:
    assert cut("menu\n\nOne.\n\nTwo.", "menu") == "One.\n\nTwo."
    assert cut("One.\n\nad\n\nTwo.", "ad") == "One.\n\nTwo."
    assert cut("One.\n\nfoot\nfoot too", "foot", "foot too") == "One."
    assert cut("One.\n\nfoot\n", "foot") == "One."
    assert cut("a\nb\nc", "b") == "a\nc"
    assert cut("a\n\nb", "a", "b") == ""


@given(st.lists(st.sampled_from(["", " ", "own", "own too", "menu", "foot"]), max_size=9))
def test_the_other_lines_stay_in_order(lines: list[str]) -> None:
    left = cut("\n".join(lines), "menu", "foot").split("\n")
    assert [line for line in left if line.strip()] == [x for x in lines if "own" in x]
