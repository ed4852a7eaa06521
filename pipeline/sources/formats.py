"""The table of formats: how each is known, by its first bytes or its name, and who reads it.

Add a format: write its reader in a file of its own, and enter it here.
docs/formats.md shows how.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from pipeline.sources import signatures as sign
from pipeline.sources.archives.gzipped import read_gzip
from pipeline.sources.archives.members import Follower, cut_gzip
from pipeline.sources.archives.packed import BZIP2, LZ4, XZ, reader_of
from pipeline.sources.archives.tarred import read_tar
from pipeline.sources.archives.zipped import cut_zip, read_zip
from pipeline.sources.archives.zstd import read_zstd
from pipeline.sources.epub import read_epub
from pipeline.sources.limits import Limits
from pipeline.sources.lines import LineCount, cut_lines
from pipeline.sources.mails.mail import read_mail
from pipeline.sources.mails.mbox import cut_mbox, read_mbox
from pipeline.sources.objects.jsonfile import cut_json, read_json
from pipeline.sources.objects.jsonl import read_jsonl
from pipeline.sources.raw import Part, PassedOver, RawFile
from pipeline.sources.record import Record
from pipeline.sources.settings import IngestSettings
from pipeline.sources.subtitles import read_srt, read_vtt
from pipeline.sources.tables.arrowfile import cut_arrow, read_arrow
from pipeline.sources.tables.csvfile import cut_csv, read_csv
from pipeline.sources.tables.parquet import cut_parquet, read_parquet
from pipeline.sources.text import read_text
from pipeline.sources.web.warc import reader_of_archives
from pipeline.sources.web.warc_head import ARC, WARC
from pipeline.sources.web.warc_walk import Walk, cut_archives

Reader = Callable[[RawFile, IngestSettings], Iterator[Record | RawFile | PassedOver]]
"""What is in a file: records, files to be read in turn, and what is no text. May raise
`Unreadable` (of which a record is made) where it cannot say more itself."""

Cutter = Callable[[BinaryIO, int], Iterator[Part]]
"""Parts of a file, each of about so many bytes. May raise whatever reading a damaged file raises
in `CUT_ERRORS`: such a file is read whole."""


PackedCutter = Callable[[BinaryIO, int, Follower, Limits], Iterator[Part]]
"""The same of a file in which another one is packed, whose records are followed."""


class Format(NamedTuple):
    """One format.

    looks: whether a file's first bytes give it away for certain; a file is what it looks like,
    whatever its name. suffixes: names that say so where the first bytes need not; none where they
    always do. cut: how a large file is cut into parts, where it can be; cut_packed: where another
    file is packed in it, whose format says with `follow` where records begin.
    """

    name: str
    looks: Callable[[bytes, IngestSettings], bool]
    read: Reader
    suffixes: tuple[str, ...] = ()
    cut: Cutter | None = None
    cut_packed: PackedCutter | None = None
    follow: Callable[[], Follower] | None = None


TEXT = Format("text", sign.never, read_text, (".txt", ".text", ".md", ".html", ".htm", ".xhtml"))

# In this order they are asked whether a file looks like theirs.
FORMATS = (
    Format("gzip", sign.begins(b"\x1f\x8b"), read_gzip, cut_packed=cut_gzip),
    Format("bzip2", sign.bzip2, reader_of(BZIP2)),
    Format("xz", sign.begins(b"\xfd7zXZ\0", b"]\0\0"), reader_of(XZ)),
    Format("zstd", sign.zstd, read_zstd),
    Format("lz4", sign.begins(b"\x04\x22\x4d\x18"), reader_of(LZ4)),
    Format("EPUB", sign.epub, read_epub),
    Format("zip", sign.begins(b"PK\3\4", b"PK\5\6"), read_zip, cut=cut_zip),
    Format("tar", sign.tar, read_tar),
    Format("Parquet", sign.begins(b"PAR1"), read_parquet, cut=cut_parquet),
    Format("Arrow", sign.arrow, read_arrow, (".arrow", ".feather", ".ipc"), cut_arrow),
    Format(
        "WARC",
        sign.begins(b"WARC/0.", b"WARC/1."),
        reader_of_archives(WARC),
        (".warc", ".wet", ".wat"),
        cut_archives(WARC),
        follow=partial(Walk, WARC),
    ),
    Format(
        "ARC",
        sign.begins(b"filedesc://"),
        reader_of_archives(ARC),
        (".arc",),
        cut_archives(ARC),
        follow=partial(Walk, ARC),
    ),
    Format(
        "JSON Lines",
        sign.jsonl,
        read_jsonl,
        (".jsonl", ".ndjson"),
        cut_lines,
        follow=LineCount,
    ),
    Format("JSON", sign.json_file, read_json, (".json",), cut_json),
    Format("mbox", sign.mbox, read_mbox, (".mbox", ".mbx"), cut_mbox),
    Format("mail", sign.mail, read_mail, (".eml",)),
    Format("WebVTT", sign.vtt, read_vtt, (".vtt",)),
    Format("SubRip", sign.srt, read_srt, (".srt",)),
    Format("CSV", sign.never, read_csv, (".csv", ".tsv"), cut_csv),
    TEXT,
)


def format_of(name: str, head: bytes, settings: IngestSettings) -> Format | None:
    """The format of a file by its first bytes, or else by its name; None for one that is neither
    known nor text.
    """
    for each in FORMATS:
        if each.looks(head, settings):
            return each
    lower = name.lower()
    for each in FORMATS:
        if lower.endswith(each.suffixes):
            return each
    return TEXT if sign.is_text(head) else None
