"""The few lines of a failed stage's log that are most likely to say what is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from gofigure.runner.clean import clean
from gofigure.runner.complaint import finds, is_quoted

LINES = 8
_WINDOW = 64 * 1024
_TROUBLE = re.compile(
    r"\b(errors?|fail(ed|ure|s)?|exception|traceback|undefined|not found|cannot|no such|expected)\b", re.IGNORECASE
)
_OURS = "gofigure: "  # see recipes/__main__.py


def excerpt(logs: tuple[str, ...]) -> tuple[str, ...]:
    """From the line before the first complaint on, or else the last lines; safe to print on any terminal."""
    if not logs:
        return ()
    try:
        data = _ends(logs[-1])
    except OSError as error:  # a stage may remove anything
        return (f"its log cannot be read: {error.strerror}",)
    lines = [line for line in map(_clean, data.splitlines()) if line.strip()]
    if not lines:
        return ("its output is not text",) if data.strip() else ()
    if verdict := _verdict(lines):
        return tuple(line[:400] for line in verdict)
    found = _first(finds, lines)
    if found is None:  # what is about it is needed to understand a lesser hint
        hint = _first(_sounds_like_trouble, lines)
        found = min(len(lines) if hint is None else hint, len(lines) - LINES + 1)
    start = max(0, found - 1)
    return tuple(line[:400] for line in lines[start : start + LINES])


def _verdict(lines: list[str]) -> list[str]:
    """What a recipe of ours has said at the very end, with its hint: it has tried more than once before that."""
    last = lines[-LINES - 2 :]
    at = next((at for at in reversed(range(len(last))) if last[at].startswith(_OURS)), None)
    if at is None:
        return []
    return last[at:] if len(last) - at <= LINES else [*last[at : at + LINES - 1], last[-1]]


def _sounds_like_trouble(line: str) -> bool:
    return _TROUBLE.search(line) is not None and not is_quoted(line)


def _first(is_it: Callable[[str], bool], lines: list[str]) -> int | None:
    return next((at for at, line in enumerate(lines) if is_it(line)), None)


def _ends(log: str) -> bytes:
    """The first bytes of a log and its last ones."""
    with open(log, "rb") as file:
        head = file.read(_WINDOW)
        size = file.seek(0, os.SEEK_END)
        if size > _WINDOW:
            file.seek(max(_WINDOW, size - _WINDOW))
            head += b"\n" + file.read()
    return head


def _clean(line: bytes) -> str:
    """A line as text that is safe to print; "" where most of it is none."""
    text = line.decode("utf-8", "surrogateescape")
    odd = sum("\udc80" <= char <= "\udcff" or char == "\0" for char in text)
    return "" if odd * 4 > len(text) else clean(line.decode("utf-8", "backslashreplace"))
