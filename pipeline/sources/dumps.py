"""Which dumps a folder holds: it is one delivery, or a folder of deliveries named by date.

What belongs here: finding dump folders and naming them. What does not: the files inside.
"""

import re
from datetime import date
from pathlib import Path

# A dump's name becomes a folder's name in every dataset.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class DumpError(ValueError):
    """There is no dump to read; the message says what to do."""


def dumps_in(raw: Path, name: str | None) -> list[tuple[str, Path]]:
    """(name, folder) of the dumps to read, in order of their names.

    With a name: the folder of that name inside `raw`, or else `raw` itself under that name.
    Without: all folders inside where nothing but folders named by dates is in there, or else `raw`
    itself under its own name. Raises `DumpError`.
    """
    if not raw.exists():
        raise DumpError(f"{raw} does not exist; give the folder that holds the raw files")
    if not raw.is_dir():
        raise DumpError(f"{raw} is a file; give the folder that holds it")
    inside = sorted(entry for entry in raw.iterdir() if not entry.name.startswith((".", "_")))
    if not inside:
        raise DumpError(f"{raw} holds no files to read")
    if name is not None:
        folder = raw / name if (raw / name).is_dir() else raw
        return [(_checked(name), folder)]
    if all(entry.is_dir() and is_date(entry.name) for entry in inside):
        return [(entry.name, entry) for entry in inside]
    return [(_checked(raw.resolve().name), raw)]


def is_date(name: str) -> bool:
    """Whether a folder is named by a date, as in 2026-11-22."""
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise DumpError(
            f"{name!r} cannot name a dump: letters, digits, dots, dashes and underscores can, as "
            "in --dump 2026-11-22"
        )
    return name
