"""Other tools' files into a configuration: what is there → jobs, stages and what is left over → text. Runs nothing."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from typing import Protocol

from gofigure.errors import ConfigError
from gofigure.importing import (
    github,
    husky,
    just,
    lefthook,
    lint_staged,
    make,
    pre_commit,
    scripts,
    taskfile,
    woodpecker,
)
from gofigure.importing.facts import Found, Left
from gofigure.importing.folder import look_around
from gofigure.importing.writing import Written, words, write
from gofigure.starter import Place

__all__ = ["FORMATS", "Found", "Left", "Written", "chosen", "look_around", "survey", "words", "write"]


class Format(Protocol):
    """What a module of one format offers; it sees the project only through a Place."""

    def files(self, place: Place) -> tuple[str, ...]:
        """Those of its files that are there, from the root."""

    def read(self, place: Place, names: tuple[str, ...]) -> Found:
        """What they say. Raises ConfigError where one is not what its name says."""


# In the order of their jobs: what git starts comes first. Adding one is a file and a line.
FORMATS: Mapping[str, Format] = {
    "pre-commit": pre_commit,
    "lefthook": lefthook,
    "husky": husky,
    "lint-staged": lint_staged,
    "make": make,
    "task": taskfile,
    "just": just,
    "npm": scripts,
    "github": github,
    "woodpecker": woodpecker,
}


def chosen(place: Place, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The files of each format that are there; of those with these names, if there are any."""
    found = {tool: one.files(place) for tool, one in FORMATS.items()}
    return {
        tool: kept
        for tool, there in found.items()
        if (kept := tuple(file for file in there if not names or file in names))
    }


def survey(place: Place, files: Mapping[str, tuple[str, ...]]) -> tuple[Found, ...]:
    """What these files say. Raises ConfigError for the first that cannot be read."""
    return tuple(_read(place, files, tool) for tool in files)


def _read(place: Place, files: Mapping[str, tuple[str, ...]], tool: str) -> Found:
    try:
        return FORMATS[tool].read(place, files[tool])
    except ConfigError as error:
        others = [name for other, names in files.items() if other != tool for name in names]
        without = f", or bring over the rest: gofigure import {shlex.join(others)}" if others else ""
        error.hint = f"mend the file{without}"
        raise
