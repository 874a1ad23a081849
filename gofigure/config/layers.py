"""The files that make up one configuration: the shared ones, and the personal one laid over them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gofigure.model import OLDER_JOB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gofigure.config.kinds import KeyPath

LOCAL_NAME = ".gofigure.local.toml"
IGNORE_NAME = ".fignore"  # beside the older job files

# jobs → a job's name → its keys, and one more for a table such as `env`. Below that, nothing has a meaning.
_DEPTH = 4


LayerKind = Literal["toml", "job", "stage", "ignore"]  # all but the first: the older files (decision 28)


class Layer(NamedTuple):
    """One file, and the very bytes that were read from it."""

    path: str
    data: bytes
    kind: LayerKind = "toml"
    fault: str = ""  # why an older file could not be read


# The shared files first, of which one in TOML is the very first; then the personal one, laid over all of them.
Layers: TypeAlias = tuple[Layer, ...]


def job_name(path: str) -> str:
    """What the job in a file is called."""
    before, after = OLDER_JOB
    return os.path.basename(path)[len(before) : -len(after)]


def personal(layers: Layers) -> Layers:
    """The layers that nobody shares."""
    return tuple(layer for layer in layers[1:] if layer.kind == "toml")


def shared(layers: Layers) -> Layers:
    """The others."""
    return layers[: len(layers) - len(personal(layers))]


def names_of(layers: Layers) -> tuple[str, ...]:
    """What each file is called from the folder that they are about."""
    folder = os.path.dirname(layers[0].path) if layers else ""
    return tuple(layer.path[len(folder) :].lstrip("/") for layer in layers)


def lay_over(below: Mapping[str, object], above: Mapping[str, object], depth: int = _DEPTH) -> dict[str, object]:
    """Tables are merged key by key; any other value, lists too, takes the place of the one below it."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        both_tables = isinstance(under, dict) and isinstance(value, dict)
        merged[name] = lay_over(under, value, depth - 1) if depth and both_tables else value  # type: ignore[arg-type]
    return merged


def changes(
    below: Mapping[str, object], above: Mapping[str, object], at: KeyPath = (), depth: int = _DEPTH
) -> Iterator[KeyPath]:
    """The key paths at which the layer above says something else."""
    for name, value in above.items():
        under = below.get(name)
        if depth and isinstance(under, dict) and isinstance(value, dict):
            yield from changes(under, value, (*at, name), depth - 1)
        elif under is None or under != value or type(under) is not type(value):
            yield (*at, name)
