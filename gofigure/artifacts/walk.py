"""The files in a workspace that a stage's outputs name, whatever git says of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from typing import NamedTuple

BESIDE = b".gofigure-new"  # ends the name of a file that is being put back


class Chosen(NamedTuple):
    """What is to be kept: by path from the root of the workspace."""

    takes: Callable[[bytes], bool]
    may_hold: Callable[[bytes], bool]  # whether something below a folder could be taken
    apart: Collection[bytes] = ()  # what is never looked into: shared folders, our own


class Found(NamedTuple):
    files: list[bytes]  # files, links and folders with nothing in them
    others: list[bytes]  # what is none of these


def found(root: bytes, chosen: Chosen) -> Found:
    """What is there. Links are not followed. Raises OSError."""
    files: list[bytes] = []
    others: list[bytes] = []
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        is_empty = True
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                is_empty = False
                path = folder + b"/" + entry.name if folder else entry.name
                if entry.name == b".git" or entry.name.endswith(BESIDE) or path in chosen.apart:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if chosen.may_hold(path):
                        waiting.append(path)
                elif chosen.takes(path):
                    mode = entry.stat(follow_symlinks=False).st_mode
                    (files if stat.S_ISREG(mode) or stat.S_ISLNK(mode) else others).append(path)
        if is_empty and folder and chosen.takes(folder):
            files.append(folder)
    return Found(sorted(files), sorted(others))
