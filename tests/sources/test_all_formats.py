"""A dump of everything: each record is published or rejected, none is lost."""

import gzip
import io
import json
import tarfile
from collections import Counter
from pathlib import Path

from tests.conftest import publish, rows
from tests.sources.test_arrow import TABLE, written
from tests.sources.test_epub import epub
from tests.sources.test_mail import PLAIN, box
from tests.sources.test_subtitles import SRT, VTT


def test_a_dump_of_every_format(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    items = [{"text": f"item {n}, of a list that is long enough to be read"} for n in range(5)]
    files = {
        "list.json": json.dumps(items, indent=2).encode(),
        "pages.json": json.dumps({"page": 1, "data": items}).encode(),
        "rows.csv": b'id,text\n1,"one, two"\n2,"three\n3,four\n',
        "rows.tsv.gz": gzip.compress(b"id\ttext\n1\tone\n2\ttwo\n"),
        "table.arrow": written(TABLE.slice(0, 7)),
        "box.mbox": box("a mail", "another mail"),
        "one.eml": PLAIN,
        "film.srt": SRT.encode(),
        "film.vtt": VTT.encode("utf-16"),
        "book.epub": epub(),
    }
    for name, bytes_ in files.items():
        (raw / name).write_bytes(bytes_)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, bytes_ in files.items():
            info = tarfile.TarInfo(f"in/{name}")
            info.size = len(bytes_)
            archive.addfile(info, io.BytesIO(bytes_))
    (raw / "all.tar.gz").write_bytes(packed.getvalue())
    out = publish(raw, tmp_path / "out")
    found = [*rows(out, "documents"), *rows(out, "rejected")]
    assert len({row["doc_id"] for row in found}) == len(found)
    records = Counter(row["source"] for row in found if row["record"])
    expected = {
        "list.json": 5,
        "pages.json": 5,
        "rows.csv": 3,
        "rows.tsv.gz": 2,
        "table.arrow": 7,
        "box.mbox": 2,
        "one.eml": 1,
        "film.srt": 1,
        "film.vtt": 1,
        "book.epub": 2,
    }
    assert records == expected | {
        f"all.tar.gz!/in/{name}": count for name, count in expected.items()
    }
    kinds = {row["verdict"].split(":")[0] for row in rows(out, "rejected")}
    assert kinds <= {"malformed", "passed_over", "duplicate", "quality", "language", "empty"}
