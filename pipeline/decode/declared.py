"""Encodings that a record names itself, or that came with it.

What belongs here: finding declarations and resolving their names. What does not: whether they are
believed (detect).
"""

import codecs
import re
from collections.abc import Iterator, Sequence

from pipeline.decode.candidates import named
from pipeline.decode.result import Declared

_DECLARATION = re.compile(
    rb"""<\?xml[^>]{1,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{2,40})["']"""
    rb"""|<meta[^>]{1,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""",
    re.IGNORECASE,
)
_LOOKED_AT = 2048
# Python codecs, as `codecs.lookup` names them, in which no text is delivered.
_NO_TEXT = {
    "charmap",
    "idna",
    "mbcs",
    "oem",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
    "utf-7",
}


def declared_in(raw: bytes) -> tuple[Declared, ...]:
    """What an XML declaration or a meta element in the first 2 kB names."""
    found = _DECLARATION.search(raw[:_LOOKED_AT])
    if not found:
        return ()
    where = "XML" if found[1] else "HTML"
    return (Declared(where, (found[1] or found[2]).decode("ascii")),)


def readings(outside: Sequence[Declared], raw: bytes) -> Iterator[tuple[str, Declared]]:
    """(Python's name of an encoding, the declaration that names it), in the order of their weight:
    what came with the bytes before what stands in them, and how browsers read a name before what it
    says.
    """
    # A declaration in ASCII letters cannot be in UTF-16 or UTF-32 (WHATWG means UTF-8 by it).
    inside = [one for one in declared_in(raw) if not one.name.lower().startswith(("utf", "ucs"))]
    for one in (*outside, *inside):
        name = _python_name(one.name)
        if name is None or name.startswith("utf-8"):  # what is UTF-8 needs no declaration
            continue
        if name in ("utf-16", "utf-32"):
            yield f"{name}-le", one
            yield f"{name}-be", one
            continue
        wider, web = named("wider"), named("declared")
        yield from ((other, one) for other in (web.get(name), name, wider.get(name)) if other)


def _python_name(name: str) -> str | None:
    """None where Python reads no text by that name."""
    plain = name.strip().strip("\"'").lower()
    try:
        codec = codecs.lookup(named("names").get(plain, plain))
        " ".encode(codec.name)
    except (LookupError, UnicodeError, ValueError):  # ValueError: a NUL in the name
        return None
    return None if codec.name in _NO_TEXT else codec.name
