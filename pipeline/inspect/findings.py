"""What is told of a dump: frozen facts under stable names, which `hygiene inspect --json` prints.

What belongs here: the shape. What does not: how a fact is come by (told), how it is shown (report).

A share is from 0 to 1, of the records that are estimated to be in the whole dump where it is one
of records. Numbers called `sampled` count what was read. Sizes are in bytes, lengths in characters.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Dump:
    """A dump. bytes: about, where not all files were looked at."""

    name: str
    files: int
    bytes: int


@dataclass(frozen=True)
class File:
    """A file and its size."""

    source: str
    bytes: int


@dataclass(frozen=True)
class Unlisted:
    """A folder that cannot be listed."""

    path: str
    reason: str


@dataclass(frozen=True)
class Files:
    """files: in the listing; complete: it was seen to its end. looked_at: of so many the size and
    the first bytes are known. bytes: of all, about, where not all were looked at.
    """

    files: int
    complete: bool
    looked_at: int
    bytes: int
    largest: tuple[File, ...]
    unlisted: tuple[Unlisted, ...]
    unlisted_total: int


@dataclass(frozen=True)
class Format:
    """files, bytes: of those that were looked at. members: sampled members of an archive, by their
    own formats.
    """

    format: str
    files: int
    bytes: int
    example: str
    members: Mapping[str, int]


@dataclass(frozen=True)
class Unread:
    """Files that nothing can read, for one reason."""

    reason: str
    files: int
    bytes: int
    example: str


@dataclass(frozen=True)
class Records:
    """estimate: of the whole dump; between low and high in all likelihood; exact: they were
    counted. unknown_files: of so many files it cannot be told how many records they have; the
    estimate leaves those out that were not read.
    sampled, sampled_files, sampled_bytes: what was read. unfinished: files in which not
    even the first record ended.
    """

    estimate: int
    low: int
    high: int
    exact: bool
    unknown_files: int
    sampled: int
    sampled_files: int
    sampled_bytes: int
    unfinished: tuple[File, ...]


@dataclass(frozen=True)
class Example:
    """Where a record is, and what is to be seen there. record: its number; from_byte: where the
    count begins in a file that was not read from its start.
    """

    source: str
    record: int
    from_byte: int | None
    says: str


@dataclass(frozen=True)
class Lengths:
    """Characters of a text: so many have fewer. empty: share of texts without any but blanks."""

    shortest: int
    tenth: int
    half: int
    nine_tenths: int
    longest: int
    empty: float
    empty_example: Example | None


@dataclass(frozen=True)
class Encoding:
    """methods: shares of this encoding's records by what gave it away. confidence: the mean;
    lowest: the least. lossy: share whose bytes the text does not give back.
    """

    encoding: str
    share: float
    sampled: int
    methods: Mapping[str, float]
    confidence: float
    lowest: float
    lossy: float
    example: Example


@dataclass(frozen=True)
class Language:
    """`und`: no letters to go by."""

    language: str
    share: float
    sampled: int
    example: Example


@dataclass(frozen=True)
class Hint:
    """Something that some texts have. share: of those that were looked at for it."""

    share: float
    sampled: int
    example: Example


@dataclass(frozen=True)
class Field:
    """A field of records. share: of the records with fields. kinds: sampled values by their
    JSON kind. length: mean, of strings.
    """

    name: str
    share: float
    kinds: Mapping[str, int]
    length: int
    example: str


@dataclass(frozen=True)
class TextField:
    """wanted: by default. used: here and in the starting recipe. missing: share of the records with
    fields that were looked at first and have no text in the wanted one.
    """

    wanted: str
    used: str
    missing: float


@dataclass(frozen=True)
class Damage:
    """Records that a run would reject while reading. largest: the size of the largest one."""

    verdict: str
    share: float
    sampled: int
    largest: int
    example: Example


@dataclass(frozen=True)
class PassedOver:
    """Items in the sample that are no text and were not asked for."""

    kind: str
    items: int
    example: str


@dataclass(frozen=True)
class Findings:
    """All that is told of a dump, or of several. The lists begin with the most frequent.

    declared: share of texts whose record declares a language; declared_differs: of those, the ones
    in another language. lossy, replaced, pages, mojibake: see `told`.
    """

    place: str
    dumps: tuple[Dump, ...]
    files: Files
    formats: tuple[Format, ...]
    unread: tuple[Unread, ...]
    records: Records
    lengths: Lengths | None
    encodings: tuple[Encoding, ...]
    lossy: Hint | None
    replaced: Hint | None
    languages: tuple[Language, ...]
    declared: float
    declared_differs: Hint | None
    fields: tuple[Field, ...]
    text_field: TextField
    damage: tuple[Damage, ...]
    passed_over: tuple[PassedOver, ...]
    pages: Hint | None
    mojibake: Hint | None
