"""Which of the lines that a site repeats go from one document."""

import pyarrow as pa
import pytest

from pipeline.document import apply
from pipeline.kernels.lines import lines_of
from pipeline.kernels.texts import texts_of
from pipeline.repeats.learned import learned
from pipeline.repeats.settings import RepeatSettings
from pipeline.stages.repeats import Repeats

SITE = "post.example"
NOTICE = "The views in these articles are not those of the people who print them for you."
COMMON = ("Home", "News | Sport | Weather", "Story continues below", "Log in", NOTICE)
RARE = ("Opinion", "Some of our readers have also sent us letters on the same thing, as you see.")
OWN = "The tide came in at six, and nobody in the village had thought of the boats that night."
MORE = "In the morning two of them lay on the road to the church, and the third was gone for good."


def stage(**settings: float) -> Repeats:
    rows = [
        {
            "site": SITE,
            "line": int(lines_of(texts_of(pa.array([line]))).hashes[0]),
            "share": share,
            "documents": 8,
            "of": 9,
            "elsewhere": 0,
        }
        for lines, share in ((COMMON, 0.9), (RARE, 0.2))
        for line in lines
    ]
    return Repeats(RepeatSettings(**settings), learned(rows))  # type: ignore[arg-type]


def stripped(text: str, site: str = SITE, repeats: Repeats | None = None) -> str:
    found = repeats or stage()
    edits = list(found.propose(text, site))
    mask = found.screen(pa.array([text]), pa.array([site]))
    assert mask.tolist()[0] or not edits
    assert all(edit.rule == "repeated-line" and edit.evidence for edit in edits)
    return apply(text, edits)[0]


def lines(*lines: str) -> str:
    return "\n".join(lines)


CUTS = [
    (("Home", "", OWN), (OWN,), "at the head"),
    ((OWN, "", NOTICE, "Log in"), (OWN,), "at the tail, a sentence too"),
    (("Home", "Boats adrift", "By Ann", "Opinion", OWN), ("Boats adrift", "By Ann", OWN), "title"),
    (
        ("Home", "Nobody in the village had thought of the boats", "Log in", OWN, MORE),
        ("Nobody in the village had thought of the boats", OWN, MORE),
        "below a long title",
    ),
    ((OWN, "", "Story continues below", "", MORE), (OWN, "", MORE), "short, among paragraphs"),
    (("HOME", "log  in", OWN), (OWN,), "case and blanks do not count"),
]
STAYS = [
    ((OWN, "", NOTICE, "", MORE), "a sentence among paragraphs may be quoted"),
    ((OWN, "", "Opinion", "", MORE), "a short line that few documents have"),
    ((RARE[1], "", OWN, MORE), "a sentence that few documents have"),
    (
        (
            NOTICE,
            "",
            "The tide came in, and nobody had thought of it.",
        ),
        "most of the text",
    ),
    (("Home", "Log in"), "all of the text"),
    (
        (
            OWN,
            "O the tide,",
            "it came in,",
            "Story continues below",
            "and the boats",
            "were gone.",
            MORE,
        ),
        "one of a verse",
    ),
    (("Home sweet home", "", OWN), "another line"),
]


@pytest.mark.parametrize(("before", "after", "why"), CUTS)
def test_what_goes(before: tuple[str, ...], after: tuple[str, ...], why: str) -> None:
    assert stripped(lines(*before)) == lines(*after), why
    assert stripped(lines(*before), "other.example") == lines(*before), "of its own site only"
    assert stripped(lines(*after)) == lines(*after)


@pytest.mark.parametrize(("text", "why"), STAYS)
def test_what_stays(text: tuple[str, ...], why: str) -> None:
    assert stripped(lines(*text)) == lines(*text), why


def test_a_field_among_fields_stays() -> None:
    row = {"site": SITE, "line": int(lines_of(texts_of(pa.array(["Files: all"]))).hashes[0])}
    found = learned([{**row, "share": 0.9, "documents": 8, "of": 9, "elsewhere": 0}])
    fields = ("Name: boats", "Licence: none", "Copyright: Ann")
    own = lines("Files: all", *fields, OWN)
    assert stripped(own, repeats=Repeats(RepeatSettings(), found)) == own
    few = lines("Files: all", "Name: boats", OWN)
    assert stripped(few, repeats=Repeats(RepeatSettings(), found)) == lines("Name: boats", OWN)


def test_what_the_settings_change() -> None:
    text = lines(NOTICE, "", "The tide came in, and nobody had thought of it at all.")
    assert stripped(text) == text
    assert stripped(text, repeats=stage(max_share=0.9)) == text.split("\n")[-1]
    off = stage(cut=False)
    assert not off.screen(pa.array([text]), pa.array([SITE])).any()


def test_many_texts_at_once_are_as_each_alone() -> None:
    texts = [lines(*before) for before, _, _ in CUTS] + [lines(*text) for text, _ in STAYS]
    sites = [SITE if n % 3 else "other.example" for n in range(len(texts))]
    together = [list(edits) for edits in stage().propose_all(texts, sites)]
    alone = [list(stage().propose(*each)) for each in zip(texts, sites, strict=True)]
    assert together == alone
    touched = stage().screen(pa.array(texts), pa.array(sites)).tolist()
    assert all(mask or not edits for mask, edits in zip(touched, together, strict=True))
