"""What a user's words for raw files mean: which dumps there are, what they are named, where they
lie.

What belongs here: finding dumps and naming them. What does not: the files inside (places).

A folder, here or in a store, is one delivery, or a folder of deliveries named by date. A file, a
pattern and a list of files are one dump each.
"""

import os
import re
from datetime import date
from pathlib import Path

from pipeline.sources.places import matching, remote, urls
from pipeline.sources.places.listed import listed, single
from pipeline.sources.places.place import DumpError, Folder, Place
from pipeline.sources.places.remote import Remote

# A dump's name becomes a folder's name in every dataset.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# How a file was packed and what it holds; `v1.2` is no such thing.
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}")
_LIST = "@"

Dumps = list[tuple[str, Place]]


def dumps_in(raw: str, name: str | None) -> Dumps:
    """(name, place) of the dumps to read, in order of their names.

    raw: a folder, a file, a pattern, `@` and a list of files, or a URL of one of the first three.
    With a name: the folder of that name inside a folder, or else all of `raw` under that name.
    Without: all folders inside a folder where nothing but folders named by dates is in there, or
    else all of `raw` under a name taken from its own.

    Nothing but a URL is looked for on the network. Raises `DumpError`.
    """
    if raw.startswith(_LIST) and not os.path.lexists(raw):
        file = Path(raw.removeprefix(_LIST))
        return [(_checked(name or _stem(file.name)), listed(file))]
    if urls.is_url(raw):
        urls.check(raw)
        return _at_url(raw, name)
    if not os.path.lexists(raw) and matching.is_pattern(raw):
        return [_matching(raw, name)]
    path = Path(raw)
    if path.is_dir():
        return _in_folder(path, name)
    if path.is_file():
        return [(_checked(name or _stem(path.name)), single(raw))]
    if path.exists():
        raise DumpError(f"{raw} is neither a file nor a folder")
    raise DumpError(
        f"{raw} does not exist; give a folder, a file, a pattern in quotes, @ and a list of files, "
        "or a URL"
    )


def dates_in(raw: str) -> list[str]:
    """The dumps in a folder of dumps, here or in a store, oldest first; other names in it are
    passed over. Raises `DumpError` where there is no such folder.
    """
    if urls.is_url(raw):
        urls.check(raw)
        _no_web_folder(raw)
        entries = remote.names_in(raw)
    elif Path(raw).is_dir():
        entries = [(entry.name, entry.is_dir()) for entry in Path(raw).iterdir()]
    else:
        raise DumpError(f"there is no folder of dumps {raw}")
    return sorted(name for name, is_folder in entries if is_folder and is_date(name))


def delivery(raw: str, dump: str) -> Folder | Remote:
    """Where a dump is delivered in a folder of dumps, whether it is there or not.

    Raises `DumpError` for a URL that cannot be read from.
    """
    if urls.is_url(raw):
        urls.check(raw)
        _no_web_folder(raw)
        return remote.folder(f"{raw.rstrip('/')}/{dump}")
    return Folder(Path(raw) / dump)


def is_date(name: str) -> bool:
    """Whether a folder is named by a date, as in 2026-11-22."""
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _in_folder(folder: Path, name: str | None) -> Dumps:
    inside = sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "_")))
    if not inside:
        raise DumpError(f"{folder} holds no files to read")
    if name is not None:
        named = folder / _checked(name)
        return [(name, Folder((named if named.is_dir() else folder).resolve()))]
    if all(entry.is_dir() and is_date(entry.name) for entry in inside):
        return [(entry.name, Folder(entry.resolve())) for entry in inside]
    return [(_checked(folder.resolve().name), Folder(folder.resolve()))]


def _at_url(url: str, name: str | None) -> Dumps:
    if urls.is_web(url):
        if urls.shown(url).endswith("/"):
            _no_web_folder(url)
        return [(_checked(name or _stem(urls.name_of(url))), single(url))]
    if matching.is_pattern(url) and not remote.is_there(url):
        return [_matching(url, name)]
    if not remote.is_folder(url):
        return [(_checked(name or _stem(urls.name_of(url))), single(url))]
    inside = remote.names_in(url)
    folder = remote.folder(url)
    if name is not None:
        named = (_checked(name), True) in inside
        return [(name, delivery(url, name) if named else folder)]
    if inside and all(is_folder and is_date(entry) for entry, is_folder in inside):
        return [(entry, delivery(url, entry)) for entry, _ in inside]
    return [(_checked(urls.name_of(url)), folder)]


def _no_web_folder(url: str) -> None:
    if urls.is_web(url):
        raise DumpError(
            f"{urls.shown(url)}: web servers do not say what is in a folder; give a file, or @ "
            "and a list of files"
        )


def _matching(words: str, name: str | None) -> tuple[str, Place]:
    before, pattern = matching.parted(words)
    depth = matching.depth_of(pattern)
    if urls.is_url(words):
        if urls.is_url(before) and urls.parts_of(before).host:
            own = _checked(name or urls.name_of(before))
            return own, matching.Matching(Remote(before, depth), pattern)
        raise DumpError(f"{words}: the name of a bucket cannot be a pattern")
    folder = Path(before or ("/" if words.startswith("/") else "."))
    if not folder.is_dir():
        raise DumpError(f"nothing matches {words}: there is no folder {folder}")
    own = _checked(name or folder.resolve().name)
    return own, matching.Matching(Folder(folder.resolve(), depth), pattern)


def _stem(name: str) -> str:
    """A file's name without how it is packed and what it holds: 2026-11-22 of
    2026-11-22.jsonl.gz.
    """
    for _ in range(2):
        rest, dot, suffix = name.rpartition(".")
        if not rest or not _SUFFIX.fullmatch(dot + suffix):
            break
        name = rest
    return name


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise DumpError(
            f"{name!r} cannot name a dump: letters, digits, dots, dashes and underscores can, as "
            "in --dump 2026-11-22"
        )
    return name
