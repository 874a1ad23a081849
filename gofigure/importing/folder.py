"""Look at a project as `gofigure init` does, and into the hidden folders where other tools keep their things."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping

from gofigure.starter import Place
from gofigure.starter.folder import look

_HIDDEN = (".husky", ".github/workflows", ".woodpecker", ".lefthook", ".lefthook-local")
_DEEPEST = 2
_MOST = 500  # names in each


def look_around(root: str, environ: Mapping[str, str], *, in_git: bool) -> Place:
    """What is there; nothing of it is run."""
    place = look(root, environ, in_git=in_git)
    hidden = [path for folder in _HIDDEN for path in _within(root, folder, 0)]
    return place._replace(files=tuple(sorted({*place.files, *hidden})))


def _within(root: str, folder: str, depth: int) -> Iterator[str]:
    with contextlib.suppress(OSError), os.scandir(os.path.join(root, folder)) as entries:
        for _, entry in zip(range(_MOST), sorted(entries, key=lambda one: os.fsencode(one.name)), strict=False):
            path = f"{folder}/{entry.name}"
            if entry.is_file(follow_symlinks=False) and path.isprintable():
                yield path
            elif entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
                yield from _within(root, path, depth + 1)
