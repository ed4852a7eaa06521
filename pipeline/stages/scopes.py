"""Which lines of a text go, given the lines that rules match: what each scope means.

What belongs here: the shape of what stands around a match. What does not: the rules' words
(rules/boilerplate), making edits (boilerplate).

A scope asks for more than a match where the words alone could be the author's. What is cut already
never speaks against a further cut, so the answer for what remains of a text is: nothing more.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.stages.rulebook import Mark

# A paragraph is a long line that ends as a sentence does. Scripts without spaces say more in less,
# and some of them show no end of a sentence.
_LONG, _LONG_UNSPACED, _LONG_UNENDED = 80, 30, 60
_CLOSERS = "\"'”’»)]」』"
_ENDS = ".!?…。！？।॥؟۔።။"
_UNSPACED = re.compile("[\u3040-\u9fff\uac00-\ud7af\u1000-\u109f\u1780-\u17ff]")
_UNENDED = re.compile("[\u0e00-\u0eff]")
# A link, a button, a label: few words, no sentence, and no field of a record.
_LINK = re.compile(r"(?!.*(?:[.,;!?…:。，、；！？।]$|: )).{1,60}$")
_MAX_LINK_WORDS = 6
_MAX_MENU_WORDS = 3
# What follows a tail marker (or stands above a head marker) goes with it only if it looks like a
# form or a list of links: no paragraph, and little text ...
_MAX_FORM_LINES = 12
_MAX_FORM_CHARS = 400
# ... or more, of which rules know this much.
_KNOWN_IN_FORM = 0.3
# A block: a run of links, of which rules know at least so many and such a share. Between
# paragraphs, where lists and tables of the author's stand too, only what rules know goes; above the
# first paragraph and below the last, where menus stand, the whole run goes, and less need be known.
_KNOWN_IN_BLOCK = 3
_KNOWN_SHARE_BETWEEN = 0.5
_KNOWN_SHARE_AT_EDGE = 0.1
# A line above the first paragraph goes only in company: on a title page, "By Ann Example" is the
# author's own.
_KNOWN_AT_TOP = 2
# The rule of what goes with a run at an edge, though no rule knows it by itself.
LINK_RUN = "link-run"


def cut_lines(lines: Sequence[str], marks: Sequence[Mark], given: Sequence[str] = ()) -> list[str]:
    """For each line the name of the rule that cuts it, or an empty text.

    given: the same, of what is cut already.
    """
    return _Page(lines, marks, given).cut_all()


def is_prose(line: str) -> bool:
    """Whether the line is a paragraph rather than a label, a button or a link."""
    if len(line) < _LONG_UNSPACED:
        return False
    if line.rstrip().rstrip(_CLOSERS).endswith(tuple(_ENDS)):
        return len(line) >= _LONG or len(_UNSPACED.findall(line)) >= _LONG_UNSPACED
    return len(line) >= _LONG_UNENDED and len(_UNENDED.findall(line)) >= _LONG_UNENDED


class _Page:
    """A text's lines while they are being cut."""

    def __init__(
        self, lines: Sequence[str], marks: Sequence[Mark], given: Sequence[str] = ()
    ) -> None:
        self.lines = lines
        self.cut = list(given) or [""] * len(lines)
        self.gone = [bool(rule) for rule in self.cut]
        self.known = {mark.at for mark in marks}
        self.prose = [is_prose(line) for line in lines]
        self.blank = [not line.strip() for line in lines]
        self.marked: dict[str, dict[int, str]] = {}
        for mark in marks:
            self.marked.setdefault(mark.rule.scope, {}).setdefault(mark.at, mark.rule.name)

    def cut_all(self) -> list[str]:
        for at, name in self._of("line"):
            self.cut[at] = self.cut[at] or name
        before = -1
        while before != (before := sum(map(bool, self.cut))):
            self._tails()
            self._heads()
            self._edges()
            self._blocks()
        return self.cut

    def _of(self, scope: str) -> list[tuple[int, str]]:
        return sorted(self.marked.get(scope, {}).items())

    def _tails(self) -> None:
        """From the end inwards: what an inner form leaves over no longer speaks against an outer
        one.
        """
        marked = self.marked.get("tail", {})
        if not marked:
            return
        rest = _Rest(self)
        end = len(self.lines)
        for at in range(end - 1, -1, -1):
            if rest.has_prose:
                return
            if at in marked and rest.is_form():
                self.cut[at:end] = [marked[at]] * (end - at)
                end, rest = at, _Rest(self)
            else:
                rest.add(at)

    def _heads(self) -> None:
        marked = self.marked.get("head", {})
        if not marked:
            return
        rest = _Rest(self)
        start = 0
        for at in range(len(self.lines)):
            if rest.has_prose:
                return
            if at in marked and rest.is_form():
                self.cut[start : at + 1] = [marked[at]] * (at + 1 - start)
                start, rest = at + 1, _Rest(self)
            else:
                rest.add(at)

    def _edges(self) -> None:
        """What counts only above the first paragraph, or only below the last."""
        first, last = self._paragraphs()
        above = [at for at in self.known if at < first]
        for at, name in self._of("top"):
            if at < first <= last and len(above) >= _KNOWN_AT_TOP:
                self.cut[at] = self.cut[at] or name
        for at, name in self._of("end"):
            if at > last >= first:
                self.cut[at] = self.cut[at] or name

    def _paragraphs(self) -> tuple[int, int]:
        """The first paragraph and the last; without any, all lines are between them."""
        found = [at for at, prose in enumerate(self.prose) if prose and not self.cut[at]]
        return (found[0], found[-1]) if found else (0, -1)

    def _blocks(self) -> None:
        marked = self.marked.get("block", {})
        if not marked:
            return
        first, last = self._paragraphs()
        for run in self._runs():
            known = sum(at in self.known for at in run)
            at_edge = first <= last and (run[0] < first or run[-1] > last)
            share = _KNOWN_SHARE_AT_EDGE if at_edge else _KNOWN_SHARE_BETWEEN
            if known < _KNOWN_IN_BLOCK or known < share * len(run):
                continue
            spared = self._titles(run) if run[0] < first else set()
            for at in run:
                if at in marked or (at_edge and at not in spared):
                    self.cut[at] = self.cut[at] or marked.get(at, LINK_RUN)

    def _titles(self, run: list[int]) -> set[int]:
        """Lines of a run above the text that may be its title: the last that no rule knows, and
        those of more words than menus have.
        """
        unknown = [at for at in run if at not in self.known and not self.cut[at]]
        long = {at for at in unknown if self.lines[at].strip().count(" ") >= _MAX_MENU_WORDS}
        return long | set(unknown[-1:])

    def _runs(self) -> Iterator[list[int]]:
        """Runs of links, over blank lines and what is cut."""
        run: list[int] = []
        for at, line in enumerate(self.lines):
            if self.blank[at] or self.gone[at]:
                continue
            if self.cut[at] or at in self.known or is_link(line):
                run.append(at)
            elif run:
                yield run
                run = []
        if run:
            yield run


def is_link(line: str) -> bool:
    """Whether the line could be a link, a button or a label."""
    bare = line.strip()
    return bool(_LINK.match(bare)) and bare.count(" ") < _MAX_LINK_WORDS


class _Rest:
    """What stands between a marker and the text's edge, as far as nothing has cut it."""

    def __init__(self, page: _Page) -> None:
        self._page = page
        self._lines = self._chars = self._known = 0
        self.has_prose = False

    def add(self, at: int) -> None:
        page = self._page
        if page.cut[at] or page.blank[at]:
            return
        self._lines += 1
        self._chars += len(page.lines[at])
        self._known += at in page.known
        self.has_prose = self.has_prose or page.prose[at]

    def is_form(self) -> bool:
        """Whether it looks like a form or links rather than prose."""
        if self.has_prose:
            return False
        few = self._lines <= _MAX_FORM_LINES and self._chars <= _MAX_FORM_CHARS
        return few or self._known >= _KNOWN_IN_FORM * self._lines
