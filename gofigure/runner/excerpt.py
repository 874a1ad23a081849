"""The few lines of a failed stage's log that are most likely to say what is wrong."""

from __future__ import annotations

import os
import re

_LINES = 8
_WINDOW = 64 * 1024
_TELLING = re.compile(
    r"\b(error|errors|fail(ed|ure|s)?|fatal|panic(ked)?|exception|traceback|undefined|not found|cannot"
    r"|no such)\b|^E  |✗|✘",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)|[\x00-\x08\x0b-\x1f\x7f]")


def excerpt(logs: tuple[str, ...]) -> tuple[str, ...]:
    """From the first telling line on, or else the last lines; safe to print on any terminal."""
    if not logs:
        return ()
    lines = [line for line in _text(logs[-1]).splitlines() if line.strip()]
    first = next((at for at, line in enumerate(lines) if _TELLING.search(line)), len(lines))
    start = min(first, max(0, len(lines) - _LINES))
    return tuple(line[:400] for line in lines[start : start + _LINES])


def _text(log: str) -> str:
    with open(log, "rb") as file:
        head = file.read(_WINDOW)
        size = file.seek(0, os.SEEK_END)
        if size > _WINDOW:
            file.seek(max(_WINDOW, size - _WINDOW))
            head += b"\n" + file.read()
    return _CONTROL.sub("", head.decode("utf-8", "backslashreplace"))
