"""URLs of raw files: taking them apart, and what of them may be shown.

What belongs here: words only. What does not: going where they lead (remote).
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

from pipeline.sources.places.place import DumpError

# Schemes of URLs, and the extra that brings the store's client.
EXTRAS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "abfs": "azure",
    "abfss": "azure",
    "az": "azure",
    "hf": "hf",
    "http": "http",
    "https": "http",
}
_WEB = ("http", "https")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Url(NamedTuple):
    """A URL in parts; only those of the web have a query, in others `?` and `#` are letters."""

    scheme: str
    host: str
    path: str
    query: str


def is_url(words: str) -> bool:
    """Whether it names a scheme; then it is no path of this machine."""
    return bool(_SCHEME.match(words))


def parts_of(url: str) -> Url:
    """The URL in parts."""
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    query = ""
    if scheme in _WEB:
        rest = rest.partition("#")[0]
        rest, _, query = rest.partition("?")
    host, slash, path = rest.partition("/")
    return Url(scheme, host, slash + path, query)


def is_web(url: str) -> bool:
    """Whether it leads to a web server: that has files, but no folders that can be listed."""
    return parts_of(url).scheme in _WEB


def check(url: str) -> None:
    """Raises `DumpError` for a URL that leads nowhere, or holds what must not be shown."""
    parts = parts_of(url)
    if parts.scheme not in EXTRAS:
        known = ", ".join(f"{name}://" for name in ("s3", "gs", "abfs", "hf", "https"))
        raise DumpError(f"{parts.scheme}:// is not known; {known} and paths of this machine are")
    user, at, _ = parts.host.rpartition("@")
    if at and (":" in user or EXTRAS[parts.scheme] != "azure"):
        raise DumpError(
            f"a {parts.scheme}:// URL has a name or a password before its @; leave it out: keys "
            "come from the environment only (docs/places.md), so that nothing can show them"
        )
    if not parts.host or "::" in url:
        raise DumpError(f"{shown(url)} does not name a file or a folder")


def shown(url: str) -> str:
    """The URL as people may see it: without its query, which may be a key."""
    parts = parts_of(url)
    return f"{parts.scheme}://{parts.host}{parts.path}"


def name_of(url: str) -> str:
    """The last name in the URL: what its file is called."""
    parts = parts_of(url)
    name = (parts.host + parts.path).rstrip("/").rpartition("/")[2]
    return unquote(name) if parts.scheme in _WEB else name
