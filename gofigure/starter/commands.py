"""The lines of a stage that runs one command in each of several folders."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from gofigure.starter.facts import Line, Place


def in_folders(
    place: Place, target: str, command: str, folders: Sequence[str], *, together: bool = False
) -> tuple[Line, ...]:
    """`command` in each folder: by `target` if there is such a target, else by the shell.

    `together`: what a folder's result depends on lies outside of it as well, so the whole tree is read.
    """
    if list(folders) == [""]:
        return (_one(place, target, command),)
    if together:
        return (Line("run", in_each(folders, command), "they refer to one another, so this reads everything"),)
    return (_one(place, target, command), Line("locations", tuple(folder or "." for folder in folders)))


def _one(place: Place, target: str, command: str) -> Line:
    # The targets of their own are new: once all of them are there, this is `Line("target", target)`, and
    # `command` is only needed for folders that refer to one another.
    return Line("target", target) if target in place.targets else Line("run", command)


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
