"""What a record or its carrier says of its encoding is checked, and then weighs more than looks."""

import pytest

from pipeline.decode import Declared, decode
from tests.decode import sentences as say

HTTP = (Declared("HTTP", "koi8-r"),)


@pytest.mark.parametrize(
    ("raw", "declared", "name", "evidence"),
    [
        pytest.param(
            "Привет".encode("koi8-r"),
            HTTP,
            "koi8-r",
            "declared as koi8-r (HTTP)",
            id="what came with the bytes",
        ),
        pytest.param(
            b'<meta charset="windows-1251">' + "Часы".encode("koi8-r"),
            HTTP,
            "koi8-r",
            "declared as koi8-r (HTTP)",
            id="outside before inside",
        ),
        pytest.param(
            (say.RUSSIAN * 3).encode("cp1251"),
            HTTP,
            "cp1251",
            "detected as cp1251",
            id="what reads as nothing is not believed",
        ),
        pytest.param(
            say.RUSSIAN.encode(),
            HTTP,
            "utf-8",
            "utf-8",
            id="UTF-8 needs no declaration, nor heeds it",
        ),
        pytest.param(
            say.FRENCH.encode("cp1252"),
            (Declared("MIME", "UTF-8"),),
            "cp1252",
            "detected as cp1252",
            id="declared UTF-8 that is none",
        ),
        pytest.param(
            "prix : 5 € l’un".encode("cp1252"),
            (Declared("MIME", '"ISO-8859-1"'),),
            "cp1252",
            'declared as "ISO-8859-1" (MIME)',
            id="latin-1 is read as browsers do",
        ),
        pytest.param(
            "naïve, déjà 5 €".encode("iso8859-15"),
            (Declared("HTTP", "no-such-name"), Declared("HTTP", "latin9")),
            "iso8859-15",
            "declared as latin9 (HTTP)",
            id="the first that is known and fits",
        ),
        pytest.param(
            "①②は機種に依存する".encode("cp932"),
            (Declared("HTTP", "Shift_JIS"),),
            "cp932",
            "declared as Shift_JIS (HTTP)",
            id="a standard that the text goes beyond is read as its superset",
        ),
        pytest.param(
            "長江・黄河".encode("euc_jp"),
            (Declared("HTTP", "x-euc-jp"),),
            "euc_jp",
            "declared as x-euc-jp (HTTP)",
            id="a name that only the web knows",
        ),
        pytest.param(
            "Gezeiten".encode("utf-16-be"),
            (Declared("HTTP", "utf-16"),),
            "utf-16-be",
            "declared as utf-16 (HTTP)",
            id="UTF-16 of either order",
        ),
        pytest.param(
            b'<?xml version="1.0" encoding="IBM852"?><p>' + say.POLISH.encode("cp852"),
            (),
            "cp852",
            "declared as IBM852 (XML)",
            id="an XML declaration",
        ),
        pytest.param(
            b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1257">'
            + say.LITHUANIAN.encode("cp1257"),
            (),
            "cp1257",
            "declared as windows-1257 (HTML)",
            id="a meta element of old",
        ),
    ],
)
def test_declarations(raw: bytes, declared: tuple[Declared, ...], name: str, evidence: str) -> None:
    found = decode(raw, declared=declared)
    assert found.encoding == name
    assert found.evidence.startswith(evidence)


@pytest.mark.parametrize("name", ["", "\0", "rot13", "base64", "unicode_escape", "undefined", "é"])
def test_a_declared_name_of_no_encoding_does_no_harm(name: str) -> None:
    found = decode(say.FRENCH.encode("cp1252"), declared=[Declared("HTTP", name)])
    assert found.encoding == "cp1252"
