"""Settings of reading a dump."""

from dataclasses import dataclass

REJECT, REPLACE = "reject", "replace"
_SIZES = (
    "max_record_bytes",
    "shard_bytes",
    "max_members",
    "max_unpacked_bytes",
    "max_scratch_bytes",
)


@dataclass(frozen=True)
class IngestSettings:
    """How raw files are read and grouped.

    text_field: the JSON key, or the column of a table, that holds the text.
    on_undecodable: what becomes of bytes that are no text in any encoding: `reject` the record, or
    `replace` them by U+FFFD (`quality.max_replacement_characters` says how many of those a text may
    have).
    max_record_bytes: a larger record is rejected as oversize instead of held in memory.
    shard_bytes: raw files are grouped into shards of about this size, the unit of work; a larger
    file is read in parts of it where its format can be cut.
    max_depth: archives within archives are opened to this depth.
    max_members: an archive with more members than this is refused from there on.
    max_unpacked_bytes: so much is unpacked of one delivered file.
    max_scratch_bytes: a member that must be read back and forth (a zip or Parquet file within an
    archive) and is larger than this is refused; up to there it lies in a scratch file.
    max_unpacked_ratio: a delivered file that unpacks to more than so many times its size is refused
    from there on (the first 256 MB come out in any case).
    """

    text_field: str = "text"
    on_undecodable: str = REJECT
    max_record_bytes: int = 32 * 1024 * 1024
    shard_bytes: int = 32 * 1024 * 1024
    max_depth: int = 5
    max_members: int = 1_000_000
    max_unpacked_bytes: int = 1024**4
    max_scratch_bytes: int = 16 * 1024**3
    max_unpacked_ratio: float = 250.0

    def __post_init__(self) -> None:
        if not self.text_field:
            raise ValueError("text_field must name a field")
        if self.on_undecodable not in (REJECT, REPLACE):
            raise ValueError(f"on_undecodable must be {REJECT} or {REPLACE}")
        for name in _SIZES:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.max_depth < 0:
            raise ValueError("max_depth must not be negative")
        if self.max_unpacked_ratio <= 0:
            raise ValueError("max_unpacked_ratio must be greater than 0")
