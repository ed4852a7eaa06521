"""A corpus whose near-duplicates are known: documents of made-up words, any of them at any time.

What belongs here: which document is what, its words, its text. What does not: the words' letters
(vocabulary), which pairs are alike and how much (truth), judging who found them (judge).

A document follows from its number alone, by hashes instead of a generator's state: so a corpus of
any size is written in pieces, and a judge makes the text of a document anew when it wants it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.neardup.vocabulary import LANGUAGES, UNSPACED, WORDS, drawn, vocabulary

Numbers = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

ALIKE, UNLIKE = "template, members alike", "template, members unlike"
EDITED, CHAIN, TRANSLATED = "edited copies", "chains", "translations"
EQUAL, ALONE = "equal but for a capital", "alone"
LINKS = 5
"""Of a chain: each is alike to the next, and to no other."""
MOST_EDITED = 30
"""Percent of the words of a copy, from 1."""
_STEP = (
    0.13  # of a text's shingles, from link to link: (1 - s) / (1 + s) is 0.77, of two steps 0.59
)
_BOILERPLATE = 0.75  # of the longest text, in each member of a template
_NAMES = 8  # one word in so many stays as it is in translations
_ROWS = 20_000


@dataclass(frozen=True)
class Kind:
    """A kind of documents that belong together in groups. first: its first place in the plan."""

    name: str
    size: int
    groups: int
    first: int

    @property
    def documents(self) -> int:
        return self.size * self.groups


@dataclass(frozen=True)
class Plan:
    """What the corpus holds.

    template: members of each of the two templates. Shares of the documents: edited, in pairs of
    which one is a copy with 1 to 30 % of its words drawn anew, scattered or in one stretch;
    chained; translated, the same words in five languages; equal, pairs that differ in a capital.
    The others are alone. words: the least and the most in a document.
    """

    documents: int
    template: int = 50_000
    unlike: bool = True
    edited: float = 0.1
    chained: float = 0.02
    translated: float = 0.02
    equal: float = 0.01
    words: tuple[int, int] = (60, 120)
    seed: int = 1

    def __post_init__(self) -> None:
        if self.kinds[-1].groups < 0:
            raise ValueError(
                f"{self.documents:,} documents are too few for templates of {self.template:,}; "
                "ask for more documents or a smaller template"
            )

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """In the order of their places."""
        shares = (
            (ALIKE, self.template, int(self.template > 0)),
            (UNLIKE, self.template, int(self.template > 0 and self.unlike)),
            (EDITED, 2, int(self.edited * self.documents) // 2),
            (CHAIN, LINKS, int(self.chained * self.documents) // LINKS),
            (TRANSLATED, len(LANGUAGES), int(self.translated * self.documents) // len(LANGUAGES)),
            (EQUAL, 2, int(self.equal * self.documents) // 2),
        )
        made: list[Kind] = []
        first = 0
        for name, size, groups in shares:
            made.append(Kind(name, size, groups, first))
            first += size * groups
        return (*made, Kind(ALONE, 1, self.documents - first, first))

    def kind(self, name: str) -> Kind:
        """Raises `StopIteration` for a name that is none of the kinds."""
        return next(kind for kind in self.kinds if kind.name == name)

    @cached_property
    def _stride(self) -> int:
        """Coprime to the number of documents, so that places are dealt out to all of them."""
        stride = max(1, int(self.documents * 0.6180339887)) | 1
        while np.gcd(stride, self.documents) != 1:
            stride += 2
        return stride

    def places(self, numbers: Numbers) -> Numbers:
        """Where each document stands in the plan; those of a group are far apart in the corpus."""
        return numbers * self._stride % self.documents

    def numbers(self, places: Numbers) -> Numbers:
        """The documents that stand at these places."""
        return places * pow(self._stride, -1, self.documents) % self.documents

    def groups(self, numbers: Numbers) -> Numbers:
        """The first place of each document's group: equal for documents that belong together."""
        places = self.places(numbers)
        found = places.copy()
        for kind in self.kinds:
            here = (places >= kind.first) & (places < kind.first + kind.documents)
            found[here] -= (places[here] - kind.first) % kind.size
        return found

    def ids(self, numbers: Numbers) -> pa.Array:
        """32 hex digits; they sort at random, and end with the document's number."""
        halves = np.stack([_mixed(numbers.astype(np.uint64) + _u(self.seed)), numbers], axis=1)
        digits = halves.astype(">u8").tobytes().hex().encode()
        offsets = np.arange(0, len(digits) + 1, 32, dtype=np.int32)
        return pa.StringArray.from_buffers(
            len(numbers), pa.py_buffer(offsets.tobytes()), pa.py_buffer(digits)
        )

    def texts(self, numbers: Numbers) -> pa.Array:
        """The documents, a blank between two words but in the language that has none."""
        words = self.words_of(numbers)
        lists = pa.ListArray.from_arrays(words.offsets, vocabulary().take(pa.array(words.flat)))
        blanks = pa.array(np.where(words.languages == UNSPACED, "", " "))
        texts = pc.binary_join(lists, blanks)
        equal = self.kind(EQUAL)
        places = self.places(numbers) - equal.first
        copies = (places >= 0) & (places < equal.documents) & (places % 2 == 1)
        return pc.if_else(pa.array(copies), pc.utf8_capitalize(texts), texts)

    def words_of(self, numbers: Numbers) -> "Words":
        """The documents' words as places in `vocabulary`."""
        places = self.places(numbers)
        drawing = _Drawing(self, len(places))
        for kind in self.kinds:
            rows = np.flatnonzero((places >= kind.first) & (places < kind.first + kind.documents))
            if len(rows):
                group, member = np.divmod(places[rows] - kind.first, kind.size)
                drawing.draw(kind, rows, kind.first + group * kind.size, member)
        return drawing.words()

    def tables(self, numbers: Numbers) -> Iterator[pa.Table]:
        """`doc_id` and `text` of the documents, some thousands at a time."""
        for start in range(0, len(numbers), _ROWS):
            some = numbers[start : start + _ROWS]
            yield pa.table({"doc_id": self.ids(some), "text": self.texts(some)})


