"""The command line: what it prints, what it returns, and what it says about bad input."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.conftest import EXAMPLES, ROOT, rows


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both example dumps, run by the command."""
    out = tmp_path_factory.mktemp("cli")
    assert main(["run", str(EXAMPLES), "--out", str(out)]) == 0
    return out


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def doc_id(corpus: Path, source: str, record: int = 1) -> str:
    found = rows(corpus, "documents") + rows(corpus, "rejected")
    (row,) = [row for row in found if (row["source"], row["record"]) == (source, record)]
    return str(row["doc_id"])


def test_a_run_ends_with_a_table_and_keeps_only_what_was_read(tmp_path: Path) -> None:
    done = run("run", EXAMPLES / "2026-11-22", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    for line in (
        r"records read\W+37",
        r"published\W+2[5-7]",
        r"malformed\W+3",
        r"duplicate:near\W+2",
        r"typos/l-for-I\W+3",
        r"speed\W+[\d.]+ [kM]B/s",
        r"expectations: \d+ met, 0 not met",
    ):
        assert re.search(line, done.stdout), line
    assert (tmp_path / "reports" / "2026-11-22" / "report.html").is_file()
    assert str(tmp_path / "documents" / "2026-11-22") in done.stdout
    kept = {path.name for path in (tmp_path / "_work" / "2026-11-22").iterdir()}
    assert kept == {"raw_documents", "repaired_documents"}


def test_inspect_says_what_there_is_and_proposes_a_recipe() -> None:
    done = run("inspect", EXAMPLES)
    assert done.returncode == 0, done.stderr
    for line in (
        r"2 dumps, 2026-11-21, 2026-11-22",
        r"29 files, 53 kB",
        r"JSON Lines in gzip\s+1 file\s+1.3 kB\s+2026-11-22/exact-clocks.jsonl.gz",
        r"records: 45, all of them were read",
        r"koi8-r\s+2.6 %\s+by detected",
        r"en\s+71 %",
        r"malformed\s+6.7 %\s+3 seen\s+2026-11-22/village.jsonl, record 2: line 2 is not JSON",
        r'# wanted = \["en", "de", "fr"',
    ):
        assert re.search(line, done.stdout), line


def test_inspect_writes_a_recipe_that_a_run_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "raw").mkdir()
    records = [{"id": n, "content": f"Article {n} is about the bridge. " * 9} for n in range(9)]
    (tmp_path / "raw" / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    recipe = tmp_path / "recipe.toml"
    words = ["inspect", str(tmp_path / "raw"), "--recipe", str(recipe)]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert 'likely to be in "content"' in shown
    assert "A starting recipe" not in shown
    before = recipe.read_text()
    recipe.write_text("# mine\n")
    assert main(words) == 2
    assert recipe.read_text() == "# mine\n"
    assert main([*words, "--force"]) == 0
    assert recipe.read_text() == before
    out = tmp_path / "out"
    run_words = ["run", str(tmp_path / "raw"), "--out", str(out), "--recipe", str(recipe)]
    assert main(run_words) == 0
    assert rows(out, "documents")


def test_inspect_as_json_is_the_same_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for _ in range(2):
        assert main(["inspect", str(EXAMPLES), "--json", "--seconds", "600"]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    found = json.loads(shown[0])
    assert list(found) == sorted(found)
    assert found["records"]["estimate"] == 45
    assert found["encodings"][0]["encoding"] == "utf-8"
    assert found["recipe"].startswith("# A starting recipe for")


def test_inspect_shows_nothing_that_a_terminal_obeys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b]0;title\x07\u202e[red]x[/red]\n"
    name = evil.replace("/", "")
    (tmp_path / f"a{name}.txt").write_text("A quiet text.")
    (tmp_path / f"b{name}.bin").write_bytes(b"\x00\x01" * 99)
    records = [{evil: evil * 9, "text": evil, "lang": evil}, {"text": 5, evil: 1}, {"x": evil}]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, records)))
    for more in ([], ["--json"]):
        assert main(["inspect", str(tmp_path), "--dump", "d", *more]) == 0
        assert not set(capsys.readouterr().out) & {"\x1b", "\x07", "\u202e"}
    assert main(["inspect", str(tmp_path), "--dump", "d"]) == 0
    assert "[red]x[/red]" in capsys.readouterr().out


