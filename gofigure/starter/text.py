"""Drafts of stages into the text of a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from gofigure.starter.facts import Draft, Found, Line, Value

_ORDER = ("lint", "test", "build", "later")
_WIDEST = 44  # a comment behind longer code than this would be out of line
_SHOWN = 120

# Works anywhere, and never holds up a commit without a reason.
_MARKERS = Draft(
    "markers",
    "lint",
    "Nothing was recognised that could run here. This one finds what a merge has left unresolved",
    (
        Line("run", "grep -HnIE '^(<{7}|>{7}) ' -- \"$@\" && exit 1 || test $? -eq 1", "1: none found; 2: grep failed"),
        Line("files", ".", "a regular expression, searched in the path"),
    ),
)
_HEAD = """\
# Written by gofigure init, and yours to change; then: gofigure validate, gofigure status
version = 1
"""
_HINT = """\
# What yours could look like; then name it in a job's stages:
# [stages.unit]
# run = "./run-tests"               # exit code 0: passed
# inputs = ["src/**", "tests/**"]   # runs again when one of these has changed; without this line: any file
"""


def chosen(found: Iterable[Found]) -> tuple[Draft, ...]:
    """All stages to write, active ones among them; `markers` where nothing else would check a commit."""
    drafts = [draft for one in found for draft in one.drafts]
    known = {draft.role: draft.name for draft in reversed(drafts) if draft.active and not draft.general}
    drafts = [
        draft._replace(missing=f"{known[draft.role]} is there already, and may be the same")
        if draft.active and draft.general and draft.role in known
        else draft
        for draft in drafts
    ]
    if not any(draft.active and draft.role != "build" for draft in drafts):
        drafts.insert(0, _MARKERS)
    return tuple(sorted(drafts, key=lambda draft: _ORDER.index(draft.role)))  # what is quick to say no comes first


def config_text(drafts: Sequence[Draft], remarks: Iterable[str] = ()) -> str:
    """The configuration: jobs, then a table for each stage."""
    active = [draft for draft in drafts if draft.active]
    parts = [
        _HEAD,
        _job("check", ("pre-commit",), [one.name for one in active if one.role != "build"]),
    ]
    builds = [draft.name for draft in active if draft.role == "build"]
    if builds:
        parts.append(_job("build", ("pre-push",), builds))
    parts += [_stage(draft) for draft in active]
    if _MARKERS in active:
        parts.append(_HINT)
    if any(draft.missing for draft in drafts):
        parts.append(
            "# What follows is left as comments. To use a stage, uncomment it, and name it in a job's stages.\n"
        )
    parts += [_as_comment(draft) for draft in drafts if not draft.active]
    parts += [f"# {plain(remark)}\n" for remark in remarks]
    return "\n".join(parts)


def _job(name: str, on: tuple[str, ...], stages: Sequence[str]) -> str:
    hint = "the git hooks that start it; without this line: only by hand"
    lines = (Line("on", on, hint if name == "check" else ""), Line("stages", tuple(stages)))
    return f"[jobs.{name}]\n{_lines(lines)}"


def _stage(draft: Draft) -> str:
    return f"# {plain(draft.why)}.\n{_table(draft)}"


def _table(draft: Draft) -> str:
    return f"[stages.{draft.name}]\n{_lines(draft.lines)}"


def _as_comment(draft: Draft) -> str:
    """A stage that is not active: what it would be, and why it is not."""
    but = f", but {plain(draft.missing)}" if draft.missing else ""
    return f"# {plain(draft.why)}{but}.\n" + "".join(f"# {line}\n" for line in _table(draft).splitlines())


def _lines(lines: Sequence[Line]) -> str:
    return commented((f"{line.key} = {literal(line.value)}", line.why) for line in lines)


def commented(lines: Iterable[tuple[str, str]]) -> str:
    """Lines of code with what stands behind each, in one column as far as they are short."""
    listed = [*lines]
    column = max((len(code) for code, why in listed if why and _fits(code)), default=0)
    return "".join(f"{code:<{column}}  # {plain(why)}\n" if why else f"{code}\n" for code, why in listed)


def _fits(code: str) -> bool:
    return len(code.rpartition("\n")[2]) <= _WIDEST


def literal(value: Value) -> str:
    """A TOML value on one line; lines of a script each on their own."""
    match value:
        case str():
            return _text(value)
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_text(text)}" for key, text in value.items()) + " }"
        case _:
            return f"[{', '.join(map(_text, value))}]"


def _text(value: str) -> str:
    """In the quotes that need the fewest escapes: a regular expression is hard enough to read without."""
    if value.isprintable() and "'" not in value and ('"' in value or "\\" in value):
        return f"'{value}'"
    if "\n" in value[:-1] and "'''" not in value and re.sub(r"[\n\t]", "", value).isprintable():
        return f"'''\n{value}'''"
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def plain(text: str) -> str:
    """For a comment: a file's name must not end the line that it stands in, nor be obeyed by a terminal."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else "?" for char in short)
