"""What a key may hold: the values that the schema table and its checks speak in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

KeyPath = tuple[str | int, ...]
Value = str | float | bool | tuple[str, ...] | tuple[tuple[str, str], ...] | None

_SHOWN = 60
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Wrong(NamedTuple):
    """One thing wrong, before its line and its nearest valid name are looked up."""

    at: KeyPath  # checks give it below their key, tables complete it
    message: str
    names: tuple[str, ...] = ()  # the names that would have been valid, where they can be listed
    name: str = ""  # the name that was found instead


class Kind(NamedTuple):
    """A type of value. A good value is never a list, so a list from `check` is what is wrong."""

    expected: str
    check: Callable[[object, Kind], Value | list[Wrong]]
    choices: tuple[str, ...] = ()
    item: Kind | None = None  # of a list, or of a table of free names


class Key(NamedTuple):
    """One key that the file may hold."""

    table: str  # "", "jobs.*" or "stages.*"
    name: str
    kind: Kind
    default: Value
    doc: str
    targets: tuple[str, ...] = ()  # of stages: the only targets that it stands with; none: it stands with all


def refuse(value: object, expected: str) -> list[Wrong]:
    return [Wrong((), f"found {show(value)}, expected {expected}")]


def show(value: object) -> str:  # noqa: PLR0911 - one return a type
    """A TOML value in a message: short, on one line, with its type."""
    match value:
        case bool():
            return f"{str(value).lower()} (boolean)"
        case str():
            return f"{quote(value)} (string)"
        case int():
            # Python refuses to print very long numbers, and hexadecimal ones get past the parser.
            return f"{value} (integer)" if value.bit_length() <= 64 else "a huge number (integer)"
        case float():
            return f"{value} (float)"
        case list():
            return f"an array of {len(value)} item{'' if len(value) == 1 else 's'}"
        case dict():
            return "a table"
        case None:
            return "null"
        case _:
            return f"{value} (date or time)"


def quote(text: str) -> str:
    """In double quotes, cut to one short line, with nothing that a terminal would obey."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return '"' + "".join(map(_escape, cut)) + '"'


def _escape(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def dotted(path: KeyPath) -> str:
    """`stages.unit.needs[0]`; what is not a bare key is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = len(part) <= _SHOWN and _BARE.fullmatch(part)
            text += ("." if text else "") + (part if bare else quote(part))
    return text
