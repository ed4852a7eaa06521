"""Settings of reading a dump."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IngestSettings:
    """How raw files are read and grouped.

    text_field: the JSON key or Parquet column that holds the text.
    max_record_bytes: a larger record is rejected as oversize instead of held in memory.
    shard_bytes: raw files are grouped into shards of about this size, the unit of work; a larger
    `.jsonl` file is read in parts of it.
    """

    text_field: str = "text"
    max_record_bytes: int = 32 * 1024 * 1024
    shard_bytes: int = 32 * 1024 * 1024

    def __post_init__(self) -> None:
        if not self.text_field:
            raise ValueError("text_field must name a field")
        if self.max_record_bytes < 1:
            raise ValueError("max_record_bytes must be at least 1")
        if self.shard_bytes < 1:
            raise ValueError("shard_bytes must be at least 1")
