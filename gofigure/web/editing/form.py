"""The configuration as a form: its fields are the schema's keys, its values what the text says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.config import checks
from gofigure.config.checks import name as is_name
from gofigure.config.editing import add_block, known_tables, remove_table, rename, set_value
from gofigure.config.kinds import Key, dotted
from gofigure.config.schema import tables
from gofigure.config.to_toml import key_of, text_of
from gofigure.config.toml_file import parse_toml
from gofigure.errors import GofigureError
from gofigure.starter.blocks import job_block, stage_block
from gofigure.targets import KINDS

Json = dict[str, Any]
_STEP = re.compile(r"[.\[]")
_FIRST = {
    "jobs": ("on", "stages", "strict_dependency", "changed"),
    "stages": (
        "type", "target", "run", "locations", "source", "files", "inputs", "outputs", "needs", "env", "timeout",
    ),
}  # fmt: skip
_SHAPES: Mapping[object, str] = {
    checks.flag: "flag",
    checks.choice: "choice",
    checks.items: "list",
    checks.pairs: "table",
}


def fields() -> Json:
    """Each key of a job and of a stage, those first that are mostly wanted."""
    found = tables(tuple(KINDS))
    return {kind: [_field(key, _FIRST[kind]) for key in _sorted(keys, _FIRST[kind])]
            for kind, keys in (("jobs", found.job), ("stages", found.stage))}  # fmt: skip


def _sorted(keys: Mapping[str, Key], first: Sequence[str]) -> list[Key]:
    return [keys[name] for name in first] + [key for name, key in keys.items() if name not in first]


def _field(key: Key, first: Sequence[str]) -> Json:
    kind = key.kind
    choices = kind.choices or (kind.item.choices if kind.item is not None else ())
    return {
        "key": key.name,
        "doc": key.doc,
        "shape": "lines" if key.name == "run" else _SHAPES.get(kind.check, "text"),
        "expected": kind.expected,
        "choices": choices,
        "default": "by its target" if key.name == "type" else _default(key.default),
        "targets": key.targets,
        "first": key.name in first or len(key.targets) == 1,
    }


def _default(value: object) -> str:
    """What a field shows that is not filled in."""
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else ""


def values(text: str) -> Json | None:
    """What the text says of each job and stage; None where it is no TOML."""
    try:
        data = parse_toml(text, "")
    except GofigureError:
        return None
    return {
        kind: {name: {key: _shown(value) for key, value in table.items()} for name, table in found.items()}
        for kind in ("jobs", "stages")
        for found in [known_tables(data, kind)]
    }


def _shown(value: object) -> object:
    """As a field has it: a text, true or false, a list of texts, or texts by name."""
    if isinstance(value, list):
        return [item if isinstance(item, str) else str(item) for item in value]
    if isinstance(value, dict):
        return {name: one if isinstance(one, str) else str(one) for name, one in value.items()}
    return value if isinstance(value, (bool, str)) else str(value)


class Places:
    """Which field of the form a problem is about."""

    def __init__(self, found: Json | None) -> None:
        self._tables = {dotted((kind, name)): [kind, name] for kind, some in (found or {}).items() for name in some}

    def of(self, key: str) -> list[str]:
        """Kind, name and key of a problem's key path; fewer where it is about more."""
        for end in (*(found.start() for found in _STEP.finditer(key)), len(key)):
            if key[:end] in self._tables:
                rest = key[end:].lstrip(".")
                return [*self._tables[key[:end]], *([_STEP.split(rest)[0]] if rest else [])]
        return []


def edited(text: str, edit: Mapping[str, Any]) -> str:
    """The text after one change of the form. Raises GofigureError for what it cannot be, or is not understood."""
    kind, name, key = edit.get("kind"), edit.get("name"), edit.get("key", "")
    if kind not in ("jobs", "stages") or not isinstance(name, str) or not isinstance(key, str):
        raise GofigureError("the change is about no job and no stage")
    match edit.get("do"):
        case "set":
            return set_value(text, (kind, name, key), _value(kind, key, edit.get("value")))
        case "add":
            return _added(text, kind, _checked_name(name), edit)
        case "rename":
            return rename(text, (kind, name), _checked_name(edit.get("to")))
        case "remove":
            return remove_table(text, (kind, name))
        case _:
            raise GofigureError("no such change")


def _checked_name(name: object) -> str:
    if isinstance(name, str) and is_name(name):
        return name
    raise GofigureError("a name has letters, digits, _, - and ., not - or . first (100 at most)")


def _added(text: str, kind: str, name: str, edit: Mapping[str, Any]) -> str:
    if kind == "jobs":
        known = list((values(text) or {}).get("stages", {}))[:1]
        return add_block(text, (kind, name), job_block(key_of(name), tuple(text_of(stage) for stage in known)))
    target = edit.get("target", "shell")
    if not isinstance(target, str) or target not in KINDS:
        raise GofigureError("no such target")
    return add_block(text, (kind, name), stage_block(key_of(name), target))


def _value(kind: str, name: str, given: object) -> object:
    """What a field holds as a value of that key: the first reading that the key takes."""
    found = tables(tuple(KINDS))
    key = (found.job if kind == "jobs" else found.stage).get(name)
    if key is None:
        raise GofigureError(f"there is no key {name!r}")
    if isinstance(given, bool) or given is None:
        return given
    if isinstance(given, list):
        items = [item for item in map(_text, given) if item.strip()]
        return items or None
    if isinstance(given, dict):
        return {str(one): str(value) for one, value in given.items()} or None
    if isinstance(given, (int, float)):
        given = str(given)  # as a field has it
    if not isinstance(given, str):
        raise GofigureError(f"what is given for {name!r} is no value")
    return next((one for one in _readings(given) if not isinstance(key.kind.check(one, key.kind), list)), given or None)


def _text(item: object) -> str:
    """One of a list, as a field has it; "" for what none can hold."""
    if isinstance(item, str):
        return item
    return str(item) if isinstance(item, (int, float)) and not isinstance(item, bool) else ""


def _readings(given: str) -> list[object]:
    words = given.strip()
    found: list[object] = [given] if given else [None]
    if words in ("true", "false"):
        found.append(words == "true")
    try:
        found.append(int(words) if len(words) < 19 else words)
        found.append(float(words))
    except ValueError:
        pass
    return [*found, words.split()]
