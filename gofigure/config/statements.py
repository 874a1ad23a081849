"""Where each statement of a TOML text stands, letter by letter: to change one and to leave all others as they are."""

from __future__ import annotations

from typing import NamedTuple

from gofigure.config.lines import BETWEEN, KEY_PART, SPACE, Node, Scanner, unquoted


class Span(NamedTuple):
    start: int
    end: int


class Statement(NamedTuple):
    """A `[header]`, or `key = value`."""

    path: tuple[str, ...]  # from the top
    parts: tuple[Span, ...]  # of its own key, as it is written
    start: int
    end: int  # of the value; of the header's bracket
    value: Span | None  # None: it is a header
    several: bool = False  # [[header]]

    @property
    def above(self) -> tuple[str, ...]:
        """The path of the table that it stands in."""
        return self.path[: len(self.path) - len(self.parts)]


def statements(text: str) -> list[Statement]:
    """Those of a text that tomli has accepted."""
    return _Walk(text).statements()


def items(text: str, start: int) -> list[Span]:
    """What stands in the array that begins there."""
    return _Walk(text).items(start)


class _Walk(Scanner):
    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        table: tuple[str, ...] = ()
        self.skip(BETWEEN)
        while self.pos < len(self.text):
            start = self.pos
            if self.text[start] == "[":
                width = 2 if self.text.startswith("[[", start) else 1
                self.pos += width
                parts = self._parts()
                self.pos += width
                table = self._named(parts)
                found.append(Statement(table, parts, start, self.pos, None, width > 1))
            else:
                parts = self._parts()
                self.pos += 1
                self.skip(SPACE)
                value = self._value()
                found.append(Statement(table + self._named(parts), parts, start, value.end, value))
            self.skip(BETWEEN)
        return found

    def items(self, start: int) -> list[Span]:
        found: list[Span] = []
        self.pos = start + 1
        self.skip(BETWEEN)
        while self.text[self.pos] != "]":
            found.append(self._value())
            self.skip(BETWEEN)
        return found

    def _value(self) -> Span:
        start = self.pos
        self.value(Node(0))
        # Without quotes, a value is read as far as it could go.
        return Span(start, start + len(self.text[start : self.pos].rstrip()))

    def _parts(self) -> tuple[Span, ...]:
        """A dotted key, up to the "=" or "]" that follows it."""
        parts: list[Span] = []
        while True:
            self.skip(SPACE)
            start = self.pos
            self.skip(KEY_PART)
            parts.append(Span(start, self.pos))
            self.skip(SPACE)
            if self.text[self.pos] != ".":
                return tuple(parts)
            self.pos += 1

    def _named(self, parts: tuple[Span, ...]) -> tuple[str, ...]:
        return tuple(unquoted(self.text[part.start : part.end]) for part in parts)
