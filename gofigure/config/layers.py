"""The files that make up one configuration: the shared ones, and the personal ones laid over them, folder by folder."""

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


LayerKind = Literal["toml", "local", "job", "stage", "ignore"]  # the last three: the older files (decision 28)
IN_TOML = ("toml", "local")


class Layer(NamedTuple):
    """One file, and the very bytes that were read from it."""

    path: str
    data: bytes
    kind: LayerKind = "toml"
    fault: str = ""  # why an older file could not be read
    folder: str = ""  # whose jobs it is about, from the root; "" is the root itself


# The shared files first, those of the root before those of other folders, of each folder one in TOML before any older
# ones; then the personal ones, each laid over those of its folder.
Layers: TypeAlias = tuple[Layer, ...]


class Group(NamedTuple):
    """The files of one folder."""

    folder: str
    shared: Layers
    personal: Layers


def job_name(path: str) -> str:
    """What the job in a file is called."""
    before, after = OLDER_JOB
    return os.path.basename(path)[len(before) : -len(after)]


def personal(layers: Layers) -> Layers:
    """The layers that nobody shares."""
    return tuple(layer for layer in layers if layer.kind == "local")


def shared(layers: Layers) -> Layers:
    """The others."""
    return tuple(layer for layer in layers if layer.kind != "local")


def grouped(layers: Layers) -> list[Group]:
    """Folder by folder, in their order."""
    groups: dict[str, Group] = {}
    for layer in layers:
        group = groups.get(layer.folder) or Group(layer.folder, (), ())
        if layer.kind == "local":
            groups[layer.folder] = group._replace(personal=(*group.personal, layer))
        else:
            groups[layer.folder] = group._replace(shared=(*group.shared, layer))
    return list(groups.values())


def names_of(layers: Layers) -> tuple[str, ...]:
    """What each file is called from the root."""
    if not layers:
        return ()
    first = layers[0]
    root = os.path.dirname(first.path).removesuffix(first.folder)
    return tuple(layer.path.removeprefix(root).lstrip("/") for layer in layers)


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
