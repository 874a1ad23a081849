"""What a stream can show: whether it is a terminal, how large, in which letters and colours."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Literal, NamedTuple, TextIO

from gofigure.errors import GofigureError
from gofigure.own import says

Style = Literal["good", "bad", "warn", "reused", "faint", "strong"]

_CODES: dict[str, str] = {"good": "32", "bad": "31", "warn": "33", "reused": "36", "faint": "2", "strong": "1"}
_UNABLE = ("", "dumb", "unknown")  # values of TERM
_USUAL = (80, 24)


class Paint:
    """Puts text into a colour, or leaves it as it is."""

    def __init__(self, *, on: bool) -> None:
        self.on = on

    def __call__(self, style: Style | None, text: str) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.on and style and text else text


class Marks(NamedTuple):
    """The signs of a screen, in letters that its stream can write; each one column wide."""

    passed: str
    failed: str
    reused: str
    skipped: str
    more: str
    spinner: str


MARKS = Marks("✓", "✗", "↺", "−", "…", "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
# A width that needs no table: rich is imported for the first letter that does.
_OURS = str.maketrans(dict.fromkeys("".join(MARKS), "x"))
PLAIN_MARKS = Marks("+", "x", "=", "-", "~", "|/-\\")


def is_terminal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether lines on it can be drawn anew."""
    return environ.get("TERM", "") not in _UNABLE and stream.isatty()


def wraps_when_narrowed(environ: Mapping[str, str]) -> bool:
    """Whether a terminal makes two lines of one when it becomes narrower. Two do not, and say who they are."""
    return not environ.get("TERM", "").startswith("linux") and "XTERM_VERSION" not in environ


def paint_for(stream: TextIO, environ: Mapping[str, str]) -> Paint:
    """NO_COLOR and FORCE_COLOR count when they are not empty, whatever they say; the first one wins. Then `color`."""
    if environ.get("NO_COLOR"):
        return Paint(on=False)
    if environ.get("FORCE_COLOR"):
        return Paint(on=True)
    wanted = None
    with contextlib.suppress(GofigureError):  # who needs more of that file will say what is wrong with it
        wanted = says("color", environ)
    return Paint(on=wanted == "always" or (wanted != "never" and is_terminal(stream, environ)))


def marks_for(stream: TextIO) -> Marks:
    return MARKS if (stream.encoding or "").lower().replace("-", "") == "utf8" else PLAIN_MARKS


def size_of(stream: TextIO) -> tuple[int, int]:
    """(columns, lines), as they are now."""
    try:
        columns, lines = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _USUAL
    return columns or _USUAL[0], lines or _USUAL[1]


def printable(text: str) -> str:
    """The text as one line, without anything that a terminal obeys."""
    if text.isprintable():
        return text
    from gofigure.runner.clean import clean

    return clean(text).translate({ord("\n"): " ", ord("\t"): " "})


def tell(line: str) -> None:
    """Print a line of an answer, in which there may be words from anywhere: paths, names, what programs said."""
    print(printable(line))


def cells(text: str) -> int:
    """How many columns it takes. It is printable."""
    if text.translate(_OURS).isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, columns: int, more: str) -> str:
    """As much of it as fits; `more` is the sign that there was more."""
    if cells(text) <= columns:
        return text
    if columns < 1:
        return ""
    if text.translate(_OURS).isascii():
        return text[: columns - 1] + more
    from rich.cells import set_cell_size

    return set_cell_size(text, columns - 1) + more


def fit(text: str, columns: int, more: str) -> str:
    """Exactly so many columns of it."""
    text = cut(text, columns, more)
    return text + " " * (columns - cells(text))
