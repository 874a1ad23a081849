"""The files of one configuration into one checked `Config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gofigure.config.background import check_background
from gofigure.config.from_root import from_root
from gofigure.config.graph_check import check_graph
from gofigure.config.image_names import check_image_names
from gofigure.config.layers import Group, Layer, Layers, grouped, lay_over, names_of, personal, shared
from gofigure.config.names import fault, folder_of, local
from gofigure.config.reading import read_layers
from gofigure.config.tables import Read, read_tables
from gofigure.config.toml_file import decode, parse_toml
from gofigure.errors import ConfigError, Problem
from gofigure.model import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gofigure.config.kinds import KeyPath, Wrong

Data = dict[str, dict[str, object]]  # by folder: what its files say


class Misplaced(NamedTuple):
    """What is wrong in the file of a folder."""

    folder: str
    wrong: Wrong  # as that file says it


class _Checked(NamedTuple):
    """What some tables say together, with all that is wrong in it."""

    tables: Read
    disabled: tuple[str, ...]
    wrong: list[Misplaced]


def load(path: str, *, targets: Sequence[str]) -> Config:
    """The configuration in a file and its personal layer; raises `ConfigError` with every problem at once."""
    return parse_layers(read_layers(path), targets=targets)


def parse(data: bytes, path: str, *, targets: Sequence[str]) -> Config:
    """The configuration in these bytes alone; `path` is only for messages."""
    return parse_layers((Layer(path, data),), targets=targets)


def parse_layers(layers: Layers, *, targets: Sequence[str]) -> Config:
    """The configuration in these layers, each right only over a right one: what is wrong is the last one's doing.

    Raises `ConfigError` with every problem at once, and each with the file that causes it.
    """
    groups = grouped(layers)
    data = _shared_data(groups, targets)
    checked = _check(data, targets)
    shared_wrong = checked.wrong
    own: list[Misplaced] = []
    if any(group.personal for group in groups):
        data, before = _with_personal(data, groups), set(checked.wrong)
        checked = _check(data, targets)
        own = [bad for bad in checked.wrong if bad not in before]
    if shared_wrong or own:
        from gofigure.config.report import report_all

        raise report_all(_by_layer(groups, shared_wrong, own), _by_older_files(groups, targets))
    jobs, stages, _, top = checked.tables
    return Config(
        layers[0].path,
        jobs,
        stages,
        tuple(layer.path for layer in personal(layers)),
        checked.disabled,
        files=names_of(shared(layers)),
        folders=tuple(group.folder for group in groups if group.folder),
        **top,
    )


def changed_by_layers(layers: Layers, *, targets: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """By personal file, what it says otherwise than what it is laid over: dotted key paths, in their order."""
    from gofigure.config.kinds import dotted
    from gofigure.config.layers import changes

    groups = grouped(layers)
    data = _shared_data(groups, targets)
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for layer in group.personal:
            above = parse_toml(decode(layer.data, layer.path), layer.path)
            found[layer.path] = tuple(dotted(at) for at in changes(data[group.folder], above))
            data[group.folder] = lay_over(data[group.folder], above)
    return found


def _shared_data(groups: Sequence[Group], targets: Sequence[str]) -> Data:
    """What the shared files of each folder say. Raises ConfigError with what cannot be read in any of them."""
    data: Data = {}
    problems: list[Problem] = []
    for group in groups:
        first = group.shared[0]
        if why_not := fault(group.folder):
            problems.append(Problem(first.path, 0, "", f"found where no configuration can be: {why_not}"))
            continue
        try:
            data[group.folder] = _shared_of(group, targets)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return data


def _shared_of(group: Group, targets: Sequence[str]) -> dict[str, object]:
    first = group.shared[0]
    if len(group.shared) == 1 and first.kind == "toml":
        return parse_toml(decode(first.data, first.path), first.path)
    from gofigure.config.beside import beside

    return beside(group.shared, targets)


def _with_personal(data: Data, groups: Sequence[Group]) -> Data:
    above = dict(data)
    for group in groups:
        for layer in group.personal:
            above[group.folder] = lay_over(above[group.folder], parse_toml(decode(layer.data, layer.path), layer.path))
    return above


def _by_layer(
    groups: Sequence[Group], shared_wrong: Sequence[Misplaced], own: Sequence[Misplaced]
) -> list[tuple[Layer, list[Wrong]]]:
    """What is wrong, by the file that causes it, in the order of the files; the root's first, wrong or not."""
    first = next(layer for group in groups for layer in group.personal) if own else groups[0].shared[0]
    by_layer: dict[Layer, list[Wrong]] = {group.shared[0]: [] for group in groups}
    by_layer |= {layer: [] for group in groups for layer in group.personal}
    for folder, wrong in shared_wrong:
        by_layer[next(group for group in groups if group.folder == folder).shared[0]].append(wrong)
    for folder, wrong in own:
        theirs = next(group for group in groups if group.folder == folder).personal
        by_layer[theirs[0] if theirs else first].append(wrong)
    return list(by_layer.items())


def _by_older_files(groups: Sequence[Group], targets: Sequence[str]) -> Callable[[Wrong], Problem | None]:
    """What is wrong where an older file says it; None where none does. Only the root has any."""
    layers = groups[0].shared
    if all(layer.kind == "toml" for layer in layers):
        return lambda _bad: None
    from gofigure.config.older import read_older

    return read_older(layers, targets).problem


def _check(data: Data, targets: Sequence[str]) -> _Checked:
    tables, wrong = _together(data, targets)
    wrong += [_placed(bad, data) for bad in _graph(tables, is_wrong=bool(wrong))]
    all_enabled = all(job.enabled for job in tables.jobs.values()) and all(
        stage.enabled for stage in tables.stages.values()
    )
    if wrong or all_enabled:
        return _Checked(tables, (), wrong)
    from gofigure.config.enabled import without_disabled

    kept, disabled, bad = without_disabled(tables)
    return _Checked(kept, disabled, [_placed(one, data) for one in bad])


def _together(data: Data, targets: Sequence[str]) -> tuple[Read, list[Misplaced]]:
    """The tables of all folders, with full names; and what is wrong in one of them alone."""
    reads = {folder: from_root(read_tables(said, targets), folder) for folder, said in data.items()}
    wrong = [Misplaced(folder, bad) for folder, read in reads.items() for bad in read.wrong]
    jobs = {name: job for read in reads.values() for name, job in read.jobs.items()}
    stages = {name: stage for read in reads.values() for name, stage in read.stages.items()}
    return Read(jobs, stages, [], reads[""].top if "" in reads else {}), wrong


def _placed(bad: Wrong, data: Data) -> Misplaced:
    """What is wrong with a full name, where its own file says it."""
    kind, name, *rest = bad.at
    folder = folder_of(str(name))
    if not folder or folder not in data:
        return Misplaced("", bad) if "" in data else Misplaced(next(iter(data)), bad)
    at: KeyPath = (kind, local(str(name)), *rest)
    return Misplaced(folder, bad._replace(at=at))


def _graph(tables: Read, *, is_wrong: bool) -> list[Wrong]:
    # With no stage understood, every name would be called unknown, and the cause is reported already.
    if not tables.stages and is_wrong:
        return []
    wrong = [
        *check_graph(tables.jobs, tables.stages),
        *check_background(tables.jobs, tables.stages),
        *check_image_names(tables.stages),
    ]
    if sum(bool(stage.outputs) for stage in tables.stages.values()) > 1:
        from gofigure.config.overlaps import overlaps

        wrong += overlaps(tables.stages)
    return wrong
