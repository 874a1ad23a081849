"""The files of one configuration, each read once."""

from __future__ import annotations

import contextlib
import os

from gofigure.config.layers import LOCAL_NAME, Layer, Layers
from gofigure.config.toml_file import read
from gofigure.model import is_older_job


def read_layers(path: str) -> Layers:
    """The file at `path`, the older ones beside it, and the personal one, as far as they are there; each is read once.

    Raises GofigureError where there is none but a personal one.
    """
    folder = os.path.dirname(path)
    names = job_files(folder)
    layers = [Layer(path, read(path))] if not names or os.path.lexists(path) else []
    if names:
        from gofigure.config.older_files import read_older_files

        layers += read_older_files(folder, names)
    own = local_of(path)
    return (*layers, Layer(own, read(own))) if os.path.lexists(own) else tuple(layers)


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
