"""What `go test -json` says, and the text that `go test` would have printed instead.

See https://pkg.go.dev/cmd/test2json for the events. Without -v, go shows one line of a package that passes; of one
that fails what its tests printed, and what those logged that failed, each below its own head.
"""

from __future__ import annotations

import json
import re
from typing import Any

from gofigure.model import Case, CaseVerdict
from gofigure.reports.listener import Listener

_FRAME = re.compile(r"=== (RUN|PAUSE|CONT|NAME) ")
_HEAD = re.compile(r" *--- (PASS|FAIL|SKIP|BENCH): ")
_LOGGED = re.compile(r"    +\S+\.go:\d+: |        ")  # t.Log and its further lines
_NOT_BUILT = re.compile(r"FAIL\t(\S+) \[(build|setup) failed\]")
_CRASH = re.compile(r"(panic|fatal error): ")
_ENDS: dict[str, CaseVerdict] = {"pass": "passed", "fail": "failed", "skip": "skipped"}
_MOST_HELD = 8 << 20  # characters of one package; what is more than that is not shown
_MOST_OWN = 10_000  # lines that go says of one package


class _Test:
    """One test of a package."""

    def __init__(self) -> None:
        self.head = ""
        self.logged: list[str] = []
        self.crash = ""
        self.inner: list[_Test] = []
        self.failed = False

    def text(self, depth: int = 0) -> str:
        """As go shows one that has failed: its head, what it logged, then its subtests, indented."""
        indent = "    " * depth
        inner = "".join(test.text(depth + 1) for test in self.inner if test.failed)
        return self.head + "".join(indent + line for line in self.logged) + inner

    @property
    def first(self) -> str:
        return self.crash or next((line.strip() for line in self.logged if line.strip()), "")


class _Package:
    def __init__(self) -> None:
        self.printed: list[str] = []  # by its tests, to their standard output
        self.own: list[str] = []  # what go says of it
        self.tests: dict[str, _Test] = {}
        self.held = 0

    def test(self, name: str) -> _Test:
        found = self.tests.get(name)
        if found is None:
            found = self.tests[name] = _Test()
            above = name.rpartition("/")[0]
            if above in self.tests:
                self.tests[above].inner.append(found)
        return found

    def failure(self) -> str:
        """What go shows of a package that has failed."""
        top = [test for name, test in self.tests.items() if test.failed and name.rpartition("/")[0] not in self.tests]
        printed = "".join(self.printed)
        if printed and not printed.endswith("\n"):
            printed += "\n"
        if self.held > _MOST_HELD:
            printed += f"[gofigure: {self.held - _MOST_HELD} characters left out here]\n"
        return printed + "".join(test.text() for test in top) + "".join(self.own)


class GoTest(Listener):
    """`verbose`: -v was asked for, so that everything is shown; `raw`: the events themselves were."""

    def __init__(self, *, verbose: bool = False, raw: bool = False) -> None:
        super().__init__()
        self._verbose = verbose
        self._raw = raw
        self._packages: dict[str, _Package] = {}
        self._building = ""  # the package that what is printed now is about
        self._complaints: dict[str, str] = {}  # by package: the first of the compiler's

    def hear(self, line: bytes) -> bytes:
        event = _event(line)
        if event is None:
            text = line.decode("utf-8", "replace")
            self._not_built(text)
            self._built(text)
            return line
        shown = self._take(event)
        return line if self._raw else shown.encode("utf-8", "replace")

    def end(self, _rest: bytes) -> bytes:
        """Where go itself was ended, what is held is all that there will be."""
        if self._raw or self._verbose:
            return b""
        for package in self._packages.values():
            for test in package.tests.values():
                test.failed = True
        return "".join(package.failure() for package in self._packages.values()).encode("utf-8", "replace")

    def _take(self, event: dict[str, Any]) -> str:
        """What is to be shown now that this has happened."""
        action, name, output = (_word(event, key) for key in ("Action", "Test", "Output"))
        if action == "build-output":
            self._built(output)
            return output
        in_package = _word(event, "Package")
        package = self._packages.setdefault(in_package, _Package())
        if action == "output":
            self._hold(package, name, output)
            self._not_built(output)
            return output if self._verbose else ""
        if action not in _ENDS:
            return ""
        if name:
            self._end_of_test(in_package, name, package.test(name), event)
            return ""
        del self._packages[in_package]
        if self._verbose:
            return ""
        return package.failure() if action == "fail" else "".join(line for line in package.own if "\t" in line)

    def _hold(self, package: _Package, name: str, output: str) -> None:
        if not name:
            package.own = [*package.own[-_MOST_OWN:], output]
            return
        package.held += len(output)
        if package.held > _MOST_HELD:
            return
        test = package.test(name)
        if _HEAD.match(output):
            test.head = output
        elif _LOGGED.match(output):
            test.logged.append(output)
        elif not _FRAME.match(output):
            package.printed.append(output)
            if not test.crash and _CRASH.match(output):
                test.crash = output.strip()

    def _end_of_test(self, package: str, name: str, test: _Test, event: dict[str, Any]) -> None:
        verdict = _ENDS[_word(event, "Action")]
        test.failed = verdict == "failed"
        seconds = event.get("Elapsed")
        known = float(seconds) if isinstance(seconds, int | float) else None
        self.add(Case(package, name, verdict, known, "" if verdict == "passed" else test.first))

    def _not_built(self, line: str) -> None:
        if match := _NOT_BUILT.match(line):
            why = self._complaints.get(match[1]) or next(iter(self._complaints.values()), "")  # of one that it imports
            self.add(Case(match[1], f"[{match[2]} failed]", "failed", None, why))

    def _built(self, line: str) -> None:
        """What the compiler prints, package by package: "# ex [ex.test]", then what it complains of."""
        if line.startswith("# "):
            self._building = line.split()[1] if line.split()[1:] else ""
        elif self._building and line.strip() and not _NOT_BUILT.match(line):
            self._complaints.setdefault(self._building, line.strip())


def _event(line: bytes) -> dict[str, Any] | None:
    """None: it is none, but something that another program printed."""
    if not line.startswith(b"{"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("Action"), str) else None


def _word(event: dict[str, Any], key: str) -> str:
    word = event.get(key)
    return word if isinstance(word, str) else ""
