"""Every key of the configuration, from the table that checks it, with the lines that show it in the example."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gofigure.config.kinds import Key, Kind, Value
from gofigure.config.schema import KEYS, tables
from gofigure.reference.texts import example

_HEAD = re.compile(r"\[(jobs|stages)\.[\w-]+\]")
_LINE = re.compile(r"([a-z_]+) *=")
_MORE = re.compile(r"\s+#")
_TITLES = {"": "The top of the file", "jobs": "[jobs.NAME]", "stages": "[stages.NAME]"}


class KeyWords(NamedTuple):
    """One key."""

    anchor: str  # "jobs.on", "settle"
    name: str
    words: str
    expected: str  # what it may hold
    choices: tuple[str, ...]
    default: str  # as TOML has it; "" where it has none
    targets: tuple[str, ...]  # the only ones that it stands with; none: all, or it is no stage's
    example: str  # a line of the example file
    notes: str  # what stands beside it there


class Group(NamedTuple):
    """Keys that stand together."""

    anchor: str
    title: str
    keys: tuple[KeyWords, ...]


def groups(targets: Sequence[str]) -> list[Group]:
    """All keys: of the file, of jobs, of all stages, and of the stages of single targets. `targets`: all that exist."""
    shown = examples(example())
    known = tables(targets)
    by_table: Mapping[str, Mapping[str, Key]] = {"": known.top, "jobs": known.job, "stages": known.stage}
    found: dict[tuple[str, tuple[str, ...]], list[KeyWords]] = {}
    for key in KEYS:
        table = key.table.partition(".")[0]
        words = _words(by_table[table][key.name], table, shown)
        found.setdefault((table, key.targets), []).append(words)
    return [_group(table, only, keys) for (table, only), keys in found.items()]


def anchor(path: str) -> str:
    """The anchor of a key as an error names it: "stages.unit.needs[0]" is at "stages.needs"; "" for none."""
    parts = re.sub(r'"[^"]*"', "x", path).partition("[")[0].split(".")
    at = f"{parts[0]}.{parts[2]}" if len(parts) > 2 else parts[0]
    return at if at in _ANCHORS else ""


def examples(text: str) -> dict[str, str]:
    """The lines of the example that show a key, by its anchor: the first that do."""
    found: dict[str, list[str]] = {}
    table, at = "", ""
    for line in text.splitlines():
        head = _HEAD.match(line)
        named = _LINE.match(line)
        if head:
            table, at = f"{head[1]}.", ""
            found.setdefault(head[1], [line])
        elif named:
            at = f"{table}{named[1]}"
            at = at if at not in found else ""
            if at:
                found[at] = [line]
        elif at and _MORE.match(line):
            found[at].append(line)
        else:
            at = ""
    return {name: "\n".join(lines) for name, lines in found.items()}


def _group(table: str, only: tuple[str, ...], keys: Sequence[KeyWords]) -> Group:
    title, at = _TITLES[table], f"keys-{table or 'file'}"
    if only:
        title, at = f"{title}, target {', '.join(only)}", f"{at}-{only[0]}"
    return Group(at, title, tuple(keys))


def _words(key: Key, table: str, shown: Mapping[str, str]) -> KeyWords:
    at = f"{table}.{key.name}" if table else key.name
    choices = _choices(key.kind)
    return KeyWords(
        at, key.name, key.doc, key.kind.expected, choices, _default(key), key.targets, *_split(shown.get(at, ""))
    )


def _split(lines: str) -> tuple[str, str]:
    """The first line without its comment; the comment, from however many lines."""
    parts = [line.partition(" # ") for line in lines.splitlines()]
    return (parts[0][0].rstrip() if parts else ""), " ".join(note.strip() for _, _, note in parts if note)


def _choices(kind: Kind) -> tuple[str, ...]:
    return kind.choices or (_choices(kind.item) if kind.item is not None else ())


def _default(key: Key) -> str:
    return "" if key.kind.expected.startswith("a table of ") else _toml(key.default)


def _toml(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(_toml(one) for one in value if isinstance(one, str))}]"
        case _:
            return f"{value:g}"


_ANCHORS = frozenset(f"{key.table.partition('.')[0]}.{key.name}".lstrip(".") for key in KEYS)
