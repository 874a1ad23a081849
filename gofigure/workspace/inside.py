"""Paths and the folders that they are in."""

from __future__ import annotations


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or in it; both as they are written."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
