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
            lines += [
                f"[{table}.{key_of(name)}]",
                *(f"{key} = {value_of(value, key)}" for key, value in values.items()),
            ]
            tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def key_of(name: str) -> str:
    return name if _BARE.fullmatch(name) else text_of(name)


def value_of(value: object, key: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = [text_of(str(item)) for item in value]
        line = f"[{', '.join(items)}]"
        return line if len(key) + len(line) + 3 <= _WIDTH else "[\n" + "".join(_items(items)) + "]"
    if isinstance(value, dict):
        pairs = (f"{key_of(name)} = {value_of(one, name)}" for name, one in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, (int, float)):
        return repr(value)
    return lines_of(str(value)) if "\n" in str(value) else text_of(str(value))


def _items(items: list[str]) -> Iterator[str]:
    yield from (f"    {item},\n" for item in items)


def lines_of(text: str) -> str:
    """As a person writes some lines, where that needs no escape."""
    is_plain = "'''" not in text and not text.endswith("'") and text.translate({9: " ", 10: " "}).isprintable()
    return f"'''\n{text}'''" if is_plain else text_of(text)


def text_of(text: str) -> str:
    """In single quotes where backslashes then need no other, as in regular expressions."""
    if ("\\" in text or '"' in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    # What JSON does not escape, and TOML does.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
