"""From a weighted sample to what is told of the dump.

What belongs here: shares, quantiles, examples. What does not: reading (sampling), words (report).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline import schema
from pipeline.inspect import findings as tell
from pipeline.inspect.fields import Facts, Fields
from pipeline.inspect.listing import Group, Listing, Looked
from pipeline.inspect.sampling import Sample
from pipeline.inspect.seen import Seen, commonest
from pipeline.inspect.visits import Visit
from pipeline.inspect.watched import in_words
from pipeline.inspect.weights import Weights, weigh

_LARGEST = 5
_DIGITS = 4
_QUANTILES = (0.0, 0.1, 0.5, 0.9, 1.0)


def told(
    place: str, dumps: Sequence[str], listed: Listing, looked: Sequence[Looked], read: Sample
) -> tell.Findings:
    """All that is told of dumps of these names."""
    files = sum(listed.files.values())
    complete = listed.complete and not listed.failures
    weights = weigh(looked, read.visits, files, complete=complete)
    rows = _Rows(read.gathered.rows, weights)
    texts = rows.of(lambda row: row.chars is not None)
    full = texts.of(lambda row: not row.empty)
    field = read.text_field
    return tell.Findings(
        place=place,
        dumps=tuple(_dump(name, listed, looked) for name in dumps),
        files=_files(listed, looked),
        formats=_formats(looked, read.visits),
        unread=_unread(looked),
        records=_records(looked, read, weights),
        lengths=_lengths(texts),
        encodings=_encodings(full),
        lossy=texts.hint(lambda row: not row.lossless, lambda row: f"decoded as {row.encoding}"),
        replaced=texts.hint(lambda row: row.replaced, lambda row: f"decoded as {row.encoding}"),
        languages=_languages(full),
        declared=full.share(full.of(lambda row: row.declared is not None)),
        declared_differs=full.of(lambda row: row.agrees is not None).hint(
            lambda row: row.agrees is False,
            lambda row: f"declared as {row.declared}, found {row.language}",
        ),
        fields=_fields(read.gathered.fields, rows, looked),
        text_field=tell.TextField(
            field.wanted, field.used, round(field.missing / max(1, field.of), _DIGITS)
        ),
        damage=_damage(rows),
        passed_over=tuple(
            tell.PassedOver(kind, each.items, each.example)
            for kind, each in sorted(read.gathered.passed.items())
        ),
        pages=full.hint(lambda row: row.page, lambda row: f"{row.chars} characters of HTML"),
        mojibake=full.of(lambda row: row.broken is not None).hint(
            lambda row: bool(row.broken), lambda row: row.broken or ""
        ),
    )


class _Rows:
    """Rows of the sample with their weights."""

    def __init__(self, rows: Iterable[Seen], weights: Weights) -> None:
        self.rows = list(rows)
        self._weights = weights
        self.weight = sum(map(self.weight_of, self.rows))

    def weight_of(self, row: Seen) -> float:
        return self._weights.of.get(row.file, 1.0)

    def of(self, which: Callable[[Seen], bool]) -> "_Rows":
        return _Rows(filter(which, self.rows), self._weights)

    def by(self, key: Callable[[Seen], str]) -> list[tuple[str, "_Rows"]]:
        """Rows by a key, the heaviest first."""
        groups: dict[str, list[Seen]] = defaultdict(list)
        for row in self.rows:
            groups[key(row)].append(row)
        found = [(name, _Rows(rows, self._weights)) for name, rows in groups.items()]
        return sorted(found, key=lambda each: (-each[1].weight, each[0]))

    def share(self, some: "_Rows") -> float:
        """What part of these rows' weight some of them have."""
        return round(some.weight / self.weight, _DIGITS) if self.weight else 0.0

    def mean(self, value: Callable[[Seen], float]) -> float:
        total = sum(self.weight_of(row) * value(row) for row in self.rows)
        return round(total / self.weight, _DIGITS) if self.weight else 0.0

    def example(self, says: Callable[[Seen], str]) -> tell.Example:
        """The first one by its place, those whose numbers count from their file's start before."""
        row = min(self.rows, key=lambda row: (row.start is not None, row.source, row.number))
        return tell.Example(row.source, row.number, row.start, says(row))

    def hint(self, which: Callable[[Seen], bool], says: Callable[[Seen], str]) -> tell.Hint | None:
        some = self.of(which)
        if not some.rows:
            return None
        return tell.Hint(self.share(some), len(some.rows), some.example(says))


def _dump(name: str, listed: Listing, looked: Sequence[Looked]) -> tell.Dump:
    sizes = [each.size for each in looked if each.listed.dump == name]
    files = listed.files[name]
    return tell.Dump(name, files, round(sum(sizes) * files / len(sizes)) if sizes else 0)


def _files(listed: Listing, looked: Sequence[Looked]) -> tell.Files:
    files = sum(listed.files.values())
    size = sum(each.size for each in looked)
    by_size = sorted(looked, key=lambda each: (-each.size, each.source))[:_LARGEST]
    return tell.Files(
        files=files,
        complete=listed.complete,
        looked_at=len(looked),
        bytes=round(size * files / len(looked)) if looked else 0,
        largest=tuple(tell.File(each.source, each.size) for each in by_size),
        unlisted=tuple(tell.Unlisted(*each) for each in listed.unlisted),
        unlisted_total=listed.failures,
    )


