"""YAML as kubectl reads it, with the line of each object.

kubectl reads YAML 1.1 by rules of its own (gopkg.in/yaml.v2): `22:22` is a text and no number to base 60, a date is a
text, `y` is true. PyYAML's own rules would hand the cluster another text than the one that was written, so what a
plain word means is decided here; only the syntax is PyYAML's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from gofigure.errors import GofigureError

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_INTEGER = re.compile(r"[-+]?(0b[01]+|0o?[0-7]+|0x[0-9a-fA-F]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN = "tag:gofigure,plain"
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Document(NamedTuple):
    """One object, and where it was written."""

    value: dict[str, Any]
    path: str  # relative to the root, or what has rendered it
    line: int  # 1-based

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


class _Loader(_Base):  # type: ignore[misc] # the C loader is no class that mypy knows
    """Every plain word is left to `_plain`; every key is there once."""

    yaml_implicit_resolvers: Mapping[Any, Any] = {
        None: [(_PLAIN, re.compile(""))],
        "<": [("tag:yaml.org,2002:merge", re.compile("^<<$"))],
    }


def _plain(loader: Any, node: yaml.ScalarNode) -> object:
    text = loader.construct_scalar(node)
    if text in _WORDS:
        return _WORDS[text]
    digits = text.replace("_", "")
    if digits[:1] not in "0123456789+-.":
        return text
    if _INTEGER.fullmatch(digits):
        return _integer(digits)
    return float(digits) if _FLOAT.fullmatch(digits) else text


def _integer(digits: str) -> int:
    """In Go's words: a leading zero means octal."""
    sign, bare = (-1, digits[1:]) if digits[0] == "-" else (1, digits.removeprefix("+"))
    octal = len(bare) > 1 and bare[0] == "0" and bare[1].isdigit()
    return sign * int(bare, 8 if octal else 0)


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str, object]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "expected a text as a key", key.start_mark)
        if key.value in seen and key.value != "<<":
            raise yaml.constructor.ConstructorError(None, None, f'the key "{key.value}" is there twice', key.start_mark)
        seen.add(key.value)
    loader.flatten_mapping(node)
    return {
        _as_key(loader.construct_object(key, deep=True)): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


def _as_key(key: object) -> str:
    """As JSON has it: a text."""
    if isinstance(key, bool):
        return str(key).lower()
    return "null" if key is None else str(key)


_Loader.add_constructor(_PLAIN, _plain)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_documents(text: str, path: str) -> list[Document]:
    """The objects in a text, the items of lists one by one. Raises GofigureError with file and line."""
    return [one for value, line in _values(text, path) for one in _objects(value, path, line)]


def _values(text: str, path: str) -> Iterator[tuple[object, int]]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            yield loader.construct_document(node), node.start_mark.line + 1
    except yaml.YAMLError as error:
        raise _wrong(error, path) from None
    except RecursionError:
        raise GofigureError(f"{path}: nested too deeply to be a manifest") from None
    finally:
        loader.dispose()


def _wrong(error: yaml.YAMLError, path: str) -> GofigureError:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is no YAML"
    place = f"{path}:{mark.line + 1}: column {mark.column + 1}" if mark is not None else path
    return GofigureError(f"{place}: {said}", hint=f"mend {path}, and try: kubectl apply --dry-run=client -f {path}")


def _objects(value: object, path: str, line: int) -> Iterator[Document]:
    if value is None:  # nothing between two `---`
        return
    if not isinstance(value, dict):
        raise GofigureError(f"{path}:{line}: found a {_kind_of(value)}, expected an object with apiVersion and kind")
    if isinstance(items := value.get("items"), list) and str(value.get("kind", "")).endswith("List"):
        for item in items:
            yield from _objects(item, path, line)
        return
    document = Document(value, path, line)
    for key in ("apiVersion", "kind"):
        if not isinstance(value.get(key), str) or not value[key]:
            raise GofigureError(
                f"{document.place}: found no {key}, expected every object to say it", hint=f"mend {path}"
            )
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        hint = "objects are recorded by name, so generateName cannot be used"
        raise GofigureError(f"{document.place}: this {value['kind']} has no metadata.name", hint=hint)
    yield document


def _kind_of(value: object) -> str:
    return "list" if isinstance(value, list) else "single value"
