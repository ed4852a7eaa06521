"""Bytes to text, and the evidence for it.

What belongs here: choosing the encoding of one record's bytes and decoding them without loss.
What does not: finding records in files (sources), repairing text that was decoded wrongly before
it reached us (stages.mojibake).
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

import chardet


class Undecodable(ValueError):
    """The bytes are no text in any encoding that fits; the message says why and where."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was won from its bytes.

    evidence starts with its method: `bom`, `utf-8`, `declared` or `detected`.
    lossless: `encode` gives the bytes back.
    """

    text: str
    encoding: str
    evidence: str
    confidence: float
    byte_order_mark: bool
    lossless: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """What something outside the bytes says they are in: `HTTP`, `MIME`, and the name it gives."""

    where: str
    name: str


# Longest first, since UTF-32-LE starts with the mark of UTF-16-LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(
    rb"""<\?xml[^>]{1,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})["']"""
    rb"""|<meta[^>]{1,200}?charset\s*=\s*["']?([A-Za-z0-9._-]{2,40})""",
    re.IGNORECASE,
)
# HTML names latin-1 what browsers have always read as cp1252 (WHATWG Encoding Standard, 4.2).
_WEB_NAMES = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
# Python codecs, as `codecs.lookup` names them, in which no text is delivered.
_NO_TEXT = {
    "charmap",
    "idna",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
    "utf-7",
}
# A text holds hardly any of these: NUL to BS, SO to SUB, FS to US.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_MAX_BINARY_SHARE = 0.02
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# chardet looks at this much, from the first byte on that tells encodings apart.
_DETECT_BYTES = 64 * 1024


def decode(raw: bytes, *, declared: Sequence[Declared] = (), replace: bool = False) -> Decoded:
    """The text of `raw`: by BOM, as UTF-8, as the bytes declare, or as a detector finds.

    Every way is strict: bytes that do not fit an encoding rule it out.
    Raises `Undecodable`.
    """
    del declared, replace  # not yet
    return _by_mark(raw) or _as_utf8(raw) or _as_declared(raw) or _as_detected(raw)


def encode(text: str, encoding: str, byte_order_mark: bool) -> bytes:
    """The bytes that `decode` made `text` of, where that was lossless.

    Raises `UnicodeEncodeError` where the text does not fit the encoding.
    """
    mark = {name: mark for mark, name in _MARKS}[encoding] if byte_order_mark else b""
    return mark + text.encode(encoding)


def _decoded(raw: bytes, encoding: str, evidence: str, confidence: float, mark: bytes) -> Decoded:
    text = raw[len(mark) :].decode(encoding)
    try:
        lossless = mark + text.encode(encoding) == raw
    except UnicodeEncodeError:  # a codec that reads more than it writes
        lossless = False
    return Decoded(text, encoding, evidence, confidence, bool(mark), lossless)


def _by_mark(raw: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return _decoded(raw, encoding, "bom", 1.0, mark)
            except UnicodeDecodeError as error:
                at = len(mark) + error.start
                if encoding == "utf-8":
                    return None  # three stray bytes decide nothing: let the detector look
                raise Undecodable(
                    f"starts with the mark of {encoding}, but byte {at} does not fit: "
                    f"{error.reason}"
                ) from error
    return None


def _as_utf8(raw: bytes) -> Decoded | None:
    try:
        decoded = _decoded(raw, "utf-8", "utf-8", 1.0, b"")
    except UnicodeDecodeError:
        return None
    # UTF-16 text of ASCII letters is valid UTF-8 too: every other character of it is NUL.
    return None if _binary_share(raw) > _MAX_BINARY_SHARE else decoded


def _as_declared(raw: bytes) -> Decoded | None:
    found = _DECLARATION.search(raw[:2048])
    if not found:
        return None
    named = (found[1] or found[2]).decode("ascii")
    try:
        encoding = codecs.lookup(named).name
        encoding = _WEB_NAMES.get(encoding, encoding)
        # A declaration in ASCII letters cannot be in UTF-16 or UTF-32 (WHATWG means UTF-8 by it).
        if encoding in _NO_TEXT or encoding.startswith(("utf-16", "utf-32")):
            return None
        decoded = _decoded(raw, encoding, f"declared as {named}", 0.9, b"")
    except (LookupError, UnicodeDecodeError):
        return None
    return None if _CONTROLS.search(decoded.text) else decoded


def _as_detected(raw: bytes) -> Decoded:
    first = _NOT_ASCII.search(raw)
    encoding, confidence = _guess(raw, first.start() if first else 0)
    try:
        return _plausible(raw, encoding, confidence)
    except UnicodeDecodeError as error:
        again, confidence = _guess(raw, error.start)
    try:
        return _plausible(raw, again, confidence)
    except UnicodeDecodeError as error:
        raise Undecodable(
            f"looks like {again}, but byte {error.start} (0x{raw[error.start]:02X}) "
            f"does not fit: {error.reason}"
        ) from error


def _guess(raw: bytes, around: int) -> tuple[str, float]:
    """(encoding, confidence) by the bytes from the line of `around` on. Raises `Undecodable`."""
    start = raw.rfind(b"\n", max(0, around - _DETECT_BYTES // 2), around) + 1
    start = start or max(0, around - _DETECT_BYTES // 2)
    window = _head(raw[start : start + 2 * _DETECT_BYTES])
    guess = chardet.detect(window, prefer_superset=True, compat_names=False)
    if guess["encoding"] is None:
        raise Undecodable(f"looks binary{_binary_bytes(raw)}")
    return guess["encoding"], float(guess["confidence"])


def _plausible(raw: bytes, encoding: str, confidence: float) -> Decoded:
    """The text in that encoding. Raises `UnicodeDecodeError`, and `Undecodable` for one that is
    full of controls.
    """
    decoded = _decoded(raw, encoding, f"detected as {encoding}", confidence, b"")
    controls = len(_CONTROLS.findall(decoded.text))
    if controls > _MAX_BINARY_SHARE * len(decoded.text):
        raise Undecodable(
            f"as {encoding} it would be {controls} control characters in {len(decoded.text)}"
            f"{_binary_bytes(raw)}"
        )
    return decoded


def _head(raw: bytes) -> bytes:
    """The first bytes, cut at a line end so that no character is cut in two."""
    if len(raw) <= _DETECT_BYTES:
        return raw
    end = raw.rfind(b"\n", 0, _DETECT_BYTES)
    return raw[: end + 1 or _DETECT_BYTES]


def _binary_share(raw: bytes) -> float:
    return len(_BINARY.findall(raw)) / max(1, len(raw)) if _BINARY.search(raw) else 0.0


def _binary_bytes(raw: bytes) -> str:
    first = _BINARY.search(raw)
    if first is None:
        return ""
    place = f"the first (0x{first[0][0]:02X}) at byte {first.start()}"
    return f": {_binary_share(raw):.1%} control bytes, {place}"
