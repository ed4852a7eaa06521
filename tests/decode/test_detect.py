"""The encoding of bytes that nothing names is told by how the text reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decode import Undecodable, decode, encode
from pipeline.decode.candidates import candidates
from tests.decode import sentences as say

# Language and the encodings that its texts come in; the text is what counts, not the name, since
# several encodings may read it alike.
DETECTED = [
    *((say.ENGLISH, name) for name in ("cp1252", "mac-roman")),
    *((say.FRENCH, name) for name in ("cp1252", "mac-roman")),
    *((say.GERMAN, name) for name in ("cp1252", "iso8859-1", "cp850", "cp437", "mac-roman")),
    *((say.SPANISH, name) for name in ("cp1252", "iso8859-15", "cp850", "mac-roman")),
    *((say.POLISH, name) for name in ("cp1250", "iso8859-2", "cp852", "mac-latin2")),
    *((say.CZECH, name) for name in ("cp1250", "iso8859-2", "cp852", "mac-latin2")),
    *((say.HUNGARIAN, name) for name in ("cp1250", "iso8859-2", "cp852")),
    *((say.TURKISH, name) for name in ("cp1254", "iso8859-9", "cp857", "mac-turkish")),
    *((say.LITHUANIAN, name) for name in ("cp1257", "iso8859-13", "cp775")),
    *((say.RUSSIAN, name) for name in ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")),
    *((say.RUSSIAN, name) for name in ("cp855", "utf-16-le", "utf-16-be", "utf-32-le")),
    *((say.UKRAINIAN, name) for name in ("cp1251", "koi8-u", "iso8859-5", "cp1125")),
    *((say.BULGARIAN, name) for name in ("cp1251", "iso8859-5", "cp855")),
    *((say.GREEK, name) for name in ("cp1253", "iso8859-7", "cp737", "cp869", "mac-greek")),
    *((say.HEBREW, name) for name in ("cp1255", "iso8859-8", "cp862")),
    *((say.ARABIC, name) for name in ("cp1256", "iso8859-6", "utf-16-be")),
    *((say.THAI, name) for name in ("cp874", "tis-620")),
    *((say.JAPANESE, name) for name in ("cp932", "euc_jp", "utf-16-le", "utf-16-be")),
    *((say.CHINESE, name) for name in ("gb18030", "gb2312", "utf-16-le", "utf-32-be")),
    *((say.TRADITIONAL, name) for name in ("cp950", "big5hkscs", "gb18030")),
    *((say.KOREAN, name) for name in ("cp949", "euc_kr", "johab", "utf-16-be")),
    *((say.GERMAN, name) for name in ("cp037", "cp500", "utf-16-le")),
]


@pytest.mark.parametrize(("text", "name"), DETECTED)
@pytest.mark.parametrize("times", [1, 60, 600])
def test_the_text_is_found(text: str, name: str, times: int) -> None:
    found = decode((text * times).encode(name))
    assert found.text == text * times
    assert found.evidence.startswith("detected as ")
    assert found.lossless
    assert 0.5 < found.confidence < 1


WHICH = [
    pytest.param(b"It\x92s \x93fine\x94", "cp1252", "It’s “fine”", id="quotes, not C1 controls"),
    pytest.param(b"caf\xe9", "cp1252", "café", id="the commonest where many read alike"),
    pytest.param(
        "〜のように、〜から〜まで".encode("shift_jis"),
        "shift_jis",
        "〜のように、〜から〜まで",
        id="the standard where its vendor's extension reads a sign differently",
    ),
    pytest.param(
        "①山田髙橋㈱の住所録です".encode("cp932"),
        "cp932",
        "①山田髙橋㈱の住所録です",
        id="the extension where the standard lacks a sign",
    ),
    pytest.param(
        "中国的文化·历史——地理".encode("gb18030"),
        "gb18030",
        "中国的文化·历史——地理",
        id="GB 2312's dash and dot are read as China reads them",
    ),
]


@pytest.mark.parametrize(("raw", "name", "text"), WHICH)
def test_which_of_those_that_fit(raw: bytes, name: str, text: str) -> None:
    found = decode(raw)
    assert (found.encoding, found.text) == (name, text)


def test_the_evidence_names_language_and_what_reads_alike() -> None:
    found = decode((say.GERMAN * 3).encode("cp1252"))
    assert found.evidence.startswith("detected as cp1252 (de); reads alike in iso8859-1")
    assert found.runner_up not in (None, "cp1252", "iso8859-1")
    assert found.misfits == 0


def test_what_is_short_and_could_be_several_is_less_sure() -> None:
    short = decode(b"caf\xe9").confidence
    assert short < decode(FRENCH_BYTES).confidence


FRENCH_BYTES = (say.FRENCH * 2).encode("cp1252")


@pytest.mark.parametrize(
    ("raw", "misfits", "start"),
    [
        pytest.param(
            (say.JAPANESE * 3).encode("cp932") + b"\x85\xff" + say.JAPANESE.encode("cp932"),
            1,
            "looks like cp932, but byte 228 ",
            id="half a character in the middle",
        ),
        pytest.param(
            (say.GREEK * 900).encode("cp1253") + b"\xff" + (say.GREEK * 900).encode("cp1253"),
            1,
            "looks like cp1253, but byte 78300 ",
            id="a byte without meaning, beyond what is looked at first",
        ),
        pytest.param(
            b"\xff\xfe" + "Gezeiten".encode("utf-16-le") + b"\0",
            1,
            "starts with the mark of utf-16-le, but byte 18 ",
            id="half a character after a mark",
        ),
    ],
)
def test_misfits_are_refused_or_replaced(raw: bytes, misfits: int, start: str) -> None:
    with pytest.raises(Undecodable, match=start):
        decode(raw)
    found = decode(raw, replace=True)
    assert found.evidence.startswith(f"replaced: {start}")
    assert found.misfits == misfits == found.text.count("\ufffd")
    assert not found.lossless


@pytest.mark.parametrize(
    "raw",
    [
        bytes(range(256)) * 8,
        b"GIF89a\x01\x00\x01\x00\x80\x01\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02X\x00\x00\x02X\x08\x00\x00\x00\x00",
        b"PK\x03\x04\x14\x00\x08\x08\x08\x00\xd9c\x10K\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00>\x00\x01\x00",
    ],
)
def test_binaries_are_never_text(raw: bytes) -> None:
    for replace in (False, True):
        with pytest.raises(Undecodable, match=r"binary|control"):
            decode(raw, replace=replace)


@given(
    st.sampled_from([one.name for one in candidates()]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80),
)
def test_what_is_said_to_be_lossless_is(name: str, text: str) -> None:
    raw = text.encode(name, "ignore")
    try:
        found = decode(raw)
    except Undecodable:
        return
    if found.lossless:
        mark = found.byte_order_mark
        assert encode(found.text, found.encoding, mark, found.edits) == raw


@given(st.sampled_from(DETECTED), st.integers(0, 40), st.integers(20, 120))
def test_the_same_bytes_give_the_same_answer(
    sample: tuple[str, str], start: int, size: int
) -> None:
    raw = sample[0][start : start + size].encode(sample[1])
    answers = []
    for _ in range(2):
        try:
            answers.append(decode(raw))
        except Undecodable as error:
            answers.append(str(error))
    assert answers[0] == answers[1]
