"""YAML, JSON and TOML into values with their lines; what is none of them is an error with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.errors import ConfigError, Problem
from gofigure.importing.given import Given

if TYPE_CHECKING:
    import yaml

    from gofigure.config.lines import Node

_MOST = 100_000  # values: aliases make billions of a few lines
_DEEPEST = 60
_MERGE = "<<"


def read_any(text: str, file: str) -> Given:
    """By the file's name; what has no ending is YAML, of which JSON is a part. Raises ConfigError."""
    if file.endswith(".toml"):
        return read_toml(text, file)
    starts = text.lstrip("\ufeff \t\r\n")[:1]
    if file.endswith((".json", ".jsonc")) or starts == "{":
        return read_json(text, file)
    return read_yaml(text, file)


def read_json(text: str, file: str) -> Given:
    from gofigure.config.json_file import scan_json

    found = scan_json(text.removeprefix("\ufeff"))
    if found.faults:
        raise _error(file, [(fault.line, f"not valid JSON: {fault.message}") for fault in found.faults])
    return _given(found.value, found.root)


def read_toml(text: str, file: str) -> Given:
    from gofigure.config.lines import scan
    from gofigure.config.toml_file import parse_toml

    return _given(parse_toml(text, file), scan(text))


def read_yaml(text: str, file: str) -> Given:
    """One document; an empty one is an empty table."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(file, [(mark.line + 1 if mark else 0, f"not valid YAML: {error.problem or error}")]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _error(file, [(line, f"not valid YAML: {error.reason}")]) from None
    except (RecursionError, yaml.YAMLError):
        raise _error(file, [(0, "nested too deeply to be a configuration")]) from None
    return Given({}, 1) if root is None else _Yaml(file).given(root)[0]


def _error(file: str, found: list[tuple[int, str]]) -> ConfigError:
    error = ConfigError([Problem(file, line, "", message) for line, message in found])
    error.hint = "mend it, or name the files to bring over: gofigure import FILE..."
    return error


def _given(value: object, node: Node | None, line: int = 1) -> Given:
    """What JSON or TOML says, with the lines that its scanner has found."""
    line = node.line if node is not None else line
    below = node.below if node is not None else {}
    match value:
        case dict():
            return Given({str(key): _given(one, below.get(key), line) for key, one in value.items()}, line)
        case list():
            return Given(tuple(_given(one, below.get(at), line) for at, one in enumerate(value)), line)
        case None | bool() | str():
            return Given(value, line)
        case _:
            return Given(str(value), line)


class _Yaml:
    """One document's nodes into values; an alias is the same value again."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._known: dict[int, tuple[Given, int]] = {}
        self._inside: set[int] = set()

    def given(self, node: yaml.Node) -> tuple[Given, int]:
        """The value, and how many there are in it with all aliases written out."""
        known = self._known.get(id(node))
        if known is not None:
            return known
        line = node.start_mark.line + 1
        if id(node) in self._inside or len(self._inside) >= _DEEPEST:
            told = "an alias inside of what it stands for" if id(node) in self._inside else "nested too deeply"
            raise _error(self._file, [(line, told)])
        self._inside.add(id(node))
        made, size = self._made(node)
        self._inside.discard(id(node))
        if size > _MOST:
            raise _error(self._file, [(line, f"more than {_MOST:,} values, with what the aliases stand for")])
        self._known[id(node)] = Given(made, line), size
        return self._known[id(node)]

    def _made(self, node: yaml.Node) -> tuple[object, int]:
        import yaml

        if isinstance(node, yaml.MappingNode):
            return self._table(node)
        if isinstance(node, yaml.SequenceNode):
            items = [self.given(item) for item in node.value]
            return tuple(item for item, _ in items), 1 + sum(size for _, size in items)
        text = str(node.value)
        if node.tag == "tag:yaml.org,2002:null":
            return None, 1
        if node.tag == "tag:yaml.org,2002:bool":
            return text.lower() in ("yes", "true", "on"), 1
        return text, 1

    def _table(self, node: yaml.MappingNode) -> tuple[dict[str, Given], int]:
        """Keys are texts as they were written (GitHub's `on` is no truth); what is merged in gives way."""
        import yaml

        own: dict[str, Given] = {}
        merged: dict[str, Given] = {}
        size = 1
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _error(self._file, [(key.start_mark.line + 1, "found a table or list as a key, expected a text")])
            found, of = self.given(value)
            size += of
            if key.value != _MERGE:
                own[str(key.value)] = found._replace(line=key.start_mark.line + 1)
                continue
            for one in found.value if isinstance(found.value, tuple) else (found,):
                merged = {**(one.value if isinstance(one.value, dict) else {}), **merged}
        return {**merged, **own}, size
