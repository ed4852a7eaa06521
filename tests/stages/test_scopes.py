"""What each scope asks for beyond a match, on small pages of which every line is named."""

from collections.abc import Iterable

import pytest

from pipeline.rules import BoilerplateRule
from pipeline.stages.rulebook import Mark
from pipeline.stages.scopes import LINK_RUN, cut_lines, is_link, is_prose

PROSE = "The tide had gone out further than anyone remembered, and the boats lay on their sides."


def marked(lines: Iterable[str]) -> list[Mark]:
    """`scope: words` marks a line with a rule of that scope."""
    return [
        Mark(at, BoilerplateRule(scope, "en", scope, (), "x", "", (), ()), {})
        for at, line in enumerate(lines)
        for scope in ("line", "top", "end", "head", "tail", "block")
        if line.startswith(f"{scope}:")
    ]


CASES = [
    pytest.param(["line: a", PROSE, "line: b"], ["line", "", "line"], id="a line goes anywhere"),
    pytest.param(
        ["top: a", "line: x", PROSE, "top: b"],
        ["top", "line", "", ""],
        id="top: above the first paragraph",
    ),
    pytest.param(["top: a", "x", PROSE], ["", "", ""], id="not alone"),
    pytest.param(["end: a", PROSE, "end: b"], ["", "", "end"], id="end: below the last paragraph"),
    pytest.param(["top: a", "end: b"], ["", ""], id="without a paragraph there is no edge"),
    pytest.param(["head: a", PROSE], ["head", ""], id="a head"),
    pytest.param(["x", "", "head: a", PROSE], ["head", "head", "head", ""], id="what stands above"),
    pytest.param([PROSE, "head: a", PROSE], ["", "", ""], id="no head below a paragraph"),
    pytest.param([PROSE, "tail: a", "x"], ["", "tail", "tail"], id="a tail and what follows"),
    pytest.param([PROSE, "tail: a", PROSE], ["", "", ""], id="no tail above a paragraph"),
    pytest.param(
        [PROSE, "tail: a", *["a line of verse"] * 13], [""] * 15, id="no tail above many lines"
    ),
    pytest.param(
        [PROSE, "tail: a", *["a line", "a line", "block: b"] * 5],
        ["", *["tail"] * 16],
        id="unless rules know enough of them",
    ),
    pytest.param([PROSE, "block: a", "block: b", PROSE], [""] * 4, id="two links are no block"),
    pytest.param(
        [PROSE, "block: a", "", "block: b", "block: c", PROSE],
        ["", "block", "", "block", "block", ""],
        id="three links are, over blank lines",
    ),
    pytest.param(
        [PROSE, "block: a", "x", "block: b", "block: c", PROSE],
        ["", "block", "", "block", "block", ""],
        id="between paragraphs only what rules know goes",
    ),
    pytest.param(
        [PROSE, *["block: a"] * 3, *["x"] * 4, PROSE], [""] * 9, id="and only if it is half of all"
    ),
    pytest.param(
        [PROSE, *["block: a"] * 3, *["x"] * 4],
        ["", *["block"] * 3, *[LINK_RUN] * 4],
        id="at an edge the whole run goes",
    ),
    pytest.param(
        ["x", *["block: a"] * 3, "A title of four words", "x", "y", "", PROSE],
        [LINK_RUN, *["block"] * 3, "", LINK_RUN, "", "", ""],
        id="but not what may be a title: the last line, and those of many words",
    ),
    pytest.param(
        [PROSE, *["block: a"] * 3, *["x"] * 28],
        [""] * 32,
        id="but not a long list of unknown lines",
    ),
    pytest.param(
        ["block: a", "He said no.", "block: b", "block: c"], [""] * 4, id="a sentence parts runs"
    ),
    pytest.param(
        [PROSE, "tail: a", "x", "tail: b", "y"],
        ["", *["tail"] * 4],
        id="a form inside another's",
    ),
]


@pytest.mark.parametrize(("lines", "wanted"), CASES)
def test_scopes(lines: list[str], wanted: list[str]) -> None:
    cut = cut_lines(lines, marked(lines))
    assert cut == wanted
    left = [line for line, rule in zip(lines, cut, strict=True) if not rule]
    assert not any(cut_lines(left, marked(left))), "what remains is left alone"


@pytest.mark.parametrize(
    ("line", "prose"),
    [
        (PROSE, True),
        (PROSE.removesuffix("."), False),
        (f"“{PROSE}”", True),
        ("Short, and no paragraph.", False),
        ("潮がこれまで誰も覚えていないほど遠くまで引き、船は横倒しになっていた。", True),
        ("潮が引いた。", False),
        ("น้ำลดลงไปไกลกว่าที่ใครๆจะจำได้และเรือทั้งหลายก็นอนตะแคงอยู่บนชายหาดที่เปียกชื้นและเงียบสงบ", True),
        ("หน้าแรก", False),
    ],
)
def test_a_paragraph(line: str, prose: bool) -> None:
    assert is_prose(line) is prose


@pytest.mark.parametrize(
    ("line", "link"),
    [
        ("About us", True),
        ("The tide went out.", False),
        ("seven words are too many for links", False),
        ("", False),
    ],
)
def test_a_link(line: str, link: bool) -> None:
    assert is_link(line) is link
