"""Bytes become text without loss, or are refused with their place."""

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decode import Decoded, Undecodable, decode, encode

RUSSIAN = "Каждое утро часовщик открывает лавку и слушает, какие часы отстали за ночь. " * 4
JAPANESE = "港の地図は毎年少しずつ変わります。新しい防波堤と古い灯台の名前を調べました。" * 4
FRENCH = "Le café du marché ouvre tôt : on y mange des crêpes, l’été comme l’hiver. " * 4


def back(decoded: Decoded) -> bytes:
    mark = decoded.byte_order_mark
    return encode(decoded.text, decoded.encoding, mark, decoded.edits)


CASES = [
    pytest.param(b"plain", "plain", "utf-8", "utf-8", id="ASCII is UTF-8"),
    pytest.param("naïve".encode(), "naïve", "utf-8", "utf-8", id="valid UTF-8 is never else"),
    pytest.param(
        codecs.BOM_UTF8 + "é".encode(), "é", "utf-8", "bom", id="the mark is not part of the text"
    ),
    pytest.param(
        codecs.BOM_UTF16_LE + "tide".encode("utf-16-le"), "tide", "utf-16-le", "bom", id="UTF-16LE"
    ),
    pytest.param(
        codecs.BOM_UTF16_BE + "tide".encode("utf-16-be"), "tide", "utf-16-be", "bom", id="UTF-16BE"
    ),
    pytest.param(
        codecs.BOM_UTF32_LE + "tide".encode("utf-32-le"),
        "tide",
        "utf-32-le",
        "bom",
        id="UTF-32LE starts like UTF-16LE",
    ),
    pytest.param(b"", "", "utf-8", "utf-8", id="nothing is an empty text"),
    pytest.param(
        b"one\0two three four five six seven eight nine ten eleven twelve",
        "one\0two three four five six seven eight nine ten eleven twelve",
        "utf-8",
        "utf-8",
        id="a stray NUL makes no binary",
    ),
    pytest.param(
        b'<?xml version="1.0" encoding="ISO-8859-1"?><p>na\xefve</p>',
        '<?xml version="1.0" encoding="ISO-8859-1"?><p>naïve</p>',
        "cp1252",
        "declared",
        id="a declared encoding, by the web's reading of its name",
    ),
    pytest.param(
        b'<meta charset="utf-8"><p>' + FRENCH.encode("cp1252"),
        '<meta charset="utf-8"><p>' + FRENCH,
        "cp1252",
        "detected",
        id="a declaration that does not fit is not believed",
    ),
    pytest.param(
        b"plain words. " * 9000 + b"\n" + RUSSIAN.encode("koi8-r"),
        "plain words. " * 9000 + "\n" + RUSSIAN,
        "koi8-r",
        "detected",
        id="what tells encodings apart may come late",
    ),
    pytest.param(
        b"<meta charset=utf-16><p>" + FRENCH.encode("cp1252"),
        "<meta charset=utf-16><p>" + FRENCH,
        "cp1252",
        "detected",
        id="a declaration that can be read is not in UTF-16",
    ),
    *(
        pytest.param(
            f'<meta charset="{name}">'.encode() + FRENCH.encode("cp1252"),
            f'<meta charset="{name}">' + FRENCH,
            "cp1252",
            "detected",
            id=f"{name} is no encoding of text",
        )
        for name in ("unicode_escape", "raw_unicode_escape", "charmap", "rot13", "nonsense")
    ),
    pytest.param(RUSSIAN.encode("koi8-r"), RUSSIAN, "koi8-r", "detected", id="KOI8-R"),
    pytest.param(JAPANESE.encode("shift_jis"), JAPANESE, "cp932", "detected", id="Shift_JIS"),
    pytest.param(FRENCH.encode("cp1252"), FRENCH, "cp1252", "detected", id="cp1252"),
    pytest.param(
        ("The tide tables of the old harbour. " * 9).encode("utf-16-le"),
        "The tide tables of the old harbour. " * 9,
        "utf-16-le",
        "detected",
        id="UTF-16 without a mark is valid UTF-8 full of NULs",
    ),
]


@pytest.mark.parametrize(("raw", "text", "encoding", "method"), CASES)
def test_decode(raw: bytes, text: str, encoding: str, method: str) -> None:
    decoded = decode(raw)
    assert decoded.text == text
    assert decoded.encoding == encoding
    assert decoded.evidence.startswith(method)
    assert decoded.lossless
    assert back(decoded) == raw


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param(
            bytes(range(256)) * 8, "control bytes, the first \\(0x00\\) at byte 0", id="binary"
        ),
        pytest.param(
            codecs.BOM_UTF16_LE + b"a\x00b", "mark of utf-16-le, but byte 4", id="half a character"
        ),
    ],
)
def test_refused_with_its_place(raw: bytes, message: str) -> None:
    with pytest.raises(Undecodable, match=message):
        decode(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(raw: bytes) -> None:
    decoded = None
    with contextlib.suppress(Undecodable):
        decoded = decode(raw)
    assert decoded is None or isinstance(decoded, Decoded)
    if decoded and decoded.lossless:
        assert back(decoded) == raw


@given(st.text(max_size=300).filter(lambda text: not set(text) & set(map(chr, range(32)))))
def test_utf8_is_always_utf8(text: str) -> None:
    raw = text.encode()
    decoded = decode(raw)
    assert (decoded.byte_order_mark * "\ufeff" + decoded.text).encode() == raw
    assert decoded.encoding.startswith("utf-") or raw.startswith((b"\xff\xfe", b"\xfe\xff"))