def test_the_seed_articles(
    shared: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    seeds = shared / "seeds"
    assert main(["run", str(seeds), "--out", str(tmp_path)]) == 0
    documents = {row["source"]: row for row in rows(tmp_path, "documents")}
    files = {path.name: path.read_bytes() for path in seeds.iterdir()}
    assert documents.keys() == files.keys()
    assert rows(tmp_path, "duplicates") == []
    cuts = " ".join(row["before"] for row in rows(tmp_path, "ledger"))
    texts = " ".join(row["text"] for row in documents.values())
    for words in (
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
        "© Techa Tungateja | Getty Images",
        "By Editor",
        "lntelligence",
    ):
        assert words in cuts
        assert words not in texts
    assert "common Artificial Intelligence laws" in texts
    for name, raw in files.items():
        for sentence in re.split(r"\n+", raw.decode()):
            kept = sentence.replace("lntelligence", "Intelligence").strip()
            assert kept in texts or len(kept) < 75, sentence
        capfdbinary.readouterr()
        assert main(["restore", documents[name]["doc_id"], "--out", str(tmp_path)]) == 0
        assert capfdbinary.readouterr().out == raw


def test_the_recipe_names_the_wanted_languages(tmp_path: Path) -> None:
    recipe = ROOT / "examples" / "recipe.toml"
    assert main(["run", str(EXAMPLES), "--out", str(tmp_path), "--recipe", str(recipe)]) == 0
    assert {row["language"] for row in rows(tmp_path, "documents")} == {"en", "de"}
    unwanted = [row for row in rows(tmp_path, "rejected") if row["verdict"] == "language"]
    assert {row["language"] for row in unwanted} == {"fi", "fr", "ja", "ru", "uk"}
    assert "fi is not among the wanted languages: en, de" in {row["reason"] for row in unwanted}


def test_explain_shows_every_edit(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", doc_id(corpus, "typos-robotics.txt")[:10], "--out", str(corpus)]) == 0
    shown = capsys.readouterr().out
    assert "typos-robotics.txt, record 1, dump 2026-11-22" in shown
    assert "state      published" in shown
    assert "typos/l-for-I at 11: Artificial [-lntelligence-]{+Intelligence+}" in shown
    assert re.search(r"^-Artificial lntelligence in the shed$", shown, re.MULTILINE)
    assert re.search(r"^\+Artificial Intelligence in the shed$", shown, re.MULTILINE)


def test_explain_says_what_a_document_duplicates_and_is_kept_for(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dropped, kept = doc_id(corpus, "chain-b.txt"), doc_id(corpus, "chain-a.txt")
    assert main(["explain", dropped, "--out", str(corpus)]) == 0
    shown = capsys.readouterr().out
    assert f"duplicates {kept} (Jaccard 0.825): chain-a.txt" in shown
    assert "rejected: duplicate:near" in shown
    assert re.search(
        r"Jaccard 0.825, estimated 0\.\d+, containment 0\.\d+, met in \d+ bands?; "
        r"kept because longer; in a cluster of 3 documents\n",
        shown,
    )
    difference = "…r on Monday morning and asked [-whether-]{+if+} time was expected to continue…"
    assert difference in shown
    assert "a [-leather␣-]bag. She" in shown
    assert main(["explain", kept, "--out", str(corpus)]) == 0
    shown = capsys.readouterr().out
    assert f"kept for   {dropped} (Jaccard 0.825): chain-b.txt" in shown
    assert difference in shown, "always from the kept text to the dropped one"


def test_explain_shows_mixed_and_misnamed_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    english = "The keeper of the lighthouse counts the ships that pass in the fog. " * 6
    german = "Die Imkerin hebt den Deckel vom Kasten und wartet, bis der Rauch sich verzogen hat. "
    raw = tmp_path / "raw"
    raw.mkdir()
    record = {"text": f"{english}\n\n{german * 3}", "lang": "fr-FR"}
    (raw / "mixed.jsonl").write_text(json.dumps(record))
    assert main(["run", str(raw), "--out", str(tmp_path / "out")]) == 0
    (row,) = rows(tmp_path / "out", "documents")
    capsys.readouterr()
    assert main(["explain", row["doc_id"], "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"language   en, .*; by paragraph en 6\d%, de 3\d%; declared as fr\n", shown)


def test_explain_shows_records_that_were_never_decoded(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", doc_id(corpus, "village.jsonl", 3), "--out", str(corpus)]) == 0
    assert "undecodable (line 3, byte 412 of it (0xE9) is not UTF-8" in capsys.readouterr().out


def test_control_characters_never_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "evil.txt").write_text("A \x1b]0;title\x07 text [red]with[/red] \u202eoverride.  \nEnd.")
    assert main(["run", str(raw), "--out", str(tmp_path / "out")]) == 0
    (row,) = rows(tmp_path / "out", "documents")
    capsys.readouterr()
    assert main(["explain", row["doc_id"], "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    assert "[red]with[/red]" in shown


def test_restore_gives_the_bytes_as_delivered(
    corpus: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for source in ("utf16-weather.txt", "koi8r-clocks.txt", "crlf-control-ferry.txt"):
        words = ["restore", doc_id(corpus, source), "--out", str(corpus), "--bytes"]
        assert main(words) == 0
        assert capfdbinary.readouterr().out == (EXAMPLES / "2026-11-22" / source).read_bytes()


def test_rules_and_schema_list_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--language", "any"]) == 0
    shown = capsys.readouterr().out
    assert "photo-credit" in shown
    assert "reply-form" not in shown
    assert main(["schema"]) == 0
    shown = capsys.readouterr().out
    for word in ("documents", "rejected", "ledger", "duplicates", "signatures", "raw_hash"):
        assert word in shown


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["inspect"],
        ["run"],
        ["explain"],
        ["restore"],
        ["duplicates"],
        ["index"],
        ["rules"],
        ["schema"],
    ],
)
def test_help_has_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*command, "--help"])
    shown = capsys.readouterr().out
    assert "usage: hygiene" in shown
    assert not command or f"Example:\n  hygiene {command[0]}" in shown


BAD_WORDS = [
    pytest.param(
        ["run", "{tmp}/gone", "--out", "{tmp}/o"], "gone does not exist; give", id="missing"
    ),
    pytest.param(["run", "{tmp}/empty", "--out", "{tmp}/o"], "empty holds no files", id="empty"),
    pytest.param(["run", "{tmp}/raw/*.csv", "--out", "{tmp}/o"], "nothing matches", id="pattern"),
    pytest.param(["run", "@{tmp}/gone", "--out", "{tmp}/o"], "gone cannot be read", id="list"),
    pytest.param(["run", "ftp://host/a", "--out", "{tmp}/o"], "ftp:// is not known", id="scheme"),
    pytest.param(
        ["run", "{tmp}/raw", "--out", "{tmp}/o", "--recipe", "{tmp}/recipe.toml"],
        "unknown setting 'language.wantd'; did you mean 'language.wanted'",
        id="recipe key",
    ),
    pytest.param(
        ["run", "{tmp}/raw", "--out", "{tmp}/recipe.toml"], "recipe.toml", id="out a file"
    ),
    pytest.param(
        ["run", "{tmp}/raw", "--out", "{tmp}/o", "--dump", "a/b"], "cannot name a dump", id="dump"
    ),
    pytest.param(["run", "{tmp}/raw", "--out", "{tmp}/raw/o"], "lies inside the dump", id="inside"),
    pytest.param(["inspect", "{tmp}/gone"], "gone does not exist; give", id="inspect missing"),
    pytest.param(["inspect", "{tmp}/empty"], "empty holds no files", id="inspect empty"),
    pytest.param(
        ["inspect", "{tmp}/raw", "--recipe", "{tmp}/recipe.toml"],
        "recipe.toml is there already; --force overwrites it",
        id="inspect recipe there",
    ),
    pytest.param(
        ["inspect", "{tmp}/raw", "--recipe", "{tmp}/raw/r.toml"],
        "would lie among the raw files",
        id="inspect recipe inside",
    ),
    pytest.param(
        ["inspect", "{tmp}/raw", "--recipe", "{tmp}/no/r.toml"], "r.toml", id="inspect no folder"
    ),
    pytest.param(["duplicates", "d", "--out", "{tmp}/gone"], "has no dump d", id="no dump"),
    pytest.param(
        ["index", "--out", "{tmp}", "--remove", "d"],
        "has no published dump d; nothing is published in it",
        id="no dump to remove",
    ),
    pytest.param(
        ["index", "--out", "{tmp}", "--rebuild", "d"], "has no published dump d", id="rebuild"
    ),
    pytest.param(
        ["index", "--out", "{tmp}/gone", "--recipe", "{tmp}/recipe.toml"],
        "unknown setting 'language.wantd'",
        id="index by a recipe that is wrong",
    ),
    pytest.param(["explain", "feed", "--out", "{tmp}/raw"], "no document of", id="unknown id"),
    pytest.param(["restore", "feed", "--out", "{tmp}/gone"], "no document of", id="no corpus"),
]


@pytest.mark.parametrize(("words", "message"), BAD_WORDS)
def test_bad_usage_is_two_and_a_sentence(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("A quiet text.")
    (tmp_path / "recipe.toml").write_text("[language]\nwantd = ['en']\n")
    assert main([word.format(tmp=tmp_path) for word in words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("hygiene: ")
    assert message in error
    assert "Traceback" not in error


def test_the_index_is_shown_taken_apart_and_put_together(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shutil.copytree(corpus, tmp_path / "out")

    def index(*words: str | Path, status: int = 0) -> str:
        assert main(["index", "--out", str(out), *map(str, words)]) == status
        return capsys.readouterr().out

    def states(*words: str | Path, status: int = 0) -> dict[str, dict[str, object]]:
        found = json.loads(index("--json", *words, status=status))
        return {row.pop("dump"): row for row in found["dumps"]}

    capsys.readouterr()
    shown = index("--verify")
    assert re.search(r"dump +documents +keys +MB +state", shown)
    assert re.search(r"2026-11-21 +8 +\d+ +0\.0 +fine; verified", shown)
    assert re.search(r"2026-11-22 +\d+ +\d+ +0\.0 +fine; verified", shown)

    before = states()["2026-11-21"]
    assert before["documents"] == len(rows(out, "documents", "2026-11-21"))
    assert before["keys"] == len(rows(out, "band_index", "2026-11-21"))
    shown = index("--remove", "2026-11-21")
    assert re.search(r"2026-11-21 +0 +0 +0\.0 +removed: nothing is compared with it", shown)
    removed = states("--verify")
    assert removed["2026-11-21"] == {
        "documents": 0,
        "keys": 0,
        "bytes": 0,
        "removed": True,
        "stale": None,
    }
    assert removed["2026-11-22"]["problems"] == []
    assert rows(out, "documents", "2026-11-21") == rows(corpus, "documents", "2026-11-21")
    assert main(["duplicates", "2026-11-22", "--out", str(out)]) == 0  # as ever
    capsys.readouterr()
    assert states("--rebuild", "2026-11-21")["2026-11-21"] == before

    recipe = tmp_path / "recipe.toml"
    recipe.write_text("[dedup]\nbands = 9\n")
    shown = index("--recipe", recipe, "--verify")
    assert shown.count("stale: made with another bands; verified") == 2
    assert "hygiene index --rebuild DUMP" in shown
    words = ("--recipe", recipe, "--rebuild", "2026-11-21", "--rebuild", "2026-11-22")
    assert {row["stale"] for row in states(*words).values()} == {None}

    (path,) = (out / "shingles" / "2026-11-22").glob("*.parquet")
    path.write_bytes(path.read_bytes()[:99])
    shown = index("--verify", status=1)
    assert re.search(r"2026-11-22: \S+part-00000\.parquet has another size", shown)
    (problem,) = states("--verify", status=1)["2026-11-22"]["problems"]  # type: ignore[misc]
    assert str(path) in problem
    assert main(["index", "--out", str(out), "--remove", "2026-02-30"]) == 2
    error = capsys.readouterr().err
    assert "no published dump 2026-02-30; it has 2026-11-21, 2026-11-22" in error


def test_an_index_of_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "--out", str(tmp_path), "--verify"]) == 0
    assert capsys.readouterr().out == "No dump is published.\n"
    assert list(tmp_path.iterdir()) == []  # to look writes nothing


def test_usage_errors_are_two() -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run"])
    with pytest.raises(SystemExit, match="2"):
        main(["run", "raw", "--out", "o", "--workers", "0"])
    for seconds in ("0", "-1", "nan", "inf", "soon"):
        with pytest.raises(SystemExit, match="2"):
            main(["inspect", "raw", "--seconds", seconds])


def test_an_ambiguous_id_names_the_candidates(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "", "--out", str(corpus)]) == 2
    assert "45 documents have an id that starts with ''" in capsys.readouterr().err


def test_a_refused_run_is_one_and_leaves_what_was_published(tmp_path: Path) -> None:
    """Nothing but unreadable files: an expectation of severity error fails."""
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "good.txt").write_text("A text to be read, calm and plain.")
    assert main(["run", str(raw), "--out", str(out)]) == 0
    before = {path: path.read_bytes() for path in (out / "documents").rglob("*") if path.is_file()}
    (raw / "good.txt").unlink()
    (raw / "none.jsonl").write_text("\n")
    done = run("run", raw, "--out", out)
    assert done.returncode == 1, done.stderr
    assert "Nothing was published; readers see what they saw before." in done.stdout
    assert {path: path.read_bytes() for path in before} == before
    report = json.loads((out / "reports" / "raw" / "expectations.json").read_bytes())
    assert report["published"] is False


def test_documents_of_a_refused_run_can_be_explained(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an earlier dump published was taken away: its duplicates have nothing to name."""
    out = tmp_path / "out"
    assert main(["run", str(EXAMPLES / "2026-11-21"), "--out", str(out)]) == 0
    shutil.rmtree(out / "documents" / "2026-11-21")
    capsys.readouterr()
    assert main(["run", str(EXAMPLES / "2026-11-22"), "--out", str(out)]) == 1
    assert "error: duplicates/kept_published" in capsys.readouterr().out
    assert not (out / "documents" / "2026-11-22").exists()
    assert main(["explain", doc_id(corpus, "typos-robotics.txt"), "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "not published, its dump was refused; kept" in shown
    assert "{+Intelligence+}" in shown
