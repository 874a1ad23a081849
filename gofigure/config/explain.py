"""Where a value of the configuration comes from: file and line of each layer that says it, and which one counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gofigure.config.kinds import Key
from gofigure.config.layers import IN_TOML, Layers, grouped, shared
from gofigure.config.lines import Node, scan
from gofigure.config.names import full, is_full, local, resolved
from gofigure.config.schema import Tables, tables
from gofigure.config.selection import nearest_folder
from gofigure.config.toml_file import decode, parse_toml
from gofigure.errors import GofigureError
from gofigure.model import Config, Job, Stage

_TABLES = ("stages", "jobs")


class Origin(NamedTuple):
    """One file that says a value."""

    path: str
    line: int  # of an older file, where the job or stage begins; 0: none
    value: object  # as it is written


class Explained(NamedTuple):
    """One value."""

    key: str  # as `config --explain` takes it from anywhere
    value: object  # that counts; paths from the root
    origins: tuple[Origin, ...]  # the last one counts; none: it is the default
    default: object
    expected: str
    doc: str


class _Source(NamedTuple):
    path: str
    folder: str
    data: Mapping[str, object]
    lines: Node | None
    line: int = 0  # where the whole of it begins, if that is all that is known


class Explaining:
    """What can be asked of a configuration that is right."""

    def __init__(self, layers: Layers, config: Config, targets: Sequence[str]) -> None:
        self._config = config
        self._keys: Tables = tables(targets)
        self._sources = list(_sources(layers, targets))

    def everything(self) -> Iterator[Explained]:
        """Every key of every job and stage, with those that nobody says."""
        yield from (self._of_top(key) for key in self._keys.top.values() if key.name not in _TABLES)
        for job in self._config.jobs.values():
            yield from self._all_of("jobs", job)
        for stage in self._config.stages.values():
            yield from self._all_of("stages", stage)

    def about(self, asked: str, here: str = "") -> list[Explained]:
        """One key, or all that is said of a job or stage. Raises GofigureError where there is no such.

        `here`: where who asks stands, from the root.
        """
        if asked in self._keys.top and asked not in _TABLES:
            return [self._of_top(self._keys.top[asked])]
        table, name, rest = self._place(asked, here)
        one = self._config.jobs[name] if table == "jobs" else self._config.stages[name]
        if not rest:
            return [found for found in self._all_of(table, one) if found.origins]
        word, _, below = rest.partition(".")
        keys = self._keys_of(table, one)
        if word not in keys:
            raise _unknown(f"{name} has no key", word, tuple(keys))
        return [self._explained(table, one, keys[word], below)]

    def _place(self, asked: str, here: str) -> tuple[str, str, str]:
        """(table, full name, what follows it)."""
        folder = nearest_folder(self._config, here)
        word = asked
        if is_full(word):
            folder, _, word = resolved(word, "").partition(":") if is_full(resolved(word, "")) else ("", "", word)
            word = word.removeprefix("//:")
        wanted = word.partition(".")[0]
        several = (wanted,) if wanted in _TABLES and "." in word else _TABLES
        rest = word.removeprefix(f"{wanted}.") if len(several) == 1 else word
        for table in several:
            names = self._config.jobs if table == "jobs" else self._config.stages
            for text in dict.fromkeys((full(folder, rest), rest)):
                found = max((name for name in names if f"{text}.".startswith(f"{name}.")), key=len, default="")
                if found:
                    return table, found, text.removeprefix(found).removeprefix(".")
        self._refuse(asked, rest, several)
        raise AssertionError

    def _refuse(self, asked: str, rest: str, several: Sequence[str]) -> None:
        jobs = self._config.jobs if "jobs" in several else ()
        stages = self._config.stages if "stages" in several else ()
        what = "no key, job or stage is named" if len(several) > 1 else f"none of the {several[0]} is named"
        word = rest if is_full(rest) or not is_full(asked) else asked
        head, dot, _ = word.rpartition(".")
        valid = (*stages, *jobs, *(() if dot else self._keys.top))
        raise _unknown(what, head if dot else word, valid)

    def _keys_of(self, table: str, one: Job | Stage) -> dict[str, Key]:
        """Those that such a job or stage may have."""
        if table == "jobs" or isinstance(one, Job):
            return dict(self._keys.job)
        return {name: key for name, key in self._keys.stage.items() if not key.targets or one.target in key.targets}

    def _all_of(self, table: str, one: Job | Stage) -> list[Explained]:
        return [self._explained(table, one, key) for key in self._keys_of(table, one).values()]

    def _of_top(self, key: Key) -> Explained:
        value = self._config.settle if key.name == "settle" else key.default
        said = tuple(self._said("", (key.name,)))
        return Explained(key.name, value, said, key.default, key.kind.expected, key.doc)

    def _explained(self, table: str, one: Job | Stage, key: Key, below: str = "") -> Explained:
        value = getattr(one, key.name) if key.name in one._fields else None
        if isinstance(one, Stage) and key.targets:
            value = one.setting(key.name, key.default)
        if key.name == "inputs" and isinstance(one, Stage):
            value = (*one.inputs, *(f"//{glob}" for glob in one.besides))
        at: tuple[str, ...] = (table, local(one.name), key.name)
        name = f"{one.name}.{key.name}" if one.folder else f"{table}.{one.name}.{key.name}"
        if below:
            value, at, name = dict(value or ()).get(below), (*at, below), f"{name}.{below}"
        said = tuple(self._said(one.folder, at))
        return Explained(name, value, said, None if below else key.default, key.kind.expected, key.doc)

    def _said(self, folder: str, at: tuple[str, ...]) -> Iterator[Origin]:
        for source in self._sources:
            if source.folder != folder:
                continue
            value: object = source.data
            for part in at:
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                yield Origin(source.path, source.lines.line_of(at) if source.lines is not None else source.line, value)


def _sources(layers: Layers, targets: Sequence[str]) -> Iterator[_Source]:
    for group in grouped(layers):
        older = [layer for layer in group.shared if layer.kind not in IN_TOML]
        if older:
            from gofigure.config.older import read_older

            said = read_older(shared(layers), targets)
            for (table, name), (path, line) in said.places.items():
                yield _Source(path, group.folder, {table: {name: said.data[table][name]}}, None, line)
        for layer in (*group.shared, *group.personal):
            if layer.kind in IN_TOML:
                text = decode(layer.data, layer.path)
                yield _Source(layer.path, group.folder, parse_toml(text, layer.path), scan(text))


def _unknown(what: str, word: str, valid: Sequence[str]) -> GofigureError:
    from gofigure.config.suggest import single_quoted, suggestion

    return GofigureError(f"{what} {single_quoted(word)}{suggestion(word, valid)}")
