"""The Arrow schema of every dataset, column by column, with its meaning.

What belongs here: names, types and descriptions of columns, and the words that a verdict can be.
What does not: how a column is computed, how a dataset is stored.
"""

from collections.abc import Iterable

import pyarrow as pa

# Why a record was rejected; the absence of a verdict means keep.
UNREADABLE = "unreadable"  # its file could not be read, or not to the end
UNSAFE = "unsafe"  # a bomb, a path that leads out of its archive, archives without end
OVERSIZE = "oversize"  # larger than one record may be
MALFORMED = "malformed"  # not a record: torn JSON, no text field, text that is no string
UNDECODABLE = "undecodable"  # its bytes are no text in any encoding that fits
EMPTY = "empty"  # nothing is left to publish
LANGUAGE = "language"  # not a wanted language, or not surely one
QUALITY = "quality"  # quality:<rule>
DUPLICATE_EXACT = "duplicate:exact"
DUPLICATE_NEAR = "duplicate:near"
FAILED = "failed"  # failed:<step>, the error is in the reason
# passed_over:<kind>, in place of a verdict: the row is no record, it counts what is no text and was
# not asked for.
PASSED_OVER = "passed_over"

# The part of a verdict before its colon.
VERDICTS = (
    UNREADABLE,
    UNSAFE,
    OVERSIZE,
    MALFORMED,
    UNDECODABLE,
    EMPTY,
    LANGUAGE,
    QUALITY,
    "duplicate",
    FAILED,
)


