"""UTF-8 with stretches of another encoding: read by stretches, and the ledger shows where."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decode import Decoded, Undecodable, decode, encode
from pipeline.document import apply, restore
from tests.decode import sentences as say

UTF8_FRENCH = say.FRENCH.encode() + b"\n"
UTF8_RUSSIAN = say.RUSSIAN.encode() + b"\n"
UTF8_JAPANESE = say.JAPANESE.encode() + b"\n"


def read(found: Decoded) -> str:
    """The text with its stretches read."""
    return apply(found.text, found.edits)[0]


def bytes_back(found: Decoded) -> bytes:
    """The bytes, by way of the published text and its ledger."""
    text, ledger = apply(found.text, found.edits)
    return encode(restore(text, ledger), found.encoding, found.byte_order_mark, ledger)


MIXED = [
    pytest.param(
        UTF8_FRENCH * 2 + b"It\x92s caf\xe9 time\n" + UTF8_FRENCH,
        say.FRENCH + "\n" + say.FRENCH + "\nIt’s café time\n" + say.FRENCH + "\n",
        ["cp1252"],
        id="a line of cp1252 among lines of UTF-8",
    ),
    pytest.param(
        "déjà vu ".encode() * 5 + "l’été".encode("cp1252") + " déjà vu".encode(),
        "déjà vu " * 5 + "l’été déjà vu",
        ["cp1252"],
        id="both within one line",
    ),
    pytest.param(
        UTF8_RUSSIAN * 3 + "Часы отстали за ночь.\n".encode("cp1251"),
        (say.RUSSIAN + "\n") * 3 + "Часы отстали за ночь.\n",
        ["cp1251"],
        id="Cyrillic in cp1251, not read as cp1252",
    ),
    pytest.param(
        UTF8_RUSSIAN * 3 + "Часы отстали за ночь.\n".encode("koi8-r"),
        (say.RUSSIAN + "\n") * 3 + "Часы отстали за ночь.\n",
        ["koi8-r"],
        id="Cyrillic in KOI8-R",
    ),
    pytest.param(
        UTF8_JAPANESE * 2 + "古い灯台の名前を調べました\n".encode("cp932") + UTF8_JAPANESE,
        (say.JAPANESE + "\n") * 2 + "古い灯台の名前を調べました\n" + say.JAPANESE + "\n",
        ["cp932"],
        id="Shift_JIS, whose second bytes may be ASCII and whose pairs may fit UTF-8",
    ),
    pytest.param(
        b"\xef\xbb\xbf" + UTF8_FRENCH + b"caf\xe9\n",
        say.FRENCH + "\ncafé\n",
        ["cp1252"],
        id="after a byte order mark",
    ),
]


@pytest.mark.parametrize(("raw", "text", "encodings"), MIXED)
def test_stretches_are_read_and_recorded(raw: bytes, text: str, encodings: list[str]) -> None:
    found = decode(raw)
    assert read(found) == text
    assert found.encoding == "utf-8"
    assert found.evidence.startswith(f"mixed: utf-8 with {encodings[0]} in a stretch at byte ")
    evidence = [json.loads(edit.evidence) for edit in found.edits]
    assert [told["encoding"] for told in evidence] == encodings
    assert [edit.rule for edit in found.edits] == [f"{name}-stretch" for name in encodings]
    for edit, told in zip(found.edits, evidence, strict=True):
        piece = edit.after.encode(told["encoding"])
        assert raw[told["byte"] :].startswith(piece)
    assert found.lossless
    assert bytes_back(found) == raw


def test_the_text_before_the_edits_is_what_a_strict_reader_shows() -> None:
    found = decode(UTF8_FRENCH + b"caf\xe9s \xe0 la cr\xe8me\n")
    assert found.text == say.FRENCH + "\ncaf\ufffds \ufffd la cr\ufffdme\n"
    assert found.misfits == 3
    (edit,) = found.edits
    assert (edit.before, edit.after) == ("\ufffds \ufffd la cr\ufffd", "és à la crè")


@pytest.mark.parametrize(
    ("raw", "text", "torn"),
    [
        pytest.param(say.RUSSIAN.encode()[:-1], say.RUSSIAN[:-1], [], id="nothing is cut"),
        pytest.param(say.RUSSIAN.strip(" .").encode()[:-1], None, ["d1"], id="cut at the end"),
        pytest.param(say.JAPANESE.encode()[1:], None, ["b8af"], id="cut at the beginning"),
        pytest.param(say.JAPANESE.encode()[2:-1], None, ["af", "e380"], id="cut at both"),
    ],
)
def test_a_record_cut_within_a_character(raw: bytes, text: str | None, torn: list[str]) -> None:
    """Half a character is no letter of another encoding: it goes, and the ledger has its bytes."""
    found = decode(raw)
    assert [json.loads(edit.evidence)["bytes"] for edit in found.edits] == torn
    assert "\ufffd" not in read(found)
    assert text is None or read(found) == text
    assert bytes_back(found) == raw


NOT_MIXED = [
    pytest.param((say.FRENCH * 4).encode("cp1252"), "cp1252", id="nothing fits UTF-8"),
    pytest.param(
        (say.GERMAN * 9).encode("cp1252") + "Ã©".encode("cp1252"), "cp1252", id="one pair"
    ),
    pytest.param((say.KOREAN * 9).encode("cp949"), "cp949", id="pairs that fit by chance"),
    pytest.param((say.CHINESE * 9).encode("gb18030"), "gb18030", id="the same in Chinese"),
]


@pytest.mark.parametrize(("raw", "name"), NOT_MIXED)
def test_what_is_mostly_another_encoding_is_that(raw: bytes, name: str) -> None:
    found = decode(raw)
    assert found.encoding == name
    assert not found.edits


PIECES = st.lists(
    st.tuples(
        st.sampled_from(
            [say.FRENCH, say.RUSSIAN, say.GREEK, say.JAPANESE, "plain ", "\n", "é", "ж"]
        ),
        st.sampled_from(["utf-8", "utf-8", "cp1252", "cp1251", "cp1253", "cp932"]),
        st.integers(0, 30),
    ),
    max_size=12,
)


@given(PIECES, st.binary(max_size=4), st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_decode_apply_restore_encode_is_the_identity(
    pieces: list[tuple[str, str, int]], tail: bytes, mark: bytes
) -> None:
    raw = mark + b"".join(text[:n].encode(name, "ignore") for text, name, n in pieces) + tail
    with contextlib.suppress(Undecodable):
        found = decode(raw)
        assert not found.edits or found.lossless
        if found.lossless:
            assert bytes_back(found) == raw
        assert found.misfits >= len(found.edits)
        shown = raw.removeprefix(mark).decode("utf-8", "surrogateescape")
        if found.edits:
            assert len(found.text) == len(shown)


def test_junk_is_not_read_as_letters_of_a_script_that_is_nowhere_else() -> None:
    junk = b"\x81 \x8d"  # cp1256 has Arabic letters here, and cp1252 nothing
    prose = "Le café du marché ouvre tôt : on y mange des crêpes, l’été comme l’hiver. ".encode()
    raw = prose + junk + b" " + prose
    with pytest.raises(Undecodable):
        decode(raw)
    decoded = decode(raw, replace=True)
    assert decoded.text == raw.decode("utf-8", "replace")
    assert not decoded.edits