def _formats(looked: Sequence[Looked], visits: Mapping[int, Visit]) -> tuple[tell.Format, ...]:
    """By the whole chain of formats; a file that was not read is taken for what most of its group
    are.
    """
    seen: dict[Group, Counter[str]] = defaultdict(Counter)
    chains = {at: found.chains for at, found in visits.items() if found.chains.own}
    for at, chain in chains.items():
        seen[looked[at].group][in_words(chain.own)] += 1
    sizes: dict[str, list[tuple[str, int]]] = defaultdict(list)
    members: dict[str, Counter[str]] = defaultdict(Counter)
    for at, each in enumerate(looked):
        if each.unread:
            continue
        likely = commonest(seen[each.group]) or each.group[0]
        name = in_words(chains[at].own) if at in chains else likely
        sizes[name].append((each.source, each.size))
        if at in chains:
            members[name] += chains[at].members
    found = [
        tell.Format(
            name,
            len(files),
            sum(size for _, size in files),
            min(files)[0],
            dict(sorted(members[name].items())),
        )
        for name, files in sizes.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.bytes, -each.files, each.format)))


def _unread(looked: Sequence[Looked]) -> tuple[tell.Unread, ...]:
    reasons: dict[str, list[Looked]] = defaultdict(list)
    for each in looked:
        if each.unread:
            reasons[each.unread].append(each)
    found = [
        tell.Unread(
            reason,
            len(files),
            sum(each.size for each in files),
            min(each.source for each in files),
        )
        for reason, files in reasons.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.files, each.reason)))


def _records(looked: Sequence[Looked], read: Sample, weights: Weights) -> tell.Records:
    unfinished = sorted((looked[at] for at, v in read.visits.items() if v.unfinished))
    return tell.Records(
        estimate=weights.records,
        low=weights.low,
        high=weights.high,
        exact=weights.exact,
        unknown_files=weights.unknown,
        sampled=len(read.gathered.rows),
        sampled_files=len(read.visits) + sum(1 for each in looked if each.unread),
        sampled_bytes=sum(found.bytes for found in read.visits.values()),
        unfinished=tuple(tell.File(each.source, each.size) for each in unfinished),
    )


def _lengths(texts: _Rows) -> tell.Lengths | None:
    if not texts.rows:
        return None
    chars = sorted((row.chars or 0, texts.weight_of(row)) for row in texts.rows)
    empty = texts.hint(lambda row: row.empty, lambda row: f"{row.size} bytes")
    shortest, tenth, half, nine_tenths, longest = (_quantile(chars, at) for at in _QUANTILES)
    return tell.Lengths(
        shortest,
        tenth,
        half,
        nine_tenths,
        longest,
        empty=empty.share if empty else 0.0,
        empty_example=empty.example if empty else None,
    )


def _quantile(values: Sequence[tuple[int, float]], share: float) -> int:
    """The first value at which this share of the weight is reached."""
    left = share * sum(weight for _, weight in values)
    for value, weight in values:
        left -= weight
        if left <= 0:
            return value
    return values[-1][0]


def _encodings(texts: _Rows) -> tuple[tell.Encoding, ...]:
    return tuple(
        tell.Encoding(
            name,
            texts.share(some),
            len(some.rows),
            {method: some.share(rows) for method, rows in some.by(lambda row: row.method)},
            some.mean(lambda row: row.confidence),
            round(min(row.confidence for row in some.rows), _DIGITS),
            some.share(some.of(lambda row: not row.lossless)),
            some.example(lambda row: row.method),
        )
        for name, some in texts.by(lambda row: row.encoding)
    )


def _languages(texts: _Rows) -> tuple[tell.Language, ...]:
    return tuple(
        tell.Language(name, texts.share(some), len(some.rows), some.example(lambda _: ""))
        for name, some in texts.by(lambda row: row.language)
    )


def _fields(
    by_group: Mapping[Group, Fields], rows: _Rows, looked: Sequence[Looked]
) -> tuple[tell.Field, ...]:
    """A record with fields stands for as many others as those of its group do on average."""
    joined: dict[str, Facts] = defaultdict(Facts)
    having: dict[str, float] = defaultdict(float)
    total = 0.0
    weights = dict(rows.by(lambda row: "\0".join(looked[row.file].group)))
    for group, fields in sorted(by_group.items()):
        some = weights["\0".join(group)]
        each = some.weight / len(some.rows)
        total += each * fields.records
        for name, facts in fields.names.items():
            having[name] += each * facts.records
            joined[name].join(facts)
    found = [
        tell.Field(
            name,
            round(having[name] / total, _DIGITS),
            dict(sorted(facts.kinds.items())),
            round(facts.length / facts.strings) if facts.strings else 0,
            facts.example,
        )
        for name, facts in joined.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.share, each.name)))


def _damage(rows: _Rows) -> tuple[tell.Damage, ...]:
    bad = rows.of(lambda row: row.verdict is not None or row.chars is None)
    return tuple(
        tell.Damage(
            verdict,
            rows.share(some),
            len(some.rows),
            max(row.size for row in some.rows),
            some.example(lambda row: row.reason),
        )
        for verdict, some in bad.by(lambda row: row.verdict or schema.UNREADABLE)
    )