def _field(name: str, kind: pa.DataType, meaning: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": meaning})


EDIT = pa.struct(
    [
        _field("stage", pa.string(), "the stage that proposed the edit", nullable=False),
        _field("rule", pa.string(), "the rule within the stage", nullable=False),
        _field(
            "start",
            pa.int64(),
            "where, in code points, in the text as the stage found it",
            nullable=False,
        ),
        _field("before", pa.string(), "what stood there", nullable=False),
        _field("after", pa.string(), "what stands there now", nullable=False),
        _field(
            "evidence",
            pa.string(),
            "what speaks for it, as a JSON object; empty where the rule says it all",
            nullable=False,
        ),
    ]
)

_IDENTITY = [
    _field("doc_id", pa.string(), "32 hex digits of dump, source, record, content", nullable=False),
    _field("dump", pa.string(), "the delivery the record came in", nullable=False),
    _field(
        "source",
        pa.string(),
        "the raw file, relative to the dump's folder, and after !/ the file within an archive",
        nullable=False,
    ),
    _field(
        "record",
        pa.int64(),
        "line (JSONL), row (tables) or item, from 1; 1 for a whole text file; 0 for a file that "
        "could not be read, and for what was passed over",
        nullable=False,
    ),
]
_TEXT = _field("text", pa.string(), "the text; null where the bytes could not be decoded")
_DELIVERED = [
    _field("raw_bytes", pa.int64(), "size of the record as delivered, in bytes", nullable=False),
    _field("raw_hash", pa.string(), "SHA-256 of the record as delivered, in hex", nullable=False),
]
_ENCODING = [
    _field("encoding", pa.string(), "the encoding the bytes were decoded with"),
    _field(
        "encoding_evidence",
        pa.string(),
        "why that encoding: bom, utf-8, escapes, declared, detected, mixed or replaced; and more",
    ),
    _field("encoding_confidence", pa.float32(), "0 to 1; 1 where it is certain"),
    _field(
        "encoding_runner_up",
        pa.string(),
        "the likeliest encoding that reads another text; null where none was weighed",
    ),
    _field(
        "encoding_misfits",
        pa.int64(),
        "bytes that do not fit the encoding: read in another one (stage decode in the ledger), or "
        "replaced by U+FFFD",
    ),
]
_DECODING = [
    _field("byte_order_mark", pa.bool_(), "a byte order mark came before the text", nullable=False),
    _field(
        "lossless", pa.bool_(), "the decoded text encodes back to the raw bytes", nullable=False
    ),
    _field("decoded_hash", pa.string(), "16 hex digits: hash of the text as decoded"),
    _field(
        "bytes_hash",
        pa.string(),
        "16 hex digits: hash of the bytes that were decoded; null where those are the text as "
        "decoded in UTF-8, whose hash without a mark is decoded_hash, and where lossless is false",
    ),
]
_METADATA = _field(
    "metadata",
    pa.string(),
    "the record's other fields, and what a web page says about itself, as a JSON object",
    nullable=False,
)
SHARE = pa.struct(
    [
        _field("language", pa.string(), "as in column language", nullable=False),
        _field("share", pa.float32(), "0 to 1 of the text's letters", nullable=False),
    ]
)
_LANGUAGE = [
    _field(
        "language",
        pa.string(),
        "ISO 639 code, as langdetect names it or by script; und without letters",
    ),
    _field(
        "language_score",
        pa.float32(),
        "probability of that language, 0 to 1; where a script gives it away, by the script's share",
    ),
    _field(
        "language_runner_up",
        pa.string(),
        "the second likeliest language; null where a script gives it away, and with und",
    ),
    _field(
        "languages",
        pa.list_(SHARE),
        "for texts of several paragraphs of 200 letters or more: each language that a paragraph is "
        "in, with their share, the largest first",
    ),
    _field(
        "declared_language",
        pa.string(),
        "ISO 639 code that the record's own language or lang field comes to, without region",
    ),
    _field(
        "language_agrees",
        pa.bool_(),
        "whether language is the declared one; null where none is declared, and with und",
    ),
]
_VERDICT = [
    _field("verdict", pa.string(), "why it was rejected; null where it is kept"),
    _field("reason", pa.string(), "the verdict in words: what, where, which limit"),
]
_MEASURES = [
    _field("chars", pa.int64(), "code points of the text"),
    _field("words", pa.int64(), "runs of letters and digits; one each for an ideograph or kana"),
    _field("lines", pa.int64(), "lines that are not blank"),
    _field("replacement_characters", pa.int64(), "U+FFFD: a character was lost before us"),
    _field("control_characters", pa.int64(), "controls other than tab and line feed"),
    _field("private_use_characters", pa.int64(), "code points without a public meaning"),
    _field("unassigned_characters", pa.int64(), "code points that Unicode has not assigned"),
    _field("rules_left", pa.int64(), "boilerplate cuts that would still be made"),
    _field("edit_count", pa.int64(), "edits made to this document"),
    _field("cut_chars", pa.int64(), "code points cut as boilerplate"),
    _field("heavily_cut", pa.bool_(), "more than boilerplate.max_cut_share of its text was cut"),
    _field("reversible", pa.bool_(), "the ledger turns the text back into the text as decoded"),
    _field(
        "bytes_restored",
        pa.bool_(),
        "that text encodes back to the bytes that were decoded; null where lossless is false",
    ),
]
_EDITS = _field("edits", pa.list_(EDIT), "all edits so far, in order", nullable=False)

PLAN = pa.schema(
    [
        _field("source", pa.string(), "the raw file, relative to the dump's folder"),
        _field("path", pa.binary(), "the same as the file system spells it"),
        _field("start", pa.int64(), "where this part of it begins (byte, row group or member)"),
        _field("stop", pa.int64(), "where it ends; null, as start, for a whole file"),
        _field("bytes", pa.int64(), "about how much there is to read in it"),
        _field("first", pa.int64(), "the number of the first record in this part"),
        _field("size", pa.int64(), "the size of the whole file"),
        _field(
            "hash",
            pa.string(),
            "SHA-256 of the whole file, or its store's checksum after the checksum's kind, as in "
            "etag:…; null where it could not be read",
        ),
        _field("error", pa.string(), "why it could not be read"),
    ]
)
RAW = pa.schema(
    [*_IDENTITY, *_DELIVERED, *_ENCODING, *_DECODING, _TEXT, _METADATA, *_VERDICT, _EDITS]
)
_UNKNOWN_WORDS = [
    _field(
        "unknown_words",
        pa.list_(pa.string()),
        "words that the language's list does not hold, once each; in a language without a list "
        "those of mixed script or with something unseen; null where slips are not repaired",
    ),
    _field("words_seen", pa.int64(), "how many words were looked up"),
]
REPAIRED = pa.schema([*RAW, *_LANGUAGE, *_UNKNOWN_WORDS])
MENDED = pa.schema([*RAW, *_LANGUAGE])
STRIPPED = MENDED
MEASURED = pa.schema([*STRIPPED, *_MEASURES])

WORD_COUNTS = pa.schema(
    [
        _field("dump", pa.string(), "the delivery that was counted", nullable=False),
        _field("language", pa.string(), "of the documents", nullable=False),
        _field(
            "word",
            pa.string(),
            "a word that the language's list does not hold, as it stands; empty for the row of "
            "all documents in the language",
            nullable=False,
        ),
        _field("strokes", pa.uint64(), "equal for words that look alike: a hash", nullable=False),
        _field("documents", pa.int64(), "how many documents use it", nullable=False),
        _field("words", pa.int64(), "how many words all documents have; else 0", nullable=False),
    ]
)
SLIPS = pa.schema(
    [
        _field("language", pa.string(), "of the documents that it is repaired in", nullable=False),
        _field("slip", pa.string(), "the word as it stands", nullable=False),
        _field("meant", pa.string(), "what becomes of it", nullable=False),
        _field("rule", pa.string(), "the rule of its first slip", nullable=False),
        _field("anywhere", pa.bool_(), "it can be no name either", nullable=False),
        _field("common", pa.bool_(), "the meant word is too common for a name", nullable=False),
        _field("evidence", pa.string(), "the score and its parts, as JSON", nullable=False),
    ]
)

_SITE = _field(
    "site",
    pa.string(),
    "where a document is from: the host of its address, a field that names it, or its folder",
    nullable=False,
)
_LINE = _field(
    "line", pa.uint64(), "hash of a line, case, numbers and blanks folded", nullable=False
)
_BODIES = _field(
    "bodies",
    pa.list_(pa.uint64()),
    "a sketch of the unlike documents that have it: at most 64 fingerprints of texts",
    nullable=False,
)
LINE_COUNTS = pa.schema(
    [
        _field("dump", pa.string(), "the delivery that was counted", nullable=False),
        _SITE,
        _field(
            "line",
            pa.uint64(),
            "hash of a line, case, numbers and blanks folded; 0 for the row of all documents of "
            "the site",
            nullable=False,
        ),
        _field("documents", pa.int64(), "how many documents of the site have it", nullable=False),
        _field("times", pa.int64(), "how often it stands in them in all", nullable=False),
        _BODIES,
    ]
)
_EXAMPLE = _field("example", pa.uint64(), "the first 16 digits of the least doc_id that has it")
LINES_HERE = pa.schema([*LINE_COUNTS, _EXAMPLE])
SITES = pa.schema(
    [
        _SITE,
        _field("here", pa.int64(), "its documents in this dump", nullable=False),
        _field("documents", pa.int64(), "its documents in all dumps", nullable=False),
        _field("unlike", pa.float64(), "how many of them are unlike each other", nullable=False),
    ]
)
_REPEATED = [
    _SITE,
    _LINE,
    _field("documents", pa.int64(), "how many documents of the site have it", nullable=False),
    _field("of", pa.int64(), "how many documents the site has", nullable=False),
    _field("unlike", pa.int64(), "how many of those are unlike each other", nullable=False),
    _field("share", pa.float64(), "the part of the site's unlike documents", nullable=False),
    _field("elsewhere", pa.int64(), "how many documents of other sites have it", nullable=False),
    _field("elsewhere_of", pa.int64(), "how many documents other sites have", nullable=False),
    _field("times", pa.int64(), "how often it stands in the site's documents", nullable=False),
]
LEARNED = pa.schema([*_REPEATED, _EXAMPLE])
REPEATED_LINES = pa.schema(
    [
        *_REPEATED,
        _field("example", pa.string(), "the line as it stands in a document", nullable=False),
        _field("doc_id", pa.string(), "that document, of this dump", nullable=False),
    ]
)

PASSAGES = pa.schema(
    [
        _field("dump", pa.string(), "the delivery that was counted", nullable=False),
        _field(
            "passage",
            pa.uint64(),
            "hash of a paragraph, case and white space folded",
            nullable=False,
        ),
        _field("documents", pa.int64(), "how many of its documents had it", nullable=False),
        _field(
            "doc_id",
            pa.string(),
            "the least id of those; null where it was cut, since a document of another dump has it",
        ),
    ]
)
FOUND_PASSAGES = pa.schema(
    [
        *PASSAGES,
        _field("in_all", pa.int64(), "how many documents of all dumps have it", nullable=False),
        _field("first", pa.string(), "the id of the document that keeps it", nullable=False),
    ]
)

_DUPLICATE = [
    _field("kept_id", pa.string(), "the published document that it duplicates"),
    _field("cluster_id", pa.string(), "smallest doc_id of all documents linked by likeness"),
    _field(
        "cluster_size",
        pa.int64(),
        "how many documents those are, of this run and of earlier dumps, the kept ones included",
    ),
    _field("jaccard", pa.float32(), "exact Jaccard similarity to the kept document"),
    _field("containment", pa.float32(), "the part of its shingles that the kept document has too"),
    _field("estimated_jaccard", pa.float32(), "the signatures' estimate of jaccard"),
    _field(
        "bands_met",
        pa.int32(),
        "bands in which both signatures agree; 0 where the texts are equal",
    ),
    _field("kept_because", pa.string(), "why the kept document comes first in keep order"),
]
# One row a document, in the order of the measured documents.
NEAR_DUPLICATES = pa.schema(
    [
        _IDENTITY[0],
        _field("duplicate", pa.string(), "duplicate:exact or duplicate:near; null where neither"),
        _field("duplicate_reason", pa.string(), "the same in words"),
        *_DUPLICATE,
    ]
)

_COMMON = [*_IDENTITY, _TEXT, *_ENCODING, *_LANGUAGE, _METADATA]
_REST = [*_MEASURES, *_DELIVERED, *_DECODING]
DOCUMENTS = pa.schema([*_COMMON, *_REST])
REJECTED = pa.schema([*_COMMON, *_VERDICT, *_REST])
PASSED_OVER_ITEMS = pa.schema(
    [
        *_IDENTITY[:3],
        _field("kind", pa.string(), "what they are: `WARC request`, say", nullable=False),
        _field("items", pa.int64(), "how many of them", nullable=False),
        _field("raw_bytes", pa.int64(), "their size, where it is known; else 0", nullable=False),
    ]
)
LEDGER = pa.schema(
    [
        _IDENTITY[0],
        _field(
            "position", pa.int64(), "the edit's number within its document, from 0", nullable=False
        ),
        *EDIT,
    ]
)
DUPLICATES = pa.schema([_IDENTITY[0], *_DUPLICATE, _VERDICT[0]])
_SIGNATURE = [
    _field("chars", pa.int64(), "code points of the text"),
    _field("text_hash", pa.string(), "hash of the folded text, for exact duplicates"),
    _field("signature", pa.list_(pa.uint32()), "MinHash; null where the text is too short"),
]
SIGNATURES = pa.schema([*_IDENTITY[:2], *_SIGNATURE])
# The same on its way: with what keep order asks for, and what is compared.
SIGNED = pa.schema(
    [
        *_IDENTITY[:3],
        _field("damage", pa.int64(), "code points that were lost or are odd"),
        _field("edits", pa.int64(), "edits made to the document"),
        *_SIGNATURE[:2],
        _field(
            "minima",
            pa.large_binary(),
            "the signature, as uint32; null where the text is too short",
        ),
        _field("shingle_count", pa.int64(), "how many shingles the text has"),
        _field(
            "shingles",
            pa.large_binary(),
            "the distinct lower 32 bits of their hashes, as uint32",
            nullable=False,
        ),
    ]
)


def _flat(name: str, kind: pa.DataType, meaning: str) -> pa.Field:
    return _field(name, kind, meaning, nullable=False)


_DOC = _flat("doc", pa.uint64(), "the first 16 digits of doc_id as a number")
BAND_INDEX = pa.schema(
    [
        _flat(
            "key",
            pa.uint64(),
            "hash of a band of the signature, its lowest byte the band's number from 1; 0 there: "
            "of the text",
        ),
        _DOC,
    ]
)
DOCUMENT_INDEX = pa.schema(
    [
        _DOC,
        _flat("low", pa.uint64(), "the last 16 digits of doc_id as a number"),
        _flat("text_high", pa.uint64(), "the first 16 digits of text_hash as a number"),
        _flat("text_low", pa.uint64(), "the last 16 digits of text_hash as a number"),
        _flat("chars", pa.int64(), "code points of the text"),
        _flat("shard", pa.uint32(), "in which file of shingles its own are"),
        _flat("start", pa.uint64(), "from which row on"),
        _flat("shingle_count", pa.uint32(), "how many those are"),
    ]
)
SHINGLES = pa.schema(
    [_flat("shingle", pa.uint32(), "the lower 32 bits of a shingle's hash, in order of documents")]
)

PUBLISHED = {
    "documents": DOCUMENTS,
    "rejected": REJECTED,
    "passed_over": PASSED_OVER_ITEMS,
    "ledger": LEDGER,
    "duplicates": DUPLICATES,
    "signatures": SIGNATURES,
    "band_index": BAND_INDEX,
    "document_index": DOCUMENT_INDEX,
    "shingles": SHINGLES,
    "word_counts": WORD_COUNTS,
    "line_counts": LINE_COUNTS,
    "repeated_lines": REPEATED_LINES,
    "passages": PASSAGES,
}


def describe(schema: pa.Schema) -> Iterable[tuple[str, str, str]]:
    """(name, type, meaning) of each column."""
    for field in schema:
        yield field.name, str(field.type), field.metadata[b"description"].decode()
