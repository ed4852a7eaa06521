"""Subtitles: what is said, and nothing of how it is shown."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from tests.sources.reading import read, texts

SRT = """1
00:00:01,000 --> 00:00:02,500
Good morning,
<i>everyone</i>.

2
00:00:03,000 --> 00:00:04,000
- Is it?
- It is.
"""
VTT = """WEBVTT - a title

STYLE
::cue { color: red }

NOTE
a remark
on two lines

intro
00:01.000 --> 00:02.500 align:start position:0%
<v.loud Ann>Good <c.yellow>morning</c>, <00:00:01.500>all &amp; sundry

00:03.000 --> 00:04.000
It is.
"""
SAID = "Good morning, everyone.\n- Is it? - It is."


def test_srt_and_vtt() -> None:
    for name in ("a.srt", "a", "a.txt"):
        assert texts(read(SRT.encode(), name)) == [SAID]
    for name in ("a.vtt", "a", "a.srt"):
        assert texts(read(VTT.encode(), name)) == ["Good morning, all & sundry\nIt is."]


FILES = [
    pytest.param(SRT.replace("\n", "\r\n"), SAID, id="CR LF"),
    pytest.param(SRT.replace("\n", "\r"), SAID, id="an old Mac's line ends"),
    pytest.param("\ufeff\n\n" + SRT, SAID, id="a mark, and blank lines"),
    pytest.param(SRT.replace("\n\n", "\n"), SAID, id="no blank lines between cues"),
    pytest.param(SRT.replace("00:00:0", "0:0:").replace(",000", ""), SAID, id="short times"),
    pytest.param(SRT.replace(",", "."), SAID.replace(",", "."), id="points in times"),
    pytest.param(SRT.replace("1\n00:", "00:", 1), SAID, id="no number"),
    pytest.param(
        SRT.replace("- Is it?\n", "- Is it?\n\n"),
        "Good morning, everyone.\n- Is it?\n- It is.",
        id="a blank line in a cue",
    ),
    pytest.param(
        SRT.replace("- Is it?", "{\\an8}<font color='red'>- Is</font> it?"), SAID, id="tags"
    ),
    pytest.param(
        SRT.replace("- Is it?", "1 < 2 <3 a<b>"), SAID.replace("- Is it?", "1 < 2 <3 a"), id="<"
    ),
    pytest.param(SRT.replace("- Is it?", "1984"), SAID.replace("- Is it?", "1984"), id="a year"),
    pytest.param(SRT.replace("- Is it?\n- It is.", ""), "Good morning, everyone.", id="empty cue"),
    pytest.param(SRT.replace("Good", "&amp;"), SAID.replace("Good", "&amp;"), id="no entities"),
]


@pytest.mark.parametrize(("text", "said"), FILES)
def test_files_as_they_are_found(text: str, said: str) -> None:
    assert texts(read(text.encode(), "a.srt")) == [said]


MENU = "Le café du marché ouvre tôt : on y mange des crêpes, l’été comme l’hiver. "


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_in_any_encoding(encoding: str) -> None:
    raw = SRT.replace("- Is it?", MENU * 4).encode(encoding)
    (record,) = read(raw, "a.srt")
    assert record.decoded is not None
    assert MENU * 3 in record.decoded.text
    assert record.decoded.encoding.startswith(encoding.removesuffix("-sig"))
    assert not record.decoded.lossless
    assert (record.size, record.digest) == (len(raw), hashlib.sha256(raw).hexdigest())


def test_what_is_no_subtitle_is_rejected_and_kept() -> None:
    (record,) = read(b"no cue --> at all", "a.srt")
    assert record.verdict == schema.MALFORMED
    assert "there is no cue in it" in (record.reason or "")
    assert texts([record]) == ["no cue --> at all"]
    assert read(b"x" * 11, "a.srt", max_record_bytes=10)[0].verdict == schema.OVERSIZE
    assert texts(read(b"WEBVTTs are files of a kind", "a.txt")) == ["WEBVTTs are files of a kind"]


CUES = st.lists(st.text("ab <>&;é-", min_size=1, max_size=9).filter(str.strip), max_size=5)


@given(CUES, st.booleans())
def test_what_is_written_comes_back(said: list[str], vtt: bool) -> None:
    cues = [f"{n}\n00:00:0{n}.000 --> 00:00:0{n}.500\n{text}\n" for n, text in enumerate(said)]
    raw = ("WEBVTT\n\n" * vtt + "\n".join(cues)).encode()
    expected = [" ".join(text.split()) for text in said if "<b>" not in text]
    if said and len(expected) == len(said) and "&" not in "".join(said):
        assert texts(read(raw, "a.srt")) == ["\n".join(expected)]


@given(
    st.lists(
        st.sampled_from(
            [
                "1",
                "\n",
                "\n\n",
                "00:00:01,000 --> 00:00:02,000",
                "x",
                "WEBVTT",
                "NOTE",
                "<i>",
                "-->",
            ]
        )
    ).map("".join)
    | st.text()
)
def test_any_text_is_never_a_traceback(text: str) -> None:
    for name in ("a.srt", "a.vtt"):
        (record,) = read(text.encode("utf-8", "replace"), name)
        assert (record.verdict is None) == (record.reason is None)


def test_cues_of_a_file_in_two_encodings_are_those_that_were_meant() -> None:
    spoken = "Der Fährmann zählt die Glocken über dem Fluß. Größe, Öl, Übermut. " * 3
    cue = f"1\n00:00:01,000 --> 00:00:02,000\n{spoken}\n\n".encode()
    cue += b"2\n00:00:03,000 --> 00:00:04,000\n" + "„Nebel“ über Köln".encode("cp1252") + b"\n"
    (record,) = read(cue, "a.srt")
    assert record.decoded is not None
    assert record.decoded.evidence.startswith("mixed")
    assert record.decoded.edits == ()
    assert record.decoded.text.endswith("„Nebel“ über Köln")
