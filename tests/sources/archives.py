"""Web archives that the tests write, byte by byte."""

import gzip


def record(
    kind: str, block: bytes, length: object = None, version: str = "1.0", **fields: str
) -> bytes:
    """A WARC record; `content_type` is written as Content-Type, `url` as WARC-Target-URI."""
    names = {"content_type": "Content-Type", "url": "WARC-Target-URI"}
    said = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:00000000-0000-4000-8000-000000000000>",
        "WARC-Date": "2026-11-24T08:15:00Z",
        **{
            names.get(name, f"WARC-{name.title().replace('_', '-')}"): fields[name]
            for name in fields
        },
        "Content-Length": str(len(block) if length is None else length),
    }
    lines = [f"WARC/{version}", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def http(
    body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200, *more: str
) -> bytes:
    """An HTTP response."""
    lines = [f"HTTP/1.1 {status} Said So", *([f"Content-Type: {kind}"] if kind else []), *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def response(body: bytes, kind: str = "text/plain", status: int = 200, *more: str) -> bytes:
    """A record of an HTTP response."""
    block = http(body, kind, status, *more)
    return record(
        "response",
        block,
        url="https://a.example/",
        content_type="application/http; msgtype=response",
    )


def chunked(body: bytes, size: int = 7) -> bytes:
    """A body in chunks of so many bytes."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def arc(records: list[bytes], version: int = 1) -> bytes:
    """An ARC file of HTTP responses."""
    names = b"URL IP-address Archive-date Content-type Archive-length"
    about = b"%d 0 Some Harvest\n%s\n" % (version, names)
    lines = [b"filedesc://a.arc 0.0.0.0 20261124081500 text/plain %d\n%s" % (len(about), about)]
    more = b" 200 - - 0 a.arc" if version == 2 else b""
    lines += [
        b"http://a.example/%d 192.0.2.1 20261124081500 text/html%s %d\n%s"
        % (n, more, len(each), each)
        for n, each in enumerate(records)
    ]
    return b"\n".join(lines) + b"\n"


def members(records: list[bytes]) -> bytes:
    """Each record a gzip member."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)
