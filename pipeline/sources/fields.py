"""Header fields, as HTTP, WARC and mail write them.

What belongs here: names and values, and what stands in the value of a content type. What does not:
what any one field means.
"""

import re

_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)


def fields_of(head: bytes) -> dict[str, str]:
    """The fields by their names in small letters; the first of each name, folded lines joined."""
    fields: dict[str, str] = {}
    name = ""
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if name:
                fields[name] = f"{fields[name]} {text_of(line).strip()}".strip()
            continue
        key, colon, value = line.partition(b":")
        name = text_of(key).strip().lower() if colon else ""
        if name in fields:
            name = ""
        elif name:
            fields[name] = text_of(value).strip()
    return fields


def text_of(raw: bytes) -> str:
    """UTF-8, or else Latin-1, which every byte is."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def media_type(value: str) -> str:
    """The media type of a `Content-Type` in small letters, without its parameters."""
    return value.partition(";")[0].strip().lower()


def charset(value: str) -> str | None:
    """The charset that a `Content-Type` names."""
    found = _CHARSET.search(value)
    return found[1] if found else None
