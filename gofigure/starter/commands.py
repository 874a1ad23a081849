"""The lines of a stage that runs one command in each of several folders."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from gofigure.starter.facts import Line, Place


def in_folders(target: str | None, command: str, folders: Sequence[str], *, together: bool = False) -> tuple[Line, ...]:
    """What runs `command` in each folder: `target`, which does just that, or else the shell.

    `together`: what a folder's result depends on lies outside of it as well, so the whole tree is read.
    """
    one = Line("run", command) if target is None else Line("target", target)
    if list(folders) == [""]:
        return (one,)
    if together:
        return (Line("run", in_each(folders, command), "they refer to one another, so this reads everything"),)
    return (one, Line("locations", tuple(folder or "." for folder in folders)))


def in_each(folders: Sequence[str], command: str) -> str:
    """A shell line, or several, that run `command` in each folder; a failure ends them."""
    lines = [f"(cd {word(folder)} && {command})" for folder in folders]
    return lines[0] if len(lines) == 1 else "".join(f"{line}\n" for line in lines)


def word(folder: str) -> str:
    """A folder as a word of the shell, which no program takes for an option."""
    return shlex.quote(f"./{folder}" if folder.startswith("-") else folder or ".")


def lead_out(place: Place, manifests: Iterable[str]) -> bool:
    """Whether one of them may name things beside its own folder: `replace x => ../x`, `"x": "workspace:*"`."""
    texts = [place.read(path) for path in manifests]
    return any("../" in text or "workspace:" in text for text in texts)
