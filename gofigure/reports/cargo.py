"""What `cargo test` prints: libtest's own words, crate by crate; on stable Rust there are no others."""

from __future__ import annotations

import re

from gofigure.model import Case, CaseVerdict
from gofigure.reports.listener import LONGEST_TEXT, Watcher

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CRATE = re.compile(r"\s+(?:Running (?:unittests )?(\S+)(?: \((.*)\))?|Doc-tests (\S+))$")
_BINARY = re.compile(r".*/(.+)-[0-9a-f]+(?:\.exe)?$")
_RUNS = re.compile(r"running \d+ tests?$")
_TEST = re.compile(r"test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)(?:, (.*?))?(?: <([\d.]+)s>)?$")
_BEGUN = re.compile(r"test (.+?)(?: - should panic)? \.\.\. ")
_VERDICT = re.compile(r"(?:.*\D)?(ok|FAILED|ignored)$")
_FAILURE = re.compile(r"---- (.+) stdout ----$")
_NO_COMPLAINT = re.compile(r"thread '.*' (\(\d+\) )?panicked at |Test executable failed|stderr:|stdout:|note: |\s*$")
_VERDICTS: dict[str, CaseVerdict] = {"ok": "passed", "FAILED": "failed", "ignored": "skipped"}


class CargoTest(Watcher):
    """A test that prints past libtest's capture breaks its own line: its verdict then ends a later one."""

    def __init__(self) -> None:
        super().__init__()
        self._crate = ""
        self._crates: dict[str, int] = {}  # how often each was begun
        self._open = ""  # a test whose line was broken
        self._failed: dict[tuple[str, str], int] = {}  # (crate, test) -> its place among the cases
        self._about: int | None = None  # the failure that is being told

    def hear(self, line: bytes) -> bytes:
        text = _COLOUR.sub("", line[:LONGEST_TEXT].decode("utf-8", "replace")).rstrip("\r\n")
        if match := _CRATE.match(text):
            self._crate = self._named(match)
            self._open, self._about = "", None
        elif _RUNS.match(text):
            self._open, self._about = "", None
        elif match := _TEST.match(text):
            self._told(match[1], match[2], match[3] or "", float(match[4]) if match[4] else None)
        elif match := _BEGUN.match(text):
            self._open = match[1]
        elif self._open and (match := _VERDICT.match(text)):
            self._told(self._open, match[1], "", None)
        elif match := _FAILURE.match(text):
            self._about = self._failed.get((self._crate, match[1]))
        elif self._about is not None and not _NO_COMPLAINT.match(text):
            self.cases[self._about] = self.cases[self._about]._replace(line=text.strip())
            self._about = None
        return b""

    def _named(self, match: re.Match[str]) -> str:
        """A crate by its file; where another has had that name, as in a workspace, also by its own."""
        crate = match[1] or f"doc-tests {match[3]}"
        binary = _BINARY.match(match[2] or "")
        if crate in self._crates and binary:
            crate = f"{binary[1]} {crate}"
        times = self._crates[crate] = self._crates.get(crate, 0) + 1
        return crate if times == 1 else f"{crate} ({times})"

    def _told(self, name: str, word: str, why: str, seconds: float | None) -> None:
        self._open = ""
        verdict = _VERDICTS[word]
        before = len(self.cases)
        self.add(Case(self._crate, name, verdict, seconds, why if verdict == "skipped" else ""))
        if verdict == "failed" and len(self.cases) > before:
            self._failed[self._crate, name] = before
