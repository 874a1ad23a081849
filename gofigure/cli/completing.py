"""What could stand where the cursor is: asked by a shell at every TAB, so nothing may take long, or be complained of.

Nothing of the project's is run for it, so nobody is asked for permission. An answer is a line: a word, and after a tab
what it is; `:files` asks the shell for files.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, NoReturn

import click

from gofigure.cli.candidates import FILES, SOURCES, source_of
from gofigure.cli.main import gofigure as group
from gofigure.cli.main import home_of
from gofigure.cli.streams import write

_BREAKS = ":="  # where bash begins a new word


class Asked(NamedTuple):
    """What a word is to be found for."""

    command: click.Command | None  # None: it is the command itself that is looked for
    parameter: click.Parameter | None  # whose value it is; None: an option's name
    typed: str  # what there is of it
    before: str = ""  # what stands before it in the same word: "--job="


def complete(words: Sequence[str]) -> NoReturn:
    """Print the answer, and end. `words`: the shell's name, and what it gives."""
    with contextlib.suppress(Exception):  # whatever it is, the person is in the middle of a word
        write(sys.stdout, "".join(f"{line}\n" for line in answer(words[0], words[1:])))
    os._exit(0)


def answer(shell: str, words: Sequence[str]) -> Iterator[str]:
    """The lines for a shell. `words`: as far as the cursor; bash gives its line as one."""
    if shell == "bash":
        words = _split(words[0] if words else "")
    asked = _asked(words[1:])
    kept = asked.before if shell == "fish" else ""  # it compares whole words
    cut = _last_break(asked.typed) if shell == "bash" else 0
    for word, what in _found(asked, os.getcwd()):
        if word == FILES:
            yield FILES
        elif word.startswith(asked.typed):
            yield f"{kept}{word}\t{what}" if what and shell != "bash" else f"{kept}{_as_typed(word[cut:], shell)}"


def _as_typed(word: str, shell: str) -> str:
    """In bash it is put into the line as it is; the others quote it themselves."""
    return re.sub(r"([^\w@%+=:,./~-])", r"\\\1", word) if shell == "bash" else word


def _split(line: str) -> list[str]:
    """A line as bash would; what is open is closed."""
    for end in ("", '"', "'"):
        try:
            words = shlex.split(line + end)
        except ValueError:
            continue
        return words if words and not end and not line[-1:].isspace() else [*words, ""] if not end else words
    return []


def _last_break(typed: str) -> int:
    return 1 + max(typed.rfind(one) for one in _BREAKS)


def _asked(words: Sequence[str]) -> Asked:
    """`words`: all after the program's name; the last is the one that is looked for."""
    *before, typed = words or [""]
    if not before:
        return Asked(None, None, typed)
    command = group.get_command(click.Context(group), before[0])
    if command is None:
        return Asked(click.Command("none"), None, "no such command")
    options = {name: one for one in command.params if isinstance(one, click.Option) for name in _names(one)}
    places = [one for one in command.params if isinstance(one, click.Argument)]
    expected: click.Parameter | None = None
    ended, given = False, 0
    for word in before[1:]:
        if expected is not None:
            expected = None
        elif word == "--" and not ended:
            ended = True
        elif word.startswith("-") and not ended:
            expected = _wants(options.get(word))
        else:
            given += 1
    if expected is not None:
        return Asked(command, expected, typed)
    if typed.startswith("-") and not ended:
        name, equals, value = typed.partition("=")
        wants = _wants(options.get(name)) if equals else None
        return Asked(command, wants, value, f"{name}=") if equals else Asked(command, None, typed)
    return Asked(command, _place(places, given), typed)


def _names(option: click.Option) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def _wants(option: click.Option | None) -> click.Option | None:
    """The option, if it is followed by a value."""
    return option if option is not None and not option.is_flag and not option.count else None


def _place(places: Sequence[click.Argument], given: int) -> click.Argument | None:
    for place in places:
        if place.nargs < 0 or given < place.nargs:
            return place
        given -= place.nargs
    return None


def _found(asked: Asked, folder: str) -> Iterable[tuple[str, str]]:
    if asked.command is None:
        return _commands(asked.typed)
    if asked.parameter is None:
        return _options(asked.command) if asked.typed.startswith("-") else ()
    if isinstance(asked.parameter.type, click.Choice):
        return [(str(one), "") for one in asked.parameter.type.choices]
    source = source_of(asked.command.name or "", asked.parameter)
    return SOURCES[source](folder) if source else ()


def _commands(typed: str) -> Iterator[tuple[str, str]]:
    if typed.startswith("-"):
        yield from _options(group)
        return
    for name in group.list_commands(click.Context(group)):
        if name.startswith(typed):
            yield name, first_line(name)


def first_line(name: str) -> str:
    """What a command's help begins with. It is read: importing all commands would take a third of a second."""
    module, function = home_of(name)
    with open(os.path.join(os.path.dirname(__file__), f"{module}.py"), encoding="utf-8") as file:
        text = file.read().partition(f"\ndef {function}(")[2]
    return text.partition('"""')[2].partition("\n")[0].removesuffix('"""')


def _options(command: click.Command) -> Iterator[tuple[str, str]]:
    for one in command.params:
        if isinstance(one, click.Option) and not one.hidden:
            yield from ((name, one.help or "") for name in _names(one) if name.startswith("--"))
    yield "--help", "Show this message and exit."
