"""Every command with its words, asked of the commands themselves.

They are click's, and click's home is above this; so they are handed in, and only spoken to.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple


class Option(NamedTuple):
    names: str  # with what they take: "-n, --limit INTEGER RANGE"
    words: str


class Command(NamedTuple):
    name: str
    usage: str
    words: str  # paragraphs
    options: tuple[Option, ...]


def described(group: Any) -> tuple[Command, ...]:
    """`group`: a click.Group whose commands are asked for."""
    context = group.make_context(group.name, [], resilient_parsing=True)
    found = ((name, group.get_command(context, name)) for name in group.list_commands(context))
    return tuple(_described(name, command) for name, command in found if not command.hidden)


def _described(name: str, command: Any) -> Command:
    context = command.make_context(f"gofigure {name}", [], resilient_parsing=True)
    usage = " ".join(("gofigure", name, *command.collect_usage_pieces(context)))
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    options = tuple(Option(*record) for record in records if record is not None and record[1])
    return Command(name, usage, inspect.cleandoc(command.help or "").replace("\b\n", ""), options)
