"""The lines at the bottom of a terminal that are drawn anew again and again, below those that stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO, TypeAlias

from gofigure.cli.streams import write
from gofigure.cli.terminal import Paint, Style, cells, cut

Piece: TypeAlias = tuple[Style | None, str]

# From the bottom up: tmux puts what is erased from the first cell on into its history, at each drawing.
_ERASE_BELOW, _ERASE_ABOVE = "\x1b[J", "\x1b[1A\x1b[K"
# A line that is wider than we think must not become two: the next drawing would begin one line too low.
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"


class Area:
    """The cursor is left visible at the start of the line below it: there is nothing to put in order at the end,
    even after kill -9, and a ^C that the terminal echoes falls where the next drawing erases it.
    """

    def __init__(self, stream: TextIO, *, wraps_when_narrowed: bool) -> None:
        self._stream = stream
        self._wraps = wraps_when_narrowed
        self._drawn: list[int] = []  # the columns of each line of the area as it is on the screen

    def draw(self, above: Sequence[str], lines: Sequence[tuple[str, int]], columns: int) -> None:
        """Lines that stay, then the area's own with the columns that each takes; one write, so nothing flickers."""
        up = len(self._drawn)
        if self._wraps:  # the terminal has become narrower since, and made several lines of one
            up = sum(max(1, -(-taken // columns)) for taken in self._drawn)
        text = f"\r{_ERASE_BELOW}{_ERASE_ABOVE * up}" if up else ""
        text += "".join(f"{line}\n" for line in above)
        if lines:
            text += _NO_WRAP + "".join(f"{line}\n" for line, _ in lines) + _WRAP
        self._drawn = [taken for _, taken in lines]
        if text:
            write(self._stream, text)


def row(pieces: Sequence[Piece], columns: int, paint: Paint, more: str) -> tuple[str, int]:
    """One line of the area, and the columns that it takes."""
    text, left = "", columns
    for style, piece in pieces:
        fitting = cut(piece, left, more)
        text += paint(style, fitting)
        left -= cells(fitting)
    return text, columns - left
