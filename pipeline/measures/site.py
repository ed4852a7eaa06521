"""Which site, feed or folder a document is from: where its boilerplate is shared.

What belongs here: reading it off a record's metadata and its file's name. What does not: counting
what a site repeats (steps.lines).

The first of these that a record has: the host of its address; the name in one of its fields; the
place of its file. Long numbers in a file's place count as one another, so that `2026/11/21`,
`part-00017` and a job's own digits do not part what belongs together.
"""

import json

import pyarrow as pa
import pyarrow.compute as pc

# Fields of a record, the first of them that holds a text of one line.
ADDRESSES = ("url", "canonical_url", "link", "source_url", "uri", "warc_target_uri")
NAMES = (
    "site",
    "domain",
    "hostname",
    "feed",
    "source_name",
    "sitename",
    "publication",
    "publisher",
)
# Files that hold many records are a source of their own, others belong to their folder's.
COLLECTIONS = ("jsonl", "ndjson", "csv", "tsv", "parquet", "warc", "arc", "wet")
HERE = "."

_FIELD = '"(?i:{})": "(?P<value>(?:[^"\\\\]|\\\\.)+)"'
_ANY = _FIELD.format("|".join((*ADDRESSES, *NAMES)))
_HOST = r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//(?:[^/?#@]*@)?(?P<host>[^/?#:@\s]+)"
_COLLECTION = rf"(?i)(?:\.snappy)?\.(?:{'|'.join(COLLECTIONS)})(?:\.[a-z0-9]{{1,4}})?$"
_FOLDER = r"/?[^/]*$"
# What changes from part to part and from day to day: job numbers, dates, long numbers.
_CHANGES = (
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    r"\d{4}([-_./]?)\d{2}([-_./]?)\d{2}",
    r"\d{3,}",
)


def measure(metadata: pa.Array, sources: pa.Array) -> pa.Array:
    """The site of each document, never null.

    metadata: JSON objects. sources: raw files, relative to the dump's folder.
    """
    sites = _places(sources)
    told = pc.indices_nonzero(pc.fill_null(pc.match_substring_regex(metadata, _ANY), False))
    if not len(told):
        return sites
    named = _named(metadata.take(told))
    where = pc.is_in(pa.array(range(len(sites)), told.type), value_set=told)
    both = pc.coalesce(named, sites.take(told))
    return pc.replace_with_mask(sites, where, both)


def _named(metadata: pa.Array) -> pa.Array:
    """What the fields say; null where they say nothing that is a name."""
    found = _told(metadata)
    nested = pc.not_equal(pc.count_substring(metadata, "{"), 1)
    if not pc.any(nested).as_py():
        return found
    # An object within the object may have fields of these names too.
    flat = pa.array(map(_own_fields, metadata.filter(nested).to_pylist()), pa.string())
    return pc.replace_with_mask(found, nested, _told(flat))


def _told(metadata: pa.Array) -> pa.Array:
    """The same where no object stands within another."""
    found = pa.nulls(len(metadata), pa.string())
    for field in (*ADDRESSES, *NAMES):
        open_rows = pc.is_null(found)
        if not pc.any(open_rows).as_py():
            break
        values = _values(metadata.filter(open_rows), field)
        said = _hosts(values) if field in ADDRESSES else pc.coalesce(_hosts(values), _names(values))
        found = pc.replace_with_mask(found, open_rows, said)
    return found


def _own_fields(text: str) -> str:
    """The record with nothing but those of its own fields that may say it."""
    try:
        record = {name.lower(): value for name, value in json.loads(text).items()}
    except RecursionError:  # deeper than can be read from here
        return "{}"
    texts = {n: record[n] for n in (*ADDRESSES, *NAMES) if isinstance(record.get(n), str)}
    return json.dumps(texts, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _values(metadata: pa.Array, field: str) -> pa.Array:
    pattern = _FIELD.format(field)
    return pc.struct_field(pc.extract_regex(metadata, pattern), "value")


def _hosts(addresses: pa.Array) -> pa.Array:
    host = pc.struct_field(pc.extract_regex(addresses, _HOST), "host")
    return pc.replace_substring_regex(pc.utf8_lower(host), r"^www\.|\.$", "")


def _names(values: pa.Array) -> pa.Array:
    """A name as it is compared: small, without blanks around it; null for nothing but blanks."""
    small = pc.utf8_trim_whitespace(pc.utf8_lower(values))
    small = pc.replace_substring_regex(small, r"^www\.", "")
    return pc.if_else(pc.equal(small, ""), None, small)


def _places(sources: pa.Array) -> pa.Array:
    """The file without its suffix where it is a collection, else its folder; numbers as 0.

    Sources repeat: each is looked at once.
    """
    encoded = sources.dictionary_encode()
    each = pc.cast(encoded.dictionary, pa.string())
    collection = pc.match_substring_regex(each, _COLLECTION)
    files = pc.replace_substring_regex(each, _COLLECTION, "")
    folders = pc.replace_substring_regex(each, _FOLDER, "")
    places = pc.if_else(collection, files, folders)
    for pattern in _CHANGES:
        places = pc.replace_substring_regex(places, pattern, "0")
    places = pc.if_else(pc.equal(places, ""), HERE, places)
    return places.take(encoded.indices)
