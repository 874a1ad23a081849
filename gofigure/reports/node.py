"""What test programs of Node print: TAP (node --test, tape, ava), and the lines with ticks of node's spec and mocha.

Jest and Vitest write a file (reports/jest.py); their own lines are not read.
"""

from __future__ import annotations

import re

from gofigure.model import Case, CaseVerdict
from gofigure.reports.listener import LONGEST_TEXT, Watcher, told_apart

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_POINT = re.compile(r"( *)(not )?ok\b(?: +\d+)?(?: +- +| +)?(.*?)(?: +# +(SKIP|TODO|skip|todo)\b *(.*))?$")
_SUBTEST = re.compile(r"( *)# Subtest: (.*)$")
_DETAIL = re.compile(r" +(duration_ms|error|message|failureType|type): ?(.*)$")
_TICK = re.compile(r"( *)(?:(✔|✓)|(✖)|(\d+)\)|(﹣|-)) (.+?)(?: \(([\d.]+)(ms|s)\))?(?: # (SKIP|TODO).*)?$")
_GROUP = re.compile(r"( *)(?:▶ )?(\S.*?)(?: \([\d.]+ms\))?$")
_MOCHA_SUM = re.compile(r" +\d+ (passing|failing|pending)\b")
_NODE_SUM = re.compile("(?:\u2139 tests \\d|✖ failing tests:)")
_NPM = re.compile(r"> ")
_ERROR = re.compile(r"(?:# )?((?:[A-Z]\w*)?Error(?: \[\w+\])?: .*)$")  # of a file that could not be run
_SAYS_NOTHING = "test failed"  # but that there is one
_MOCHA_FAILURE = re.compile(r"  (\d+)\) ")


class NodeTest(Watcher):
    """Reads TAP from its first line on, or else ticks."""

    def __init__(self) -> None:
        super().__init__()
        self._tap = False
        self._over = False  # what follows only repeats
        self._error = ""  # that was printed since the last test
        self._before_last = ""  # the same of the last test
        self._above: dict[int, str] = {}  # the groups that a line is in, by their indents
        self._last: int | None = None  # the case that details belong to
        self._in_block = False  # the next line is the first of a text
        self._numbered: dict[str, int] = {}  # the cases of failures by mocha's numbers
        self._about: int | None = None  # the case whose failure is told next, behind an empty line

    def hear(self, line: bytes) -> bytes:
        text = _COLOUR.sub("", line[:LONGEST_TEXT].decode("utf-8", "replace")).rstrip("\r\n")
        if match := _ERROR.match(text):
            self._error = self._error or match[1]
        if text.strip() in ("TAP version 13", "TAP version 14"):
            self._tap = True
        elif self._tap:
            self._hear_tap(text)
        elif self._over:
            self._hear_failures(text)
        else:
            self._hear_ticks(text)
        return b""

    def end(self, _rest: bytes) -> bytes:
        """Ticks and dashes are common: they are tests only where somebody has summed them up."""
        if not self._tap and not self._over:
            self.cases.clear()
        self.cases = told_apart(self.cases)
        return b""

    def _hear_tap(self, text: str) -> None:
        if match := _SUBTEST.match(text):
            self._enter(len(match[1]), match[2])
        elif match := _POINT.match(text):
            self._point(match)
        elif self._last is not None:
            self._detail(text)

    def _point(self, match: re.Match[str]) -> None:
        indent, why = len(match[1]), (match[4] or "").upper()
        verdict: CaseVerdict = "skipped" if why else "failed" if match[2] else "passed"
        self._add(indent, match[3].replace("\\#", "#"), verdict, line=match[5] or "")

    def _detail(self, text: str) -> None:
        if self._last is None:
            return
        case = self.cases[self._last]
        if self._in_block:
            self._in_block = False
            self._say(text.strip())
        elif match := _DETAIL.match(text):
            name, value = match[1], match[2].strip()
            if name == "duration_ms":
                self.cases[self._last] = case._replace(seconds=float(value) / 1000)
            elif value == "'suite'" or "subtestsFailed" in value:
                self._drop()
            elif name in ("error", "message") and case.verdict == "failed" and not case.line:
                self._in_block = value[:1] in ("|", ">")
                self._say("" if self._in_block else value.strip("'\""))
        elif text.strip() == "...":
            self._last = None

    def _say(self, line: str) -> None:
        """The failure of the last test, in one line."""
        if self._last is not None:
            said = self._before_last if line.strip("'\"") == _SAYS_NOTHING else line
            self.cases[self._last] = self.cases[self._last]._replace(line=said)

    def _drop(self) -> None:
        """A group is no test: it fails with those in it."""
        if self._last is not None and self._last == len(self.cases) - 1:
            self.cases.pop()
        self._last = None

    def _hear_ticks(self, text: str) -> None:
        if _NODE_SUM.match(text) or _MOCHA_SUM.match(text):
            self._over, self._last = bool(self.cases), None
        elif self._in_block and text.strip():  # node's, below a test that has failed
            self._in_block = False
            self._say(text.strip())
        elif match := _TICK.match(text):
            skipped = match[5] is not None or match[9] is not None
            verdict: CaseVerdict = "skipped" if skipped else "passed" if match[2] else "failed"
            took = float(match[7]) / (1000 if match[8] == "ms" else 1) if match[7] else None
            if not self._is_group(len(match[1]), match[6]):
                self._add(len(match[1]), match[6], verdict, seconds=took)
                self._in_block = match[3] is not None and verdict == "failed"
                if match[4] and self._last is not None:
                    self._numbered[match[4]] = self._last
        elif (match := _GROUP.match(text)) and not _NPM.match(text):
            self._enter(len(match[1]), match[2])

    def _hear_failures(self, text: str) -> None:
        """Mocha's: a number and a name of several lines, an empty line, the failure."""
        if match := _MOCHA_FAILURE.match(text):
            self._last, self._about = self._numbered.get(match[1]), None
        elif not text.strip():
            if self._last is not None:
                self._about = self._last
            self._last = None
        elif self._about is not None:
            self.cases[self._about] = self.cases[self._about]._replace(line=text.strip())
            self._about = None

    def _is_group(self, indent: int, name: str) -> bool:
        """Whether this only says how a group has ended, as node does."""
        return self._above.get(indent) == name

    def _enter(self, indent: int, name: str) -> None:
        self._above = {depth: above for depth, above in self._above.items() if depth < indent} | {indent: name}
        self._last = None

    def _add(self, indent: int, name: str, verdict: CaseVerdict, seconds: float | None = None, line: str = "") -> None:
        suite = " > ".join(above for depth, above in sorted(self._above.items()) if depth < indent)
        before = len(self.cases)
        self.add(Case(suite, name, verdict, seconds, line))
        self._last = before if len(self.cases) > before else None
        self._before_last, self._error = self._error, ""
        self._in_block = False
