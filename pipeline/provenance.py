"""What datasets are made of: versions of libraries, the code, and fingerprints of all that.

What belongs here: naming what can change a result. What does not: making datasets (run).
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from unicodedata import unidata_version

from pipeline.dedup.signatures import FORMAT

# The libraries whose versions can change a result.
_LIBRARIES = (
    "chardet",
    "datasketch",
    "dateparser",
    "ftfy",
    "htmldate",
    "justext",
    "langdetect",
    "lxml",
    "numpy",
    "orjson",
    "pyarrow",
    "trafilatura",
    "wordfreq",
)
# The same, of an extra that may be missing.
_EXTRAS = ("readability-lxml", "resiliparse")
SIGNATURES = "signatures"  # what stands for their format among the versions
_CODE = Path(__file__).parent
# What makes a dataset: code, and the tables and models that it reads.
_MAKES = ("*.py", "*.toml", "*.json", "*.npz")
# These only show what was made.
_SHOWS = (
    "report",
    "inspect",
    "lookup.py",
    "difference.py",
    "review.py",
    "review_clusters.py",
    "review_duplicates.py",
    "review_lines.py",
    "cli.py",
)


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """(package, version) of this project and of what can change a result: libraries, Python's
    Unicode, and what signatures are made of.
    """
    packages = [(name, version(name)) for name in ("corpus-hygiene", *_LIBRARIES)]
    for name in _EXTRAS:
        with suppress(PackageNotFoundError):
            packages.append((name, version(name)))
    return (*packages, ("unicode", unidata_version), (SIGNATURES, str(FORMAT)))


@cache
def code_fingerprint() -> str:
    """SHA-256 of the code and the tables that make datasets, and of the libraries' versions."""
    digest = hashlib.sha256(repr(versions()).encode())
    for path in sorted(found for kind in _MAKES for found in _CODE.rglob(kind)):
        if path.relative_to(_CODE).parts[0] in _SHOWS:
            continue
        digest.update(path.relative_to(_CODE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def digest_of(parts: Iterable[str]) -> str:
    """SHA-256 of some strings."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()
