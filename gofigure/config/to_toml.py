"""Jobs and stages, as `older` understands them, into the text of a TOML file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 120


def to_toml(data: Mapping[str, Mapping[str, Mapping[str, object]]], notes: Mapping[tuple[str, str], str]) -> str:
    """The tables, each with the comment that `notes` has for it."""
    tables = []
    for table in ("jobs", "stages"):
        for name, values in data[table].items():
            lines = [f"# {note}" for note in [notes.get((table, name), "")] if note]
            lines += [f"[{table}.{_key(name)}]", *(f"{key} = {_value(value, key)}" for key, value in values.items())]
            tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: object, key: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = [_text(str(item)) for item in value]
        line = f"[{', '.join(items)}]"
        return line if len(key) + len(line) + 3 <= _WIDTH else "[\n" + "".join(_items(items)) + "]"
    return _text(str(value))


def _items(items: list[str]) -> Iterator[str]:
    yield from (f"    {item},\n" for item in items)


def _text(text: str) -> str:
    """In single quotes where backslashes then need no other, as in regular expressions."""
    if ("\\" in text or '"' in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    # What JSON does not escape, and TOML does.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
