"""`shell`: a line (or several) for sh, once in each location."""

from __future__ import annotations

import re

from gofigure.model import Command, Stage

TELLS_VERSION = False
READS_WHOLE_LOCATIONS = False
ROOTS: tuple[str, ...] = ()
MANIFESTS: tuple[str, ...] = ()
ENVIRONMENT: tuple[tuple[str, str], ...] = ()

# A line of plain words does the same with and without a shell, and starts in half the time (GNU make does so too).
_PLAIN = re.compile(r"[\w@%+=:,./ -]+", re.ASCII)
_SHELL_WORDS = frozenset(
    [
        ".",
        ":",
        "alias",
        "bg",
        "break",
        "case",
        "cd",
        "command",
        "continue",
        "do",
        "done",
        "elif",
        "else",
        "esac",
        "eval",
        "exec",
        "exit",
        "export",
        "fc",
        "fg",
        "fi",
        "for",
        "function",
        "getopts",
        "hash",
        "if",
        "in",
        "jobs",
        "local",
        "login",
        "logout",
        "read",
        "readonly",
        "return",
        "select",
        "set",
        "shift",
        "source",
        "test",
        "then",
        "time",
        "times",
        "trap",
        "type",
        "ulimit",
        "umask",
        "unalias",
        "unset",
        "until",
        "wait",
        "while",
    ]
)


def commands(stage: Stage) -> tuple[Command, ...]:
    line = stage.run or ""
    argv = _argv(line)
    if stage.files is not None:  # locations choose the files; the names are relative to the configuration's folder
        return (Command(("/bin/sh", "-ec", line, "sh"), stage.folder, takes_files=True),)
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def _argv(line: str) -> tuple[str, ...]:
    words = line.split()
    if _PLAIN.fullmatch(line) and words[0] not in _SHELL_WORDS and "=" not in words[0]:
        return tuple(words)
    # -e: in a text of several lines, the first failure is the result.
    return ("/bin/sh", "-ec", line, "sh")


def source(stage: Stage) -> str | None:
    """Asked of locations that are named; a line for the whole tree may well have nothing to do yet."""
    return stage.source if stage.locations not in ((), (stage.folder,)) else None


def tools(stage: Stage) -> tuple[str, ...]:
    """The program that the line starts with, where that is plain to see."""
    words = (stage.run or "").split(maxsplit=1)
    if words and _PLAIN.fullmatch(words[0]) and words[0] not in _SHELL_WORDS:
        return (words[0],)
    return ()
