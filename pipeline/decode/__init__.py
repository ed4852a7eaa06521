"""Bytes to text, and the evidence for it.

What belongs here: choosing the encoding of one record's bytes and decoding them without loss.
What does not: finding records in files (sources), repairing text that was decoded wrongly before
it reached us (stages.mojibake).
"""

import codecs
from collections.abc import Sequence
from dataclasses import replace as changed

from pipeline.decode.candidates import EBCDIC, WIDE
from pipeline.decode.detect import Misfit, detect, encodes_back
from pipeline.decode.escapes import escaped, may_have_escapes
from pipeline.decode.looks import MARKS, binary_bytes, controls, full_of_control_bytes
from pipeline.decode.mixed import as_replaced, encoded, mixed
from pipeline.decode.result import STAGE, Declared, Decoded, Undecodable, hash_of
from pipeline.document import Edit

__all__ = ["Declared", "Decoded", "Undecodable", "decode", "encode", "hash_of"]

_UTF8_MARK = codecs.BOM_UTF8
_ANY_MARK = tuple(mark for mark, _ in MARKS)
_SURE_OF_ESCAPES = 0.99
_REPLACED_CONFIDENCE = 0.5


def decode(raw: bytes, *, declared: Sequence[Declared] = (), replace: bool = False) -> Decoded:
    """The text of `raw`: by its mark, as UTF-8, by its escapes, as declared, or as it looks.

    declared: encodings named outside the bytes, the weightiest first; what XML or HTML names inside
    is found here. Declarations are checked, never believed, and UTF-8 needs none.
    replace: bytes that do not fit become U+FFFD, where else the record would be refused.
    Raises `Undecodable`: for binaries always, for bytes that fit no likely encoding unless
    `replace`.
    """
    found = _as_utf8(raw)
    if found is not None:
        return found
    try:
        found = _by_mark(raw) or _escaped(raw) or _as_mixed(raw) or _as_detected(raw, declared)
    except Misfit as error:
        if not replace:
            raise
        return _replaced(raw, error)
    plain = not found.lossless or (found.encoding == "utf-8" and not found.edits)
    return found if plain else changed(found, bytes_hash=hash_of(raw))


def encode(text: str, encoding: str, byte_order_mark: bool, edits: Sequence[Edit] = ()) -> bytes:
    """The bytes that `decode` made `text` of, where that was lossless.

    text: before any edit, as `Decoded.text` has it. edits: those of `Decoded.edits`, or the whole
    ledger of a document.
    Raises `UnicodeEncodeError` where the text does not fit the encoding.
    """
    mark = {name: mark for mark, name in MARKS}[encoding] if byte_order_mark else b""
    return mark + encoded(text, encoding, [edit for edit in edits if edit.stage == STAGE])


def _by_mark(raw: bytes) -> Decoded | None:
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            try:
                text = raw[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                if encoding == "utf-8":
                    return None  # three stray bytes decide nothing: what follows is looked at
                raise _misfit_after_mark(raw, mark, encoding, error) from error
            lossless = mark == _UTF8_MARK or mark + text.encode(encoding) == raw
            return Decoded(text, encoding, "bom", 1.0, byte_order_mark=True, lossless=lossless)
    return None


def _misfit_after_mark(
    raw: bytes, mark: bytes, encoding: str, error: UnicodeDecodeError
) -> Undecodable:
    at = len(mark) + error.start
    reason = f"starts with the mark of {encoding}, but byte {at} does not fit: {error.reason}"
    text = raw[len(mark) :].decode(encoding, "replace")
    if controls(text):
        return Undecodable(f"{reason}{binary_bytes(raw)}")
    return Misfit(encoding, reason, mark)


def _as_utf8(raw: bytes) -> Decoded | None:
    """Nothing for what has a mark, or may have escapes."""
    if raw.startswith(_ANY_MARK) or (may_have_escapes(raw) and escaped(raw)):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    # UTF-16 text of ASCII letters is valid UTF-8 too: every other character of it is NUL.
    if full_of_control_bytes(raw):
        return None
    return Decoded(text, "utf-8", "utf-8", 1.0, byte_order_mark=False, lossless=True)


def _escaped(raw: bytes) -> Decoded | None:
    found = escaped(raw) if may_have_escapes(raw) else None
    if found is None:
        return None
    text, encoding = found
    lossless = encodes_back(text, encoding, raw)
    return Decoded(
        text,
        encoding,
        f"escapes of {encoding}",
        _SURE_OF_ESCAPES,
        byte_order_mark=False,
        lossless=lossless,
    )


def _as_mixed(raw: bytes) -> Decoded | None:
    if full_of_control_bytes(raw):
        return None
    if raw.startswith(_UTF8_MARK):
        found = mixed(raw[len(_UTF8_MARK) :], skipped=len(_UTF8_MARK))
        return changed(found, byte_order_mark=True) if found else None
    return mixed(raw)


def _as_detected(raw: bytes, declared: Sequence[Declared]) -> Decoded:
    # What is full of control bytes is a binary, or in an encoding where they are letters.
    families = (WIDE, EBCDIC) if full_of_control_bytes(raw) else ()
    return detect(raw, declared, families)


def _replaced(raw: bytes, error: Misfit) -> Decoded:
    """The text with U+FFFD for what does not fit. Raises `Undecodable` where it is no text even so.

    Bytes that are rather UTF-8 than not are read as that.
    """
    encoding = error.encoding
    found = None if error.mark else as_replaced(raw)
    if found is None:
        text = raw[len(error.mark) :].decode(encoding, "replace")
        lost = text.count("\ufffd")
    else:
        text, lost = found
        encoding = "utf-8"
    evidence = f"replaced: {error}"
    return Decoded(
        text,
        encoding,
        evidence,
        _REPLACED_CONFIDENCE,
        byte_order_mark=bool(error.mark),
        lossless=False,
        misfits=max(1, lost),
    )
