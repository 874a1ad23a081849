"""The colours of a log's line as spans of text; every other thing that a terminal would obey is left out.

What a stage prints is never markup and never a command: text goes into text nodes, colours are names of our own.
Linear in the length of the line: what begins like a sequence is one, whatever its end, so nothing is read twice.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Span: TypeAlias = tuple[str, str]  # text, and class names

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)(?P<sgr>[0-9;:]{0,64})m"  # colours
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"  # moves, erases, asks
    # Titles, links, clipboards; as in a terminal, any other ESC ends them too.
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*+(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]{0,8}[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # and what turns text around
)
_MOST_SPANS = 400  # of a line: what changes its colour more often is no text that anybody reads
_NAMES = {1: "bold", 2: "dim", 3: "italic", 4: "under", 7: "inverse"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("under",), 27: ("inverse",)}
# Red, green, blue of the 16 colours, to find the nearest: what they look like is the page's, light or dark.
_PALETTE = (
    (0, 0, 0), (190, 0, 0), (0, 160, 0), (170, 130, 0), (30, 60, 220), (170, 0, 170), (0, 150, 160), (190, 190, 190),
    (110, 110, 110), (255, 80, 80), (80, 230, 80), (250, 230, 80), (100, 130, 255), (255, 100, 255), (80, 230, 240),
    (255, 255, 255),
)  # fmt: skip
_STEPS = (0, 95, 135, 175, 215, 255)


class Painter:
    """Goes through lines one after the other: a colour holds until another."""

    def __init__(self) -> None:
        self._on: dict[str, str] = {}  # what -> class

    def spans(self, line: str) -> list[Span]:
        """A line without its end."""
        if "\r" in line:  # what was overwritten is not there to see
            line = next((part for part in reversed(line.split("\r")) if part), "")
        found: list[Span] = []
        held: list[str] = []  # text of one style
        at = 0
        for match in _ESCAPE.finditer(line):
            held.append(line[at : match.start()])
            at = match.end()
            if match["sgr"] is not None:
                if len(found) < _MOST_SPANS:
                    self._end(found, held)
                self._paint(match["sgr"])
        held.append(line[at:])
        self._end(found, held)
        return found

    def _end(self, found: list[Span], held: list[str]) -> None:
        text, style = "".join(held), " ".join(self._on.values())
        held.clear()
        if text:
            found.append((text, style))

    def _paint(self, codes: str) -> None:
        numbers = [int(code) if code.isdigit() and len(code) < 4 else 0 for code in codes.replace(":", ";").split(";")]
        at = 0
        while at < len(numbers):
            code = numbers[at]
            if code in (38, 48):
                at += self._extended("fg" if code == 38 else "bg", numbers[at + 1 : at + 5])
            else:
                self._simple(code)
            at += 1

    def _simple(self, code: int) -> None:
        if code == 0:
            self._on.clear()
        elif code in _NAMES:
            self._on[_NAMES[code]] = _NAMES[code]
        elif code in _OFF:
            for name in _OFF[code]:
                self._on.pop(name, None)
        elif code in (39, 49):
            self._on.pop("fg" if code == 39 else "bg", None)
        for first, what, bright in ((30, "fg", 0), (40, "bg", 0), (90, "fg", 8), (100, "bg", 8)):
            if first <= code < first + 8:
                self._on[what] = f"{what}{code - first + bright}"

    def _extended(self, what: str, rest: list[int]) -> int:
        """One of 256 colours, or of all; how many numbers it took."""
        if rest[:1] == [5] and len(rest) > 1:
            self._on[what] = f"{what}{_nearest(*_of_256(rest[1]))}" if rest[1] > 15 else f"{what}{rest[1]}"
            return 2
        if rest[:1] == [2] and len(rest) > 3:
            self._on[what] = f"{what}{_nearest(*rest[1:4])}"
            return 4
        return len(rest)


def plain(line: str) -> str:
    """The text alone."""
    return _ESCAPE.sub("", line)


def _of_256(number: int) -> tuple[int, int, int]:
    if number >= 232:
        grey = 8 + 10 * (min(number, 255) - 232)
        return grey, grey, grey
    rest = number - 16
    return _STEPS[rest // 36 % 6], _STEPS[rest // 6 % 6], _STEPS[rest % 6]


def _nearest(red: int, green: int, blue: int) -> int:
    def distance(at: int) -> int:
        r, g, b = _PALETTE[at]
        return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2

    return min(range(len(_PALETTE)), key=distance)
