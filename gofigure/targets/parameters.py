"""Which shell lines read the arguments that they are started with: `$1`, `"$@"`, `${2:-none}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What the shell takes literally, or what opens and closes a part in which other rules hold.
_TOKEN = re.compile(
    r"""
    \\.                                                      # an escaped character
    | (?P<literal>'[^']*') | (?P<comment>(?<![^\s;&|()])\#[^\n]*)
    | (?P<function>\(\)\s*\{)
    | \$\{[#!]?(?P<braced>[1-9]\d*|[@*\#])(?P<default>:?[-=+])?
    | \$(?P<plain>[1-9@*\#])
    | (?P<own>(?<![\w-])set\s+--(?=\s|$))
    | (?P<open>\$\{|\$?\(|\{) | (?P<close>[)}]) | (?P<quote>")
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENED = {
    '"': ('"',),
    ")": ("(", "$("),
    "}": ("{", "${", "()"),
}  # a case's `a)` closes nothing; "()" stands for a function
_QUOTED_HEREDOC = re.compile(
    r"""<<-?[ \t]*(?:'(\w+)'|"(\w+)"|\\(\w+))([^\n]*\n)(?:.*?\n)??[ \t]*(?:\1|\2|\3)(?=\n|\Z)""", re.DOTALL
)


def reads(line: str) -> tuple[bool, bool]:
    """Whether a line reads arguments, and whether it does so without a word on what to do if there are none.

    By the shell's own quoting: `awk '{print $1}'` reads none, nor does the body of a function.
    """
    found = _found(_QUOTED_HEREDOC.sub(r"\4", line) if "<<" in line else line)
    return bool(found), "bare" in found and "counted" not in found


def reads_variables(line: str, names: Sequence[str]) -> tuple[frozenset[str], bool]:
    """Which variables a line reads, and whether one of them without a word on what to do if there is none.

    Quotes say nothing here: what the line starts has the variable, too.
    """
    found = {name: re.findall(rf"\$(?:{name}\b|\{{#?{name}\b(:?[-=+])?)", line) for name in names}
    return frozenset(name for name in names if found[name]), any("" in how for how in found.values())


def _found(line: str) -> set[str]:
    """How arguments are read: "bare", "with a default", "counted"."""
    found: set[str] = set()
    inside: list[str] = []  # what opened the parts that we are in
    at = 0
    while match := _TOKEN.search(line, at):
        at = match.end()
        quoted = inside[-1:] == ['"']
        kind = match.lastgroup
        if kind in ("literal", "comment", "function", "own") and quoted:
            at = match.start() + 1  # only a character there
        elif kind == "own" and not inside:
            return found  # from here on they are the line's own
        elif kind == "function":
            inside.append("()")
        elif match["plain"] or match["braced"]:
            found |= set() if "()" in inside else {_how(match)}
            inside += ["${"] if match["braced"] else []
        elif kind == "open" and (not quoted or match["open"][0] == "$"):
            inside.append(match["open"])
        elif kind in ("close", "quote"):
            _close(match[kind], inside)
    return found


def _how(match: re.Match[str]) -> str:
    if "#" in (match["plain"], match["braced"]):
        return "counted"
    return "with a default" if match["default"] else "bare"


def _close(mark: str, inside: list[str]) -> None:
    """Leave the part that `mark` closes; a quote that closes none opens one."""
    if inside and inside[-1] in _OPENED[mark]:
        inside.pop()
    elif mark == '"':
        inside.append(mark)
