"""What bytes look like before any encoding is thought of: marks, controls, binary or not.

What belongs here: byte order marks and control bytes. What does not: encodings (ranking).
"""

import codecs
import re

# Longest first, since UTF-32-LE starts with the mark of UTF-16-LE.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A text holds hardly any of these: NUL to BS, SO to SUB, FS to US.
_CONTROL_BYTES = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)))
# Binaries have NUL; UTF-16 has it too, or the upper bytes of Greek, Cyrillic, Hebrew, Arabic, Thai.
# To look for a byte takes next to nothing.
_TELLING = (b"\x00", b"\x03", b"\x04", b"\x05", b"\x06", b"\x0e")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_MAX_CONTROLS = 0.02


def full_of_control_bytes(raw: bytes) -> bool:
    """Whether more than 2 % are control bytes, those of binaries or UTF-16 among them: no text in
    one byte a character, or in UTF-8.
    """
    for byte in _TELLING:
        if byte in raw:
            break
    else:
        return False
    # Twenty times as fast as to count what an expression finds.
    return len(raw) - len(raw.translate(None, _CONTROL_BYTES)) > _MAX_CONTROLS * len(raw)


def controls(text: str) -> int:
    """How many control characters there are, if more than 2 %; else 0."""
    if text.isascii() and text.isprintable():
        return 0
    found = len(_CONTROLS.findall(text))
    return found if found > _MAX_CONTROLS * len(text) else 0


def binary_bytes(raw: bytes) -> str:
    """Where a binary first shows, to be put after a message; empty where it does not."""
    first = _CONTROL_BYTE.search(raw)
    if first is None:
        return ""
    count = len(raw) - len(raw.translate(None, _CONTROL_BYTES))
    place = f"the first (0x{first[0][0]:02X}) at byte {first.start()}"
    return f": {count / len(raw):.1%} control bytes, {place}"
