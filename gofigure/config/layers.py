"""The files that make up one configuration: the shared one, and the personal one laid over it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gofigure.config.toml_file import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gofigure.config.kinds import KeyPath

LOCAL_NAME = ".gofigure.local.toml"

# jobs → a job's name → its keys, and one more for a table such as `env`. Below that, nothing has a meaning.
_DEPTH = 4


class Layer(NamedTuple):
    """One file, and the very bytes that were read from it."""

    path: str
    data: bytes


Layers: TypeAlias = tuple[Layer, ...]  # the shared file first; each later one is laid over those before it


def read_layers(path: str) -> Layers:
    """The file at `path`, and the personal one beside it if there is one; each is read once."""
    shared = Layer(path, read(path))
    personal = local_of(path)
    return (shared, Layer(personal, read(personal))) if os.path.lexists(personal) else (shared,)


def local_of(path: str) -> str:
    """Where the personal layer over the file at `path` is looked for."""
    return os.path.join(os.path.dirname(path), LOCAL_NAME)


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
