"""The engine of `gofigure watch`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gofigure.watch.state import State

if TYPE_CHECKING:
    from gofigure.events import Observer
    from gofigure.project import Project
    from gofigure.watch.commands import Commands


class Options(NamedTuple):
    """What a person may say to it besides the configuration."""

    names: tuple[str, ...] = ()
    poll: bool = False
    interval: float | None = None
    settle: float | None = None
    once: bool = False


def watch(
    project: Project,
    environ: Mapping[str, str],
    inside: tuple[str, ...],
    options: Options,
    show: Callable[[State], None],
    observe: Observer,
    commands: Commands,
) -> State:
    """A stand-in until the engine is there."""
    raise NotImplementedError
