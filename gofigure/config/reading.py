"""The files of one configuration, each read once."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from gofigure.config.layers import LOCAL_NAME, Layer, Layers
from gofigure.config.toml_file import read
from gofigure.model import is_older_job


def read_layers(path: str, folders: Mapping[str, bytes | None] = {}) -> Layers:
    """The file at `path`, the older ones beside it, those of folders, and the personal ones, each read once.

    `folders`: those below that have a file of their own, and what is in it where it does not stand there. Raises
    GofigureError where there is none but a personal one.
    """
    top = os.path.dirname(path)
    names, own = job_files(top), local_of(path)
    layers: list[Layer] = []
    if os.path.lexists(path) or (not names and (not folders or os.path.lexists(own))):
        layers.append(Layer(path, read(path)))
    if names:
        from gofigure.config.older_files import read_older_files

        layers += read_older_files(top, names)
    places = {folder: os.path.join(top, folder, os.path.basename(path)) for folder in folders}
    for folder, place in places.items():
        data = folders[folder]
        layers.append(Layer(place, read(place) if data is None else data, folder=folder))
    for folder, place in {"": path, **places}.items():
        own = local_of(place)
        if os.path.lexists(own):
            layers.append(Layer(own, read(own), "local", folder=folder))
    return tuple(layers)


def is_there(path: str) -> bool:
    """Whether there is a shared configuration: the file at `path`, or an older one beside it."""
    return os.path.exists(path) or bool(job_files(os.path.dirname(path)))


def job_files(folder: str) -> list[str]:
    """The names of the older job files in a folder; none where it cannot be listed."""
    with contextlib.suppress(OSError):
        return sorted(filter(is_older_job, os.listdir(folder or ".")))
    return []


def local_of(path: str) -> str:
    """Where the personal layer over the file at `path` is looked for."""
    return os.path.join(os.path.dirname(path), LOCAL_NAME)
