"""Stores on loopback for the tests: a real S3 protocol server, and web servers good and bad."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@contextmanager
def s3(environment: pytest.MonkeyPatch) -> Iterator[S3FileSystem]:
    """An S3 store, which the usual environment leads to; all of a process hold the same buckets."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for key in KEYS:
        environment.setenv(key, "only-for-tests")
    S3FileSystem.clear_instance_cache()
    try:
        yield S3FileSystem()
    finally:
        S3FileSystem.clear_instance_cache()
        server.stop()


class Web:
    """Files by path, and the requests for them as (method, path, range)."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.url = ""
        self.ranges = True
        # What is done instead of answering, by path: a status, or how many bytes are sent before
        # the connection is cut.
        self.status: dict[str, int] = {}
        self.cut_after: dict[str, int] = {}


@contextmanager
def web() -> Iterator[Web]:
    """A web server on loopback."""
    served = Web()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(served: Web) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            path = unquote(self.path.partition("?")[0])
            asked = self.headers.get("Range", "")
            served.requests.append((self.command, self.path, asked))
            status = served.status.get(path, 200 if path in served.files else 404)
            body = served.files.get(path, b"") if status == 200 else b"no"
            whole = len(body)
            start = 0
            if asked and served.ranges and status == 200:
                first, _, last = asked.removeprefix("bytes=").partition("-")
                start, body = int(first), body[int(first) : int(last) + 1]
                status = 206
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 206:
                end = start + len(body) - 1
                self.send_header("Content-Range", f"bytes {start}-{end}/{whole}")
            self.end_headers()
            if self.command == "GET":
                cut = served.cut_after.get(path, whole) - start if len(body) > 1 else 1
                self.wfile.write(body[: max(cut, 0)])
                if cut < len(body):
                    self.close_connection = True

        def log_message(self, *words: Any) -> None:
            pass

    return Handler
