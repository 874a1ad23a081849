"""A file that somebody else's tool reads, as values with their lines; what is of a wrong kind is named, not raised."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, TypeVar

from gofigure.config.kinds import quote
from gofigure.config.suggest import suggestion
from gofigure.importing.facts import Left

_SHOWN = 60
_T = TypeVar("_T")


class Given(NamedTuple):
    """One value: a text (numbers too, as they were written), true, false, None, a table or a list."""

    value: object
    line: int


Table = Mapping[str, Given]
NOTHING = Given(None, 0)


class Reading:
    """One file, or several that one tool reads together, while they are understood."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left: list[Left] = []

    def leave(self, line: int, what: str, why: str, todo: str = "") -> None:
        """Note what is not carried over."""
        one = Left(self.file, line, what, why, todo)
        if one not in self.left:
            self.left.append(one)

    def table(self, given: Given, what: str) -> Table:
        return given.value if isinstance(given.value, dict) else self._wrong(given, what, "a table", {})

    def items(self, given: Given, what: str) -> tuple[Given, ...]:
        return given.value if isinstance(given.value, tuple) else self._wrong(given, what, "a list", ())

    def text(self, given: Given, what: str) -> str:
        return given.value if isinstance(given.value, str) else self._wrong(given, what, "a text", "")

    def texts(self, given: Given, what: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        if not isinstance(given.value, tuple):
            one = self.text(given, what)
            return (one,) if one else ()
        found = (self.text(item, what) for item in given.value)
        return tuple(text for text in found if text)

    def flag(self, given: Given, what: str) -> bool:
        return (
            given.value if isinstance(given.value, bool) else self._wrong(given, what, "true or false", default=False)
        )

    def pairs(self, given: Given, what: str) -> dict[str, str]:
        """A table of texts, such as environment variables."""
        found: dict[str, str] = {}
        for name, value in self.table(given, what).items():
            if isinstance(value.value, bool):
                found[name] = "true" if value.value else "false"
            else:
                found[name] = self.text(value, f"{what}.{name}")
        return found

    def unknown(self, table: Table, known: Collection[str], what: str) -> None:
        """Name the keys that nobody knows."""
        for name, given in table.items():
            if name not in known:
                where = f"{what}.{name}" if what else name
                self.leave(given.line, shown(where), f"unknown key{suggestion(name, tuple(known))}")

    def _wrong(self, given: Given, what: str, expected: str, default: _T) -> _T:
        if given.value is not None:
            self.leave(given.line, shown(what), f"found {_kind(given.value)}, expected {expected}", "mend it there")
        return default


def get(table: Table, name: str) -> Given:
    return table.get(name, NOTHING)


def shown(text: str) -> str:
    """Somebody's text in a message, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quote(shown(value))
        case dict():
            return "a table"
        case _:
            return "a list"
