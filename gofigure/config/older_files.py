"""Where the older JSON files are: jobs at the root, the stages that they name below it, and what is to be ignored."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gofigure.config.layers import IGNORE_NAME, Layer
from gofigure.errors import GofigureError

if TYPE_CHECKING:
    from gofigure.config.layers import LayerKind


def read_older_files(folder: str, names: Sequence[str], stages: Sequence[str] = ()) -> Iterator[Layer]:
    """The job files, each stage file that they name, these others, and `.fignore`; each is read once.

    What cannot be read is a layer with its fault, so that all problems can be told at once.
    """
    from gofigure.config.older import stage_paths

    paths: dict[str, None] = {}
    for name in names:
        layer = _layer(folder, name, "job")
        yield layer
        paths |= dict.fromkeys(stage_paths(layer))
    for path in paths | dict.fromkeys(stages):
        yield _layer(folder, path, "stage")
    if os.path.lexists(os.path.join(folder, IGNORE_NAME)):
        yield _layer(folder, IGNORE_NAME, "ignore")


def _layer(folder: str, name: str, kind: LayerKind) -> Layer:
    from gofigure.config.toml_file import read

    path = os.path.join(folder, name)
    if not name.isprintable():  # git is asked about it line by line
        return Layer(path, b"", kind, "its name cannot be printed; expected another one")
    real, root = os.path.realpath(path), os.path.realpath(folder or ".")
    if os.path.commonpath([real, root]) != root:
        return Layer(path, b"", kind, f"found a link that leads to {real}, expected a file below {root}")
    try:
        return Layer(path, read(path), kind)
    except GofigureError as error:
        return Layer(path, b"", kind, str(error))
