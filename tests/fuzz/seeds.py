"""A small sound file of every format and packing, to be damaged.

What belongs here: the files, made here. What does not: how they are damaged (mutate).
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

import lz4.frame
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import zstandard

PROSE = (
    "The ferryman counts the bells before he casts off. Seven mean fog over the sandbank, eight "
    "mean that the pilot is still at breakfast.\nNobody remembers who hung them there.\n"
)
RUSSIAN = "Паромщик считает удары колокола, прежде чем отчалить. Семь ударов значат туман.\n"
PAGE = (
    "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Bells</title>"
    f"<style>p {{}}</style></head><body><nav><a href='/'>Home</a></nav><p>{PROSE}</p>"
    f"<p hidden>no</p><p>{PROSE}</p><script>1 &lt; 2</script></body></html>"
)
LINES = [PROSE, RUSSIAN, "three", "", 'a "quoted" one, with; marks\tand\nfeeds']


def _jsonl() -> bytes:
    import json

    return b"".join(
        json.dumps({"text": text, "id": at}, ensure_ascii=at % 2 == 0).encode() + b"\n"
        for at, text in enumerate(LINES)
    )


def _json() -> bytes:
    import json

    return json.dumps(
        [{"text": text, "id": at} for at, text in enumerate(LINES)], indent=1
    ).encode()


def _csv(delimiter: str) -> bytes:
    import csv

    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter)
    writer.writerow(["id", "text", "url"])
    writer.writerows([at, text, f"https://quay.example/{at}"] for at, text in enumerate(LINES))
    return sink.getvalue().encode()


def _table() -> pa.Table:
    return pa.table({"text": LINES, "id": list(range(len(LINES)))})


def _parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(_table(), sink, row_group_size=2)
    return sink.getvalue()


def _arrow(stream: bool) -> bytes:
    sink = io.BytesIO()
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(sink, _table().schema) as writer:
        writer.write_table(_table(), max_chunksize=2)
    return sink.getvalue()


def _feather() -> bytes:
    sink = io.BytesIO()
    pyarrow.feather.write_feather(_table(), sink, version=2)
    return sink.getvalue()


def _warc_record(kind: str, head: str, body: bytes) -> bytes:
    block = (head + "\r\n").encode() + body if head else body
    fields = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://quay.example/{kind}\r\n"
        "WARC-Date: 2026-11-22T10:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{len(block):012d}>\r\n"
        f"Content-Type: {'text/plain' if kind == 'conversion' else 'application/http'}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return fields.encode() + block + b"\r\n\r\n"


def _chunked(body: bytes) -> bytes:
    parts = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _warc_records() -> list[bytes]:
    page = PAGE.encode()
    okay = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
    russian = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=koi8-r\r\n"
    packed = f"{okay}Content-Encoding: gzip\r\n"
    return [
        _warc_record("warcinfo", "", b"software: by hand\r\n"),
        _warc_record("request", "GET / HTTP/1.1\r\nHost: quay.example\r\n", b""),
        _warc_record("response", okay, page),
        _warc_record("response", f"{okay}Transfer-Encoding: chunked\r\n", _chunked(page)),
        _warc_record("response", packed, gzip.compress(page, mtime=0)),
        _warc_record("response", russian, RUSSIAN.encode("koi8-r")),
        _warc_record("revisit", okay, b""),
        _warc_record("conversion", "", PROSE.encode()),
        _warc_record("response", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n", b"\x89PNG\r\n"),
    ]


def _arc() -> bytes:
    info = "1 0 Quay\nURL IP-address Archive-date Content-type Archive-length\n"
    page = f"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n{PAGE}"
    first = f"filedesc://bells.arc 0.0.0.0 20261122100000 text/plain {len(info)}\n{info}\n"
    second = f"https://quay.example/ 127.0.0.1 20261122100000 text/html {len(page.encode())}\n"
    return (first + second + page + "\n").encode()


def _mail() -> bytes:
    return (
        b"From: =?utf-8?q?B=C3=A9la?= <bela@quay.example>\r\nTo: all@quay.example\r\n"
        b"Subject: =?koi8-r?b?98/M?=\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
        b"Message-ID: <1@quay.example>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n--cut\r\n'
        b"Content-Type: text/plain; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 at the quay.\r\n--cut\r\n"
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"PHA+QmVsbHM8L3A+\r\n--cut\r\nContent-Type: image/png\r\n\r\nxx\r\n--cut--\r\n"
    )


def _mbox() -> bytes:
    mark = b"From bela@quay.example Sun Nov 22 10:00:00 2026\n"
    message = _mail().replace(b"\r\n", b"\n")
    return b"".join(mark + message + b"\n>From the quay\n\n" for _ in range(3))


def _zip(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(zipfile.ZipInfo(name), raw)
    return sink.getvalue()


def _tar(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, raw in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return sink.getvalue()


def _epub() -> bytes:
    space = 'xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    found = "urn:oasis:names:tc:opendocument:xmlns:container"
    return _zip(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": (
                f'<container version="1.0" xmlns="{found}"><rootfiles><rootfile '
                'full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles>'
                "</container>"
            ).encode(),
            "book.opf": (
                f'<package version="3.0" {space}><metadata><dc:title>Bells</dc:title></metadata>'
                '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
                '<item id="c" href="c.css" media-type="text/css"/></manifest>'
                '<spine><itemref idref="a"/></spine></package>'
            ).encode(),
            "a.xhtml": (f'<?xml version="1.0"?><html><body><p>{PROSE}</p></body></html>').encode(),
            "c.css": b"p { color: black }",
        }
    )


_SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\n<i>Seven bells.</i>\n\n"
    "2\n00:00:03,000 --> 00:00:04,000\nFog.\n"
)
_VTT = "WEBVTT\n\nNOTE by hand\n\n00:01.000 --> 00:02.000\n<v Bela>Seven bells.\n"

FILES: dict[str, bytes] = {
    "a.txt": PROSE.encode(),
    "cp1251.txt": RUSSIAN.encode("cp1251"),
    "mixed.txt": PROSE.encode() + RUSSIAN.encode() + "the pilot’s “tea”".encode("cp1252"),
    "utf16.txt": PROSE.encode("utf-16"),
    "japanese.txt": ("渡し守は出航の前に鐘を数える。" * 5).encode("iso2022-jp"),
    "a.html": PAGE.encode(),
    "a.xhtml": (
        f'<?xml version="1.0" encoding="utf-8"?><html><body><p>{PROSE}</p></body></html>'
    ).encode(),
    "a.jsonl": _jsonl(),
    "a.json": _json(),
    "a.csv": _csv(","),
    "a.tsv": _csv("\t"),
    "a.parquet": _parquet(),
    "a.arrow": _arrow(stream=False),
    "stream.arrow": _arrow(stream=True),
    "a.feather": _feather(),
    "a.warc": b"".join(_warc_records()),
    "a.warc.gz": b"".join(gzip.compress(record, mtime=0) for record in _warc_records()),
    "a.arc": _arc(),
    "a.eml": _mail(),
    "a.mbox": _mbox(),
    "a.srt": _SRT.encode(),
    "a.vtt": _VTT.encode(),
    "a.epub": _epub(),
    "a.zip": _zip({"a.txt": PROSE.encode(), "b/a.jsonl": _jsonl(), "b.html": PAGE.encode()}),
    "a.tar": _tar({"a.txt": PROSE.encode(), "b/a.jsonl": _jsonl(), "b.html": PAGE.encode()}),
    "nested.zip": _zip({"in.tar": _tar({"a.txt.gz": gzip.compress(PROSE.encode(), mtime=0)})}),
}

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda raw: gzip.compress(raw, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor(level=1).compress,
    ".lz4": lz4.frame.compress,
    ".zip": lambda raw: _zip({"in": raw}),
    ".tar": lambda raw: _tar({"in": raw}),
}
