"""What jobs and stages there are, by name: for a shell that completes words, so quickly, and whatever is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gofigure.config.layers import IN_TOML, Layers, lay_over
from gofigure.config.reading import is_there, read_layers
from gofigure.config.toml_file import decode, parse_toml
from gofigure.errors import GofigureError


class Named(NamedTuple):
    """Each name, with a word or two about it."""

    jobs: Mapping[str, str] = {}
    stages: Mapping[str, str] = {}
    deploys: tuple[str, ...] = ()  # those of the stages


def named_around(folder: str, name: str) -> Named:
    """Those of the configuration called `name` in this folder, or the nearest above; none where it cannot be read."""
    while not is_there(os.path.join(folder, name)):
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return Named()
        folder = parent
    try:
        layers = read_layers(os.path.join(folder, name))
    except GofigureError:
        return Named()
    data: dict[str, object] = {}
    for table in _tables(layers):
        data = lay_over(data, table)
    return Named(
        {name: ", ".join(map(str, _list(keys.get("on")))) for name, keys in _items(data.get("jobs"))},
        {name: str(keys.get("target", keys.get("run", ""))) for name, keys in _items(data.get("stages"))},
        tuple(name for name, keys in _items(data.get("stages")) if _is_deploy(keys)),
    )


def _tables(layers: Layers) -> Iterator[dict[str, object]]:
    if any(layer.kind not in IN_TOML for layer in layers):
        from gofigure.config.older import read_older

        older = read_older(layers, ())
        yield {kind: dict(tables) for kind, tables in older.data.items()}
    for layer in layers:
        if layer.kind in IN_TOML:
            try:
                yield parse_toml(decode(layer.data, layer.path), layer.path)
            except GofigureError:
                continue  # `gofigure validate` says what is wrong


def _items(tables: object) -> Iterator[tuple[str, dict[str, object]]]:
    for name, keys in tables.items() if isinstance(tables, dict) else ():
        if isinstance(keys, dict):
            yield name, keys


def _is_deploy(keys: Mapping[str, object]) -> bool:
    """By its type, or as the type that its target has where it says none (config.tables)."""
    return keys.get("type", "deploy" if keys.get("target") == "kubernetes" else "") == "deploy"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
