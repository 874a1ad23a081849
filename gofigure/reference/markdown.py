"""Keys and commands as Markdown; the guide cut into its sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gofigure.reference.commands import Command
from gofigure.reference.keys import Group, KeyWords
from gofigure.reference.texts import guide

_FENCE = re.compile(r"\s*(```|~~~)")
_NO_ANCHOR = re.compile(r"[^\w -]")


class Section(NamedTuple):
    anchor: str
    title: str
    text: str  # Markdown, without its title


def sections(text: str = "") -> list[Section]:
    """The guide, cut at the titles of the second level; what stands before the first has the title of all."""
    found: list[tuple[str, list[str]]] = []
    fenced = False
    for line in (text or guide()).splitlines():
        fenced ^= _FENCE.match(line) is not None
        title = re.match(r"##? (.+)", line) if not fenced else None
        if title:
            found.append((title[1].strip(), []))
        elif found:
            found[-1][1].append(line)
    return [Section(anchor_of(title), title, "\n".join(lines).strip()) for title, lines in found]


def anchor_of(title: str) -> str:
    """As most sites of repositories make them: lower case, words joined by "-"."""
    return _NO_ANCHOR.sub("", title.lower()).strip().replace(" ", "-")


def of_keys(groups: Sequence[Group]) -> str:
    parts = ["# Configuration"]
    for group in groups:
        parts += [f"## {group.title} {{#{group.anchor}}}", *map(_of_key, group.keys)]
    return "\n\n".join(parts) + "\n"


def of_commands(commands: Sequence[Command]) -> str:
    parts = ["# Commands"]
    for command in commands:
        parts += [f"## gofigure {command.name}", f"```\n{command.usage}\n```", command.words]
        if command.options:
            parts.append("\n".join(f"- `{option.names}`: {option.words}" for option in command.options))
    return "\n\n".join(parts) + "\n"


def _of_key(key: KeyWords) -> str:
    facts = [key.expected, *([f"one of {', '.join(f'`{one}`' for one in key.choices)}"] if key.choices else [])]
    facts += [f"default: `{key.default}`"] if key.default else []
    example = f"\n\n```toml\n{key.example}\n```" if key.example else ""
    example += f"\n\n{key.notes}" if key.notes else ""
    return f"### {key.name} {{#{key.anchor}}}\n\n{key.words}\n\n*{'; '.join(facts)}*{example}"
