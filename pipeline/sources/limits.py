"""How much may come out of one delivered file.

What belongs here: counting what is unpacked and refusing what is too much.
What does not: unpacking (gzipped, zipped, tarred).
"""

from dataclasses import dataclass

from pipeline.sources.settings import IngestSettings

# As much may come out of however little: it is done in a second.
_ALWAYS = 256 * 1024 * 1024


class TooMuch(Exception):
    """More than the recipe allows would be unpacked; the message names the setting."""


@dataclass
class Limits:
    """What has been unpacked of a delivered file of `delivered` bytes so far."""

    settings: IngestSettings
    delivered: int
    members: int = 0
    unpacked: int = 0

    def member(self) -> None:
        """One more member of an archive. Raises `TooMuch`."""
        self.members += 1
        if self.members > self.settings.max_members:
            raise TooMuch(
                f"holds more than ingest.max_members = {self.settings.max_members} members"
            )

    def bytes(self, packed: int, layer: int, new: int) -> None:
        """`new` more bytes came out of a stream; so far `packed` went in and `layer` came out.

        Raises `TooMuch`.
        """
        self.unpacked += new
        if self.unpacked > self.settings.max_unpacked_bytes:
            raise TooMuch(
                "unpacks to more than ingest.max_unpacked_bytes = "
                f"{self.settings.max_unpacked_bytes}"
            )
        most = self.settings.max_unpacked_ratio
        if layer > _ALWAYS and layer > most * packed:
            raise TooMuch(
                f"unpacks to {layer // packed} times its size by byte {packed}, more than "
                f"ingest.max_unpacked_ratio = {most:g}"
            )
        if self.unpacked > _ALWAYS and self.unpacked > most * max(1, self.delivered):
            raise TooMuch(
                f"unpacks to more than {self.unpacked // max(1, self.delivered)} times its size, "
                f"more than ingest.max_unpacked_ratio = {most:g}"
            )
