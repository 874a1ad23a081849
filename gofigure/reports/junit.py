"""Reads JUnit XML, as pytest writes it. No document type is taken, so that no entity can be defined or expanded."""

from __future__ import annotations

import contextlib
import re
from typing import Any
from xml.parsers import expat

from gofigure.model import Case, CaseVerdict
from gofigure.reports.listener import MOST

_DEEPEST = 50  # a report is five deep
_LONGEST_LINE = 2000
_COLOUR = re.compile(r"#x1B\[[0-9;]*m")  # as pytest writes what XML cannot hold
_SAYS_NOTHING = ("", "collection failure")  # what pytest says of a file that it cannot import
_OUTCOMES: dict[str, CaseVerdict] = {"failure": "failed", "error": "failed", "skipped": "skipped"}


class _TooMuchError(Exception):
    """What no report holds."""


class _Reader:
    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.left_out = 0
        self._depth = 0
        self._case: Case | None = None
        self._telling = False  # in the text of a failure whose message says nothing

    def start_doctype(self, *_: object) -> None:
        raise _TooMuchError

    def start(self, name: str, values: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooMuchError
        if name == "testcase":
            self._case = Case(
                values.get("classname", ""), values.get("name", ""), "passed", _number(values.get("time"))
            )
        elif self._case is not None and name in _OUTCOMES and self._case.verdict != "failed":
            line = _first(values.get("message", ""))
            self._telling = line in _SAYS_NOTHING
            self._case = self._case._replace(verdict=_OUTCOMES[name], line=line)

    def text(self, data: str) -> None:
        if self._telling and self._case is not None and data.strip():
            errors = [line[1:] for line in data.splitlines() if line.startswith("E ")]
            self._telling = not errors
            if errors or self._case.line in _SAYS_NOTHING:
                self._case = self._case._replace(line=_first("\n".join(errors) or data))

    def end(self, name: str) -> None:
        self._depth -= 1
        if name in _OUTCOMES:
            self._telling = False
        if name == "testcase" and self._case is not None:
            if len(self.cases) < MOST:
                self.cases.append(self._case)
            else:
                self.left_out += 1
            self._case = None


def read_junit(data: bytes) -> tuple[list[Case], int, bool]:
    """The tests, how many more there were, and whether it is whole; of one that is not, those up to its end."""
    reader = _Reader()
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.start_doctype
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.end
    is_whole = False
    with contextlib.suppress(expat.ExpatError, _TooMuchError, ValueError, LookupError):
        parser.Parse(data, True)
        is_whole = True
    return reader.cases, reader.left_out, is_whole


def _first(text: str) -> str:
    text = _COLOUR.sub("", text)
    return next((line.strip()[:_LONGEST_LINE] for line in text.splitlines() if line.strip()), "")


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
