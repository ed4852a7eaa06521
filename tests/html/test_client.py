"""The helper process: real ones, that are slow, that die, that are killed, that are left alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.html.client import Deadly, Failed, Helper, HelperError, TooSlow
from pipeline.html.settings import EXTRACTORS, HtmlSettings
from tests.html.test_extract import ARTICLE, FACTS, page, read

PLAIN = page(ARTICLE, FACTS, ' lang="en"')
TEN_MEGABYTES = page("<p>The bell has not rung, and nobody in the village knows why.</p>" * 160_000)
# A helper of another kind: it answers as the page says.
FAKE = """
import os, signal, sys, time
from pipeline.html.frames import read_frame, write_frame
out = sys.stdout.buffer
write_frame(out, b"ready")
while (page := read_frame(sys.stdin.buffer)) is not None:
    if page == b"sleep":
        time.sleep(600)
    elif page == b"stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif page == b"half":
        out.write(b"12345"); out.flush(); os._exit(3)
    write_frame(out, b'["read", {}, "", false]')
"""
# The real one, but killed in the middle of its first page, or of every page.
DIES = """
import os, sys
from pipeline.html import helper
if sys.argv[1] == "always" or not os.path.exists(sys.argv[1]):
    open(os.devnull if sys.argv[1] == "always" else sys.argv[1], "w")
    helper.extract = lambda *_: os.kill(os.getpid(), 9)
sys.exit(helper.main(sys.argv[2:]))
"""


def fake(script: str, *arguments: str, seconds: float = 0.05) -> Helper:
    return Helper(HtmlSettings(seconds=seconds), [sys.executable, "-c", script, *arguments])


def pid_of(helper: Helper) -> int:
    assert helper._process is not None
    return helper._process.pid


def gone(pid: int) -> bool:
    """Whether the process ends within a while."""
    for _ in range(600):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("name", EXTRACTORS)
def test_pages_are_read_as_they_are_here_by_one_process(name: str) -> None:
    helper = Helper(HtmlSettings(name))
    for text in (PLAIN, "<html></html>", "", page("<p>é 港</p>"), PLAIN):
        found = helper.read(text)
        assert (found.text, found.facts) == read(text, name)
        first = pid_of(helper)
    helper.read(PLAIN)
    assert pid_of(helper) == first
    helper.end()
    assert gone(first)


def test_a_page_that_takes_too_long_costs_itself_alone() -> None:
    helper = Helper(HtmlSettings(seconds=0.3))
    assert helper.read(PLAIN).text
    first = pid_of(helper)
    with pytest.raises(TooSlow, match=r"^took longer than html.seconds = 0.3$"):
        helper.read(TEN_MEGABYTES)
    assert gone(first)
    assert helper.read(PLAIN) == read(PLAIN)
    helper.end()


@pytest.mark.parametrize("page", ["sleep", "stop"])
def test_a_helper_that_does_nothing_is_not_waited_on(page: str) -> None:
    helper = fake(FAKE)
    with pytest.raises(TooSlow):
        helper.read(page)
    assert helper.read("another").text == "read"
    helper.end()


def test_a_large_page_is_read_and_its_memory_given_back() -> None:
    helper = Helper(HtmlSettings("readability", seconds=600))
    assert len(helper.read(TEN_MEGABYTES).text) > 9_000_000
    large = "import sys\nfrom pipeline.html import helper\nhelper._GROWN = 0\n"
    small = fake(large + "sys.exit(helper.main(sys.argv[1:]))", seconds=60)
    for _ in range(2):
        assert small.read(PLAIN) == read(PLAIN)
        assert small._process is None
    helper.end()


def test_a_page_that_needs_too_much_memory_is_refused() -> None:
    script = "import sys\nfrom pipeline.html import helper\nhelper._MEMORY = 300 * 1024**2\n"
    helper = fake(script + "sys.exit(helper.main(sys.argv[1:]))", seconds=600)
    with pytest.raises((Failed, Deadly)):  # lxml has no good word for it
        helper.read("<br>" * 2_000_000)
    assert helper.read(PLAIN) == read(PLAIN)
    helper.end()


def test_a_helper_killed_from_outside_costs_nothing(tmp_path: Path) -> None:
    helper = Helper(HtmlSettings())
    assert helper.read(PLAIN).text
    os.kill(pid_of(helper), signal.SIGKILL)
    assert helper.read(PLAIN) == read(PLAIN)
    helper.end()
    once = fake(DIES, str(tmp_path / "died"), seconds=60)
    assert once.read(PLAIN) == read(PLAIN)  # killed in the middle of it
    assert (tmp_path / "died").exists()
    once.end()


@pytest.mark.parametrize(
    ("script", "how"), [([DIES, "always"], "SIGKILL"), ([FAKE], "exit status 3")]
)
def test_a_page_that_ends_two_helpers_is_refused(script: list[str], how: str) -> None:
    helper = fake(*script, seconds=60)
    with pytest.raises(Deadly, match=rf"ended 2 times \({how}\)"):
        helper.read("half")
    helper.end()


def test_an_error_of_a_library_costs_its_page() -> None:
    helper = Helper(HtmlSettings())
    with pytest.raises(Failed, match="TooDeep: Excessive depth in document: 2048"):
        helper.read("<div>" * 100_000)
    first = pid_of(helper)
    assert helper.read(PLAIN) == read(PLAIN)
    assert pid_of(helper) == first
    helper.end()


def test_a_helper_that_cannot_be_started_stops_the_run() -> None:
    with pytest.raises(HelperError, match=r"could not be started \(exit status 7\)"):
        fake("import sys; sys.exit(7)").read(PLAIN)


ORPHAN = """
import os, sys
from pipeline.html.client import Helper
from pipeline.html.settings import HtmlSettings
helper = Helper(HtmlSettings(seconds=600))
helper.read("<p>x")
print(helper._process.pid, flush=True)
if sys.argv[1] == "working":
    helper.read("<script></script>x" * 200_000)
sys.stdin.read()
"""


@pytest.mark.parametrize("state", ["idle", "working"])
def test_a_helper_does_not_outlive_its_parent(state: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, state],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    assert parent.stdin
    pid = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    assert gone(pid)
    parent.stdin.close()
    parent.stdout.close()


def test_what_a_library_prints_is_no_answer() -> None:
    script = (
        "import sys\nfrom pipeline.html import helper\nreal = helper.extract\n"
        "def loud(*given):\n    print('loud', flush=True)\n    return real(*given)\n"
        "helper.extract = loud\nsys.exit(helper.main(sys.argv[1:]))"
    )
    loud = fake(script, seconds=60)
    assert loud.read(PLAIN) == read(PLAIN)
    loud.end()


def test_settings_that_make_no_sense_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="trafilatura, resiliparse, readability or off"):
        HtmlSettings("beautiful")
    for seconds in (0, -1, 4000):
        with pytest.raises(ValueError, match="seconds must be"):
            HtmlSettings(seconds=seconds)
    monkeypatch.setattr("pipeline.html.settings.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r'pip install "corpus-hygiene\[extractors\]"'):
        HtmlSettings("resiliparse")
    assert HtmlSettings("off").extractor == "off"