def number_of(doc_id: str) -> int:
    """The document's number, which its id ends with."""
    return int(doc_id[16:], 16)


@dataclass(frozen=True)
class Words:
    """Documents one after the other; document d has `flat[offsets[d]:offsets[d + 1]]`."""

    flat: NDArray[np.int32]
    offsets: NDArray[np.int32]
    languages: NDArray[np.int32]


class _Drawing:
    """Word p of a document is drawn by the hash of a stream and a place in it; kinds differ in
    which streams and places those are.
    """

    def __init__(self, plan: Plan, documents: int) -> None:
        self.plan = plan
        self.least, self.most = plan.words
        self.streams = np.zeros((documents, self.most), np.uint64)
        self.at = np.broadcast_to(np.arange(self.most), (documents, self.most)).copy()
        self.lengths = np.zeros(documents, np.int64)
        self.languages = np.zeros(documents, np.int32)

    def draw(self, kind: Kind, rows: Numbers, group: Numbers, member: Numbers) -> None:
        """Say for these documents of one kind where their words come from."""
        first, second = self._streams(group, 0), self._streams(group, 1)
        self.lengths[rows] = self._between(second, self.least, self.most)
        self.streams[rows] = first[:, None]
        if kind.name in (ALIKE, UNLIKE):
            self._template(kind, rows, self._streams(group + member, 2))
        elif kind.name == EDITED:
            copies = member == 1
            self._edit(rows[copies], second[copies])
        elif kind.name == CHAIN:
            step = ((self.lengths[rows] - 4) * _STEP).astype(np.int64)
            self.at[rows] += (member * step)[:, None]
        elif kind.name == TRANSLATED:
            self.languages[rows] = member

    def _template(self, kind: Kind, rows: Numbers, own: _Hashes) -> None:
        """Boilerplate, and words of one's own: few at the end, or many in the middle."""
        shared = int(self.most * _BOILERPLATE)
        if kind.name == ALIKE:
            begin = np.full(len(rows), shared)
            count = self._between(own, 1, max(1, (shared - 4) // 7))
        else:
            begin = np.full(len(rows), shared // 2)
            count = self._between(own, self.most // 6, self.most - shared)
        self.lengths[rows] = shared + count
        at = self.at[rows]
        inside = (at >= begin[:, None]) & (at < (begin + count)[:, None])
        behind = at >= (begin + count)[:, None]
        self.streams[rows] = np.where(inside, own[:, None], self.streams[rows])
        self.at[rows] = np.where(behind, at - count[:, None], at)

    def _edit(self, rows: Numbers, streams: _Hashes) -> None:
        """Draw some words anew: scattered over the text, or a stretch of it."""
        lengths = self.lengths[rows]
        count = np.maximum(1, _edited_percent(streams) * lengths // 100)
        at = self.at[rows]
        chances = _mixed(streams[:, None] ^ _u(at * 2 + 1))
        chances[at >= lengths[:, None]] = np.iinfo(np.uint64).max
        ranks = np.argsort(np.argsort(chances, axis=1), axis=1)
        start = (_mixed(streams + _u(3)) % _u(lengths - count + 1)).astype(np.int64)
        stretch = (at >= start[:, None]) & (at < (start + count)[:, None])
        anew = np.where(is_stretch(streams)[:, None], stretch, ranks < count[:, None])
        self.streams[rows] = np.where(anew, streams[:, None], self.streams[rows])

    def _streams(self, places: Numbers, part: int) -> _Hashes:
        return _mixed(_u(places * 4 + part) ^ _mixed(np.array([self.plan.seed], np.uint64)))

    def _between(self, streams: _Hashes, least: int, most: int) -> Numbers:
        return least + (_mixed(streams + _u(1)) % _u(most - least + 1)).astype(np.int64)

    def words(self) -> Words:
        """What was drawn."""
        inside = np.arange(self.most) < self.lengths[:, None]
        hashes = _mixed(self.streams[inside] + _u(self.at[inside]))
        ids = drawn()[hashes >> _u(44)].astype(np.int32)
        languages = np.repeat(self.languages, self.lengths)
        names = (_mixed(hashes) % _u(_NAMES) == 0) & (languages != UNSPACED)
        flat = ids + WORDS * np.where(names, 0, languages).astype(np.int32)
        offsets = np.append(0, np.cumsum(self.lengths)).astype(np.int32)
        return Words(flat, offsets, self.languages)


def _edited_percent(streams: _Hashes) -> Numbers:
    return 1 + (_mixed(streams + _u(2)) % _u(MOST_EDITED)).astype(np.int64)


def is_stretch(streams: _Hashes) -> NDArray[np.bool_]:
    """Whether the words drawn anew stand together."""
    return (_mixed(streams + _u(4)) & _u(1)).astype(bool)


def _u(value: int | NDArray[np.int64]) -> NDArray[np.uint64]:
    return np.asarray(value).astype(np.uint64)


def _mixed(values: _Hashes) -> _Hashes:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): different values stay different."""
    values = values * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
