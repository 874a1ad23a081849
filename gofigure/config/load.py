"""The files of one configuration into one checked `Config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gofigure.config.background import check_background
from gofigure.config.graph_check import check_graph
from gofigure.config.image_names import check_image_names
from gofigure.config.layers import Layer, Layers, lay_over, names_of, personal, shared
from gofigure.config.reading import read_layers
from gofigure.config.tables import Read, read_tables
from gofigure.config.toml_file import decode, parse_toml
from gofigure.model import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gofigure.config.kinds import Wrong
    from gofigure.errors import Problem


class _Checked(NamedTuple):
    """What some tables say, with all that is wrong in it."""

    tables: Read
    disabled: tuple[str, ...]
    wrong: list[Wrong]


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
    data = _shared_data(layers, targets)
    checked = _check(data, targets)
    wrong: list[tuple[Layer, list[Wrong]]] = [(layers[0], checked.wrong)]
    for layer in personal(layers):
        data = lay_over(data, parse_toml(decode(layer.data, layer.path), layer.path))
        before = set(checked.wrong)
        checked = _check(data, targets)
        wrong.append((layer, [bad for bad in checked.wrong if bad not in before]))
    if any(bad for _, bad in wrong):
        from gofigure.config.report import report_all

        raise report_all(wrong, _by_older_files(layers, targets))
    jobs, stages, _, top = checked.tables
    own = tuple(layer.path for layer in personal(layers))
    return Config(layers[0].path, jobs, stages, own, checked.disabled, files=names_of(shared(layers)), **top)


def changed_by_layers(layers: Layers, *, targets: Sequence[str]) -> tuple[str, ...]:
    """What the personal layers say otherwise than what they are laid over: dotted key paths, in their order."""
    from gofigure.config.kinds import dotted
    from gofigure.config.layers import changes

    data = _shared_data(layers, targets)
    found: list[str] = []
    for layer in personal(layers):
        above = parse_toml(decode(layer.data, layer.path), layer.path)
        found += [dotted(at) for at in changes(data, above)]
        data = lay_over(data, above)
    return tuple(found)


def _shared_data(layers: Layers, targets: Sequence[str]) -> dict[str, object]:
    """What the shared files say together. Raises ConfigError where an older one is not right."""
    first = layers[0]
    if len(shared(layers)) == 1 and first.kind == "toml":
        return parse_toml(decode(first.data, first.path), first.path)
    from gofigure.config.beside import beside

    return beside(layers, targets)


def _by_older_files(layers: Layers, targets: Sequence[str]) -> Callable[[Wrong], Problem | None]:
    """What is wrong where an older file says it; None where none does."""
    if all(layer.kind == "toml" for layer in layers):
        return lambda _bad: None
    from gofigure.config.older import read_older

    return read_older(layers, targets).problem


def _check(data: dict[str, object], targets: Sequence[str]) -> _Checked:
    tables = read_tables(data, targets)
    wrong = [*tables.wrong, *_graph(tables)]
    all_enabled = all(job.enabled for job in tables.jobs.values()) and all(
        stage.enabled for stage in tables.stages.values()
    )
    if wrong or all_enabled:
        return _Checked(tables, (), wrong)
    from gofigure.config.enabled import without_disabled

    return _Checked(*without_disabled(tables))


def _graph(tables: Read) -> list[Wrong]:
    # With no stage understood, every name would be called unknown, and the cause is reported already.
    if not tables.stages and tables.wrong:
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
