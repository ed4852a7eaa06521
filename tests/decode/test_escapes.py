"""ISO-2022 and HZ are ASCII to the eye; UTF-8 is never taken for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decode import decode, encode
from tests.decode import sentences as say

ESCAPED = [
    pytest.param(say.JAPANESE, "iso2022_jp", id="Japanese mail"),
    pytest.param("Re: " + say.JAPANESE + "\nplain\n", "iso2022_jp", id="with plain lines"),
    pytest.param("鷗外の丂", "iso2022_jp_1", id="signs of JIS X 0212"),
    pytest.param(say.KOREAN, "iso2022_kr", id="Korean mail"),
    pytest.param(say.CHINESE, "hz", id="Chinese news"),
    pytest.param("He said: " + say.CHINESE + "~ok\n", "hz", id="with a doubled tilde"),
]


@pytest.mark.parametrize(("text", "name"), ESCAPED)
def test_escapes_are_read(text: str, name: str) -> None:
    found = decode(text.encode(name))
    assert (found.text, found.encoding) == (text, name)
    assert found.evidence == f"escapes of {name}"
    assert encode(found.text, found.encoding, found.byte_order_mark) == text.encode(name)


UTF8 = [
    pytest.param(b"\x1b[31mred\x1b[0m and plain", id="colours of a terminal"),
    pytest.param(b"\x1b$B", id="an escape with nothing after it"),
    pytest.param(b"\x1b$B$3$s\x1b[1m", id="an escape that is never taken back"),
    pytest.param(b"press \x1b$B to go on, then \x1b(B to end", id="escapes around English"),
    pytest.param(b"cp ~{a,b}~ /tmp", id="braces of a shell"),
    pytest.param(b"a set ~{ x | x > 0 ~} of numbers", id="the signs of HZ around ASCII"),
    pytest.param(b"~{VPND~} and ~{", id="half of it complete"),
    pytest.param("\x1b$B$3\x1b(B é".encode(), id="with bytes beyond ASCII"),
]


@pytest.mark.parametrize("raw", UTF8)
def test_a_stray_escape_makes_no_other_encoding(raw: bytes) -> None:
    found = decode(raw)
    assert (found.encoding, found.evidence) == ("utf-8", "utf-8")
    assert found.text.encode() == raw


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
def test_utf8_without_controls_is_always_utf8(text: str) -> None:
    raw = text.encode()
    found = decode(raw)
    if found.encoding == "hz":
        # Complete HZ that reads as Chinese may be drawn, once in a very long while.
        assert raw.isascii()
        return
    assert found.encoding == "utf-8"
    assert found.text == text.removeprefix("\ufeff")
