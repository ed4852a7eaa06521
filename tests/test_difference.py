"""Where two texts differ: in words, in order, and within bounded work."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import difference as differences
from pipeline.difference import changed_lines, changed_words, difference

CASES = [
    pytest.param("the cat sat", "the dog sat", ["the [-cat-]{+dog+} sat"], id="a word"),
    pytest.param("a bell", "a bell rang", ["a bell{+ rang+}"], id="only what is new"),
    pytest.param("a loud bell", "a bell", ["a [-loud -]bell"], id="only what is gone"),
    pytest.param("Wet paint", "WET PAINT", ["[-Wet paint-]{+WET PAINT+}"], id="case"),
    pytest.param("one\ntwo", "one two", ["one[-\n-]{+ +}two"], id="blanks, and not their words"),
    pytest.param("cats run", "dogs run", ["[-cats-]{+dogs+} run"], id="never parts of words"),
    pytest.param("それは犬です", "それは猫です", ["それは[-犬-]{+猫+}です"], id="no blanks"),
    pytest.param(
        "red sky\nat night\nwe sail",
        "red sky\nat dawn\nwe sailed",
        ["red sky\nat [-night-]{+dawn+}\nwe sail", "ky\nat night\nwe [-sail-]{+sailed+}"],
        id="two changes, each with what the first text has around it",
    ),
    pytest.param("", "new", ["{+new+}"], id="nothing before"),
    pytest.param("old", "", ["[-old-]"], id="nothing after"),
    pytest.param("the same", "the same", [], id="no difference"),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_changes_are_words(before: str, after: str, expected: list[str]) -> None:
    found = difference(before, after)
    shown = [
        c.left[-15:]
        + (f"[-{c.cut}-]" if c.cut else "")
        + (f"{{+{c.put}+}}" if c.put else "")
        + c.right
        for c in found.changes
    ]
    assert shown == expected
    assert not found.more


def test_only_the_first_changes_are_given_and_the_rest_is_counted() -> None:
    before = " ".join(f"left{n} gone{n}" for n in range(15))
    found = difference(before, before.replace("gone", "new"), 4)
    assert [change.cut for change in found.changes] == [f"gone{n}" for n in range(4)]
    assert found.more == 11


def made_again(before: str, after: str) -> str:
    """`after`, out of `before` and what changed."""
    made, at = [], 0
    for start, stop, put_start, put_stop in changed_words(before, after):
        assert at <= start <= stop
        assert (start, put_start) < (stop, put_stop)
        made += [before[at:start], after[put_start:put_stop]]
        at = stop
    return "".join([*made, before[at:]])


TEXTS = st.lists(st.sampled_from(["a", "b ", "cd", " ", "\n", "犬", "é", ".", "\u2028"])).map(
    "".join
)


@given(TEXTS, TEXTS)
def test_the_changes_make_one_text_of_the_other(before: str, after: str) -> None:
    assert made_again(before, after) == after


@given(st.integers(0, 400), TEXTS, TEXTS)
def test_they_do_when_difflib_may_do_no_more(left: int, before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(differences, "_ALL", left)
        patched.setattr(differences, "_STRETCH", 20)
        assert made_again(before, after) == after


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_changed_lines_are_all_that_differ(before: list[str], after: list[str]) -> None:
    rest, others = list(before), list(after)
    for a, b, c, d in reversed(list(changed_lines(before, after))):
        del rest[a:b], others[c:d]
    assert rest == others


def prose(words: int) -> list[str]:
    known = ["".join(random.Random(n).choices("aeioulmnrst", k=6)) for n in range(5_000)]
    return random.Random(1).choices(known, k=words)


@pytest.mark.parametrize(("words", "in_a_line"), [(1_500_000, 12), (200_000, 200_000)])
def test_changes_in_a_large_text_are_all_found(words: int, in_a_line: int) -> None:
    """Ten megabytes, and one line of a megabyte in which hardly a word stands once."""
    before = prose(words)
    after = list(before)
    for place in range(100, words, words // 200):
        after[place] = "otherwise"
    text, other = (
        "\n".join(" ".join(each[at : at + in_a_line]) for at in range(0, words, in_a_line))
        for each in (before, after)
    )
    found = difference(text, other)
    assert [change.put for change in found.changes] == ["otherwise"] * 10
    assert len(found.changes) + found.more == len(range(100, words, words // 200))


def test_texts_that_nothing_divides_are_one_change() -> None:
    """Nothing stands once, neither a word nor a run of words."""
    before, after = "tick " * 300_000 + "end", "tock " * 200_000 + "tick " * 50_000 + "end"
    (change,) = difference(before, after).changes
    assert change.cut.split() == ["tick"] * 250_000
    assert change.put.split() == ["tock"] * 200_000
