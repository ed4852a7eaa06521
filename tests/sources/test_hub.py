"""Dumps in the Hugging Face Hub: as much of its protocol as its client asks for, on loopback."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import fsspec
import pytest

from pipeline.sources.places.dumps import dates_in, dumps_in
from pipeline.sources.places.place import DumpError, identity_of

FILES = {
    "raw/2026-11-22/a.txt": b"The ferry is late again today, says the harbour master.",
    "raw/2026-11-22/b c.jsonl": b'{"text": "A line of the harbour log."}\n',
}
SHA256 = hashlib.sha256(FILES["raw/2026-11-22/b c.jsonl"]).hexdigest()


def entry(path: str) -> dict[str, Any]:
    """What the Hub says about a file; large ones lie in its LFS."""
    found: dict[str, Any] = {"type": "file", "path": path, "size": len(FILES[path])}
    found["oid"] = hashlib.sha1(FILES[path]).hexdigest()
    if path.endswith(".jsonl"):
        found["lfs"] = {"oid": SHA256, "size": len(FILES[path]), "pointerSize": 130}
    return found


class Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, query = unquote(self.path).partition("?")
        if path.startswith("/api/datasets/me/set/tree/main"):
            inside = path.partition("/tree/main")[2].strip("/")
            self._tell(self._listing(inside, everything="recursive=true" in query.lower()))
        elif path.startswith("/datasets/me/set/resolve/main/"):
            self._give(FILES[path.partition("/resolve/main/")[2]])
        elif path in ("/api/datasets/me/set", "/api/datasets/me/set/revision/main"):
            self._tell({"id": "me/set", "sha": "1" * 40, "siblings": []})
        else:
            self._answer(404, b"{}", "X-Error-Code", "RepoNotFound")

    def _listing(self, inside: str, *, everything: bool) -> list[dict[str, Any]]:
        found = {}
        for path in FILES:
            below = path.removeprefix(f"{inside}/") if inside else path
            if inside and below == path:
                continue
            folders = below.split("/")[:-1]
            for depth in range(1, len(folders) + 1 if everything else min(len(folders), 1) + 1):
                name = "/".join(filter(None, (inside, *folders[:depth])))
                found[name] = {"type": "directory", "path": name, "oid": "0" * 40, "size": 0}
            if everything or not folders:
                found[path] = entry(path)
        return list(found.values())

    def _tell(self, found: Any) -> None:
        if found == []:
            self._answer(404, b"{}", "X-Error-Code", "EntryNotFound")
        else:
            self._answer(200, json.dumps(found).encode(), "Content-Type", "application/json")

    def _give(self, raw: bytes) -> None:
        first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
        part = raw[int(first) : int(last) + 1]
        self._answer(206, part, "Content-Range", f"bytes {first}-{last}/{len(raw)}")

    def _answer(self, status: int, body: bytes, header: str, value: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The Hub is on loopback, as FSSPEC_HF_ENDPOINT would say."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setitem(fsspec.config.conf, "hf", {"endpoint": endpoint})
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("revision", ["", "@main"])
def test_a_folder_of_dumps_in_the_hub(hub: None, revision: str) -> None:
    raw = f"hf://datasets/me/set{revision}/raw"
    assert dates_in(raw) == ["2026-11-22"]
    ((name, place),) = dumps_in(raw, None)
    assert name == "2026-11-22"
    small, large = place.files()
    assert (small.path, large.path) == (b"a.txt", b"b c.jsonl")
    assert (small.identity or "").startswith("git:")
    assert large.identity == SHA256, "what a folder would say too"
    for found in (small, large):
        with place.open(found.path) as file:
            assert file.read() == FILES[f"raw/2026-11-22/{found.path.decode()}"]
            assert identity_of(file) == found.identity


def test_patterns_and_files_in_the_hub(hub: None) -> None:
    ((name, place),) = dumps_in("hf://datasets/me/set/**/*.jsonl", None)
    assert name == "set"
    assert [found.path for found in place.files()] == [b"raw/2026-11-22/b c.jsonl"]
    ((name, place),) = dumps_in("hf://datasets/me/set/raw/2026-11-22/a.txt", None)
    assert (name, [found.path for found in place.files()]) == ("a", [b"a.txt"])


@pytest.mark.parametrize("url", ["hf://datasets/me/gone", "hf://datasets/me/set/gone"])
def test_what_the_hub_does_not_have(hub: None, url: str) -> None:
    with pytest.raises(DumpError, match=f"{url} does not exist"):
        dumps_in(url, "d")
