"""Raw files that tell which formats they turn out to have.

What belongs here: the chain of formats from a delivered file to what is in it. What does not:
knowing a format (sources.formats).
"""

from collections import Counter
from dataclasses import dataclass, field

from pipeline.sources.formats import format_of
from pipeline.sources.raw import RawFile

UNKNOWN = "unknown"


@dataclass
class Chains:
    """The formats seen on the way through one delivered file.

    own: of the file itself, the outermost first. members: how many members there were of each
    chain of formats.
    """

    source: str
    own: list[str] = field(default_factory=list)
    members: Counter[str] = field(default_factory=Counter)
    _member: str = ""
    _chain: list[str] = field(default_factory=list)
    _depth: int = -1

    def note(self, source: str, depth: int, name: str) -> None:
        """A stream of that source, so deep inside, has that format."""
        if source == self.source:
            if depth == len(self.own):
                self.own.append(name)
            return
        if source != self._member:
            self.close()
            self._member = source
        if depth > self._depth:
            self._chain.append(name)
            self._depth = depth

    def close(self) -> None:
        """There is no more to be noted of the member that was noted last."""
        if self._chain:
            self.members[in_words(self._chain)] += 1
        self._chain, self._depth, self._member = [], -1, ""


@dataclass(frozen=True)
class Watched(RawFile):
    """A raw file, and all that comes out of it, whose formats are noted."""

    chains: Chains = field(default_factory=lambda: Chains(""))

    def head(self) -> bytes:
        """See `RawFile.head`; every stream is asked for it when its reader is chosen."""
        head = super().head()
        found = format_of(self.name, head, self.limits.settings)
        self.chains.note(self.source, self.depth, found.name if found else UNKNOWN)
        return head


def in_words(chain: list[str]) -> str:
    """`JSON Lines in gzip` for gzip, JSON Lines."""
    return " in ".join(reversed(chain)) or UNKNOWN
