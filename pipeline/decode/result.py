"""What decoding gives: a text with its evidence, or the reason why not.

What belongs here: the types that callers see. What does not: how an encoding is found.
"""

import hashlib
from dataclasses import dataclass, replace

from pipeline.document import Edit, apply

# The stage that edits of mixed texts bear in the ledger.
STAGE = "decode"


class Undecodable(ValueError):
    """The bytes are no text in any encoding that fits; the message says why and where."""


@dataclass(frozen=True, slots=True)
class Declared:
    """An encoding that was named outside the bytes.

    where: by whom, for the evidence ("HTTP", "MIME"). name: as it stands there, any spelling.
    """

    where: str
    name: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was won from its bytes.

    text: where `edits` is not empty, as a strict UTF-8 reader would show it, with one U+FFFD for
    each byte that does not fit; the edits, applied, turn it into the text as it was meant.
    evidence starts with its method: `bom`, `utf-8`, `escapes`, `declared`, `detected`, `mixed` or
    `replaced`. confidence: 0 to 1, the probability that text is read rightly; 1 where certain.
    lossless: `encode` gives the bytes back. runner_up: the likeliest encoding that reads another
    text. misfits: bytes that did not fit the encoding. bytes_hash: `hash_of` the bytes where they
    follow from the text but are not its UTF-8, with or without a mark; else None.
    """

    text: str
    encoding: str
    evidence: str
    confidence: float
    byte_order_mark: bool
    lossless: bool
    runner_up: str | None = None
    misfits: int = 0
    edits: tuple[Edit, ...] = ()
    bytes_hash: str | None = None

    @property
    def meant(self) -> str:
        """The text with the edits applied."""
        return apply(self.text, self.edits)[0]

    def with_text(self, text: str) -> "Decoded":
        """The same evidence of a text that was taken out of this one: no bytes follow from it."""
        return replace(
            self, text=text, byte_order_mark=False, lossless=False, edits=(), bytes_hash=None
        )


def hash_of(raw: bytes) -> str:
    """16 hex digits, by which bytes are known again when a text is encoded back."""
    return hashlib.blake2b(raw, digest_size=8).hexdigest()
