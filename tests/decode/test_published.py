"""Files in many encodings, from raw to published: their evidence, and their bytes back."""

from pathlib import Path

from pipeline.decode import encode
from pipeline.document import Edit, restore
from tests.conftest import publish, rows
from tests.decode import sentences as say

LINES = "\n".join((say.RUSSIAN.strip(), "Старые лодки лежат на берегу до самой весны.", ""))
FILES = {
    "plain.txt": (say.ENGLISH * 3).encode(),
    "cyrillic.txt": LINES.encode("koi8-r"),
    "marked.txt": (say.GREEK * 2).encode("utf-16"),
    "mixed.txt": LINES.encode() * 2 + "Лодки стоят у причала.\n".encode("cp1251") + LINES.encode(),
    "torn.txt": (say.GERMAN * 3).encode()[:-2] + "ü".encode()[:1],
}


def test_each_file_comes_back_to_the_byte(tmp_path: Path) -> None:
    raw = tmp_path / "2026-11-25"
    raw.mkdir()
    for name, content in FILES.items():
        (raw / name).write_bytes(content)
    out = publish(raw, tmp_path / "out")
    ledger: dict[str, list[Edit]] = {}
    for row in rows(out, "ledger"):
        edit = Edit(*(row[name] for name in Edit.__slots__))
        ledger.setdefault(row["doc_id"], []).append(edit)
    found = {row["source"]: row for row in rows(out, "documents") + rows(out, "rejected")}
    assert set(found) == set(FILES)
    for name, content in FILES.items():
        row = found[name]
        mine = ledger.get(row["doc_id"], [])
        assert (row["lossless"], row["reversible"], row["bytes_restored"]) == (True,) * 3, name
        assert "\ufffd" not in row["text"]
        original = restore(row["text"], mine)
        assert encode(original, row["encoding"], row["byte_order_mark"], mine) == content, name
    assert found["cyrillic.txt"]["encoding"] == "koi8-r"
    assert found["cyrillic.txt"]["encoding_runner_up"]
    assert found["mixed.txt"]["encoding_evidence"].startswith("mixed: utf-8 with cp1251")
    assert found["mixed.txt"]["encoding_misfits"] == 18
    assert "Лодки стоят у причала." in found["mixed.txt"]["text"]
    assert found["torn.txt"]["encoding_misfits"] == 1
