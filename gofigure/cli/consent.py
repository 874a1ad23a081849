"""Show a configuration to the person who is to say yes to it, so that nothing in it can hide; and ask."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from gofigure import trust
from gofigure.cli.streams import write
from gofigure.errors import GofigureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gofigure.project import Loaded, Project

_MOST_LINES = 5000  # beyond, finding the difference may take minutes

# Shown as nothing, or as a space, though Python calls them printable (Unicode, Default_Ignorable_Code_Point).
_BLANKS = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF),
)  # fmt: skip


class Shown(NamedTuple):
    """One file, and what is new in it."""

    name: str
    what: str  # "whole", "changed" or "the same"
    lines: tuple[str, ...]  # the text, or a unified diff; safe for a terminal


def shown(project: Project, loaded: Loaded) -> list[Shown]:
    """Each file of the configuration as a whole, or what has changed since the last yes in this working tree."""
    return [compared(layer, trust.before(project.trust, layer)) for layer in loaded.layers]


def compared(layer: trust.Layer, before: bytes | None) -> Shown:
    if before == layer.data:
        return Shown(layer.name, "the same", ())
    new = _lines(layer.data)
    old = _lines(before or b"")
    if before is None or len(old) + len(new) > _MOST_LINES:
        return Shown(layer.name, "whole", tuple(map(visible, new)))
    import difflib

    different = difflib.unified_diff(old, new, f"{layer.name} (your last yes)", f"{layer.name} (now)", lineterm="")
    return Shown(layer.name, "changed", tuple(map(visible, different)))


def _lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "backslashreplace").split("\n")  # str.splitlines would split at more than that
    last = lines.pop()
    return [*lines, f"{last}  (no end of line)"] if last else lines


def visible(line: str) -> str:
    """A line with all that a terminal would obey or hide written out: escapes, directions, blanks at the end."""
    text = line.rstrip(" \t")
    blanks = line[len(text) :].replace(" ", r"\x20").replace("\t", r"\t")
    return "".join(map(_character, text)) + blanks


def _character(character: str) -> str:
    code = ord(character)
    if character == "\t" or (character.isprintable() and not any(low <= code <= high for low, high in _BLANKS)):
        return character
    return character.encode("unicode_escape").decode("ascii")


def said_yes(project: Project, loaded: Loaded, *, ask: bool = True) -> bool:
    """Show what there is to say yes to and ask; away from a terminal, the command that was typed is the yes."""
    files = shown(project, loaded)
    for file in files:
        _print(told(file))
    if trust.token_of(project.trust) is not None and all(file.what == "the same" for file in files):
        return True
    if not ask:
        return True
    if not at_a_terminal():
        if sits_somebody_there():  # who pipes it into a pager only wants to read
            raise GofigureError(
                "a pipe is in the way: nobody can be asked, and nothing was allowed",
                hint="gofigure allow  without the pipe, or  gofigure allow --yes",
            )
        return True
    write(sys.stdout, f"Allow this to run in {visible(project.trust.home)}? [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def sits_somebody_there() -> bool:
    """Whether any of the streams leads to a person."""
    return any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def told(file: Shown) -> Iterator[str]:
    """For the screen."""
    match file.what:
        case "whole":
            yield f"{file.name}:"
            yield from (f"  | {line}" for line in file.lines)
        case "changed":
            yield f"{file.name} has changed since your last yes:"
            yield from (f"  {line}" for line in file.lines)
        case _:
            yield f"{file.name}: the same as was allowed"


def _print(lines: Iterator[str] | Sequence[str]) -> None:
    write(sys.stdout, "".join(f"{line}\n" for line in lines))
