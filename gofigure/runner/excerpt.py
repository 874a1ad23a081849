"""The few lines of a failed stage's log that are most likely to say what is wrong."""

from __future__ import annotations

import os
import re

_LINES = 8
_WINDOW = 64 * 1024
# What compilers, linters and test runners begin a complaint with; else any line that sounds like trouble.
_COMPLAINT = re.compile(
    r"^E\s{2,}\S|\b(error|fatal|panic)(\[\w+\])?:|^(FAILED|ERROR|FAIL|✗|✘)\b|--- FAIL", re.IGNORECASE
)
_TROUBLE = re.compile(
    r"\b(errors?|fail(ed|ure|s)?|exception|traceback|undefined|not found|cannot|no such|expected)\b", re.IGNORECASE
)
# Source code as linters quote it, "12 | except OSError as error:", complains of nothing.
_QUOTED = re.compile(r"\s*\d*\s*\|")
# What a terminal obeys; and marks that turn the order of letters: a line would read as what it is not (TR36).
CONTROL = re.compile(
    r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def excerpt(logs: tuple[str, ...]) -> tuple[str, ...]:
    """From the line before the first complaint on, or else the last lines; safe to print on any terminal."""
    if not logs:
        return ()
    try:
        lines = [line for line in _text(logs[-1]).splitlines() if line.strip()]
    except OSError as error:  # a stage may remove anything
        return (f"its log cannot be read: {error.strerror}",)
    found = _first(_COMPLAINT, lines)
    if found is None:
        found = _first(_TROUBLE, lines)
    start = max(0, len(lines) - _LINES if found is None else min(found - 1, len(lines) - _LINES))
    return tuple(line[:400] for line in lines[start : start + _LINES])


def _first(pattern: re.Pattern[str], lines: list[str]) -> int | None:
    return next((at for at, line in enumerate(lines) if pattern.search(line) and not _QUOTED.match(line)), None)


def _text(log: str) -> str:
    with open(log, "rb") as file:
        head = file.read(_WINDOW)
        size = file.seek(0, os.SEEK_END)
        if size > _WINDOW:
            file.seek(max(_WINDOW, size - _WINDOW))
            head += b"\n" + file.read()
    return CONTROL.sub("", head.decode("utf-8", "backslashreplace"))
