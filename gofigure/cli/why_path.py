"""`gofigure why PATH`: what a file is called, who reads it, and what each of them would do now."""

from __future__ import annotations

import os
import sys

from gofigure.cli.as_json import dump, of_step
from gofigure.cli.console import console_for
from gofigure.cli.here import Here, from_root
from gofigure.cli.terminal import tell
from gofigure.cli.verdicts import outlook
from gofigure.digest.tree import KIND_WORDS
from gofigure.errors import GofigureError
from gofigure.model import Config
from gofigure.project import Loaded
from gofigure.queries import AboutPath, about_path
from gofigure.runner.readers import Reader
from gofigure.subject import Request


def means_path(name: str, config: Config) -> bool:
    """Whether a word is a path and not a job's or a stage's name, which holds no slash."""
    if name in config.jobs or name in config.stages:
        return False
    return "/" in name or os.path.lexists(name)


def why_path(where: Here, loaded: Loaded, name: str, *, as_json: bool) -> None:
    root = where.project.root
    path = from_root(name, root)
    if path == ".." or path.startswith("../"):
        raise GofigureError(f"{name} is outside of {root}")
    wanted = b"" if path == "." else os.fsencode(path)
    with console_for(sys.stderr) as console:
        found = about_path(where.project, loaded, Request(where.manual, where.environ), wanted, console)
    if as_json:
        print(dump(_json(found)))
    else:
        _tell(found)


def _tell(found: AboutPath) -> None:
    if found.entry is None:
        tell(f"{found.name}: no part of the content: {found.unprovable or found.left_out}; no stage depends on it")
        return
    tell(f"{found.name}: {KIND_WORDS[found.entry.kind]}, {found.entry.digest.hex()}")
    if found.unprovable:
        tell(f"  nothing that reads it can be proven: {found.unprovable}")
    if not found.readers:
        tell("  no stage of a job reads it")
        return
    names = [f"{reader.job}/{reader.step.stage.name}" for reader in found.readers]
    width = max(map(len, names))
    column = max(len(outlook(reader.step)) for reader in found.readers)
    for label, reader in zip(names, found.readers, strict=True):
        tell(f"  {label:<{width}}  {outlook(reader.step):<{column}}  {_reason(reader)}")


def _reason(reader: Reader) -> str:
    if reader.handed_over is None:
        return reader.step.reason
    return f"{reader.step.reason}; this file {'is handed over' if reader.handed_over else 'is proven'}"


def _json(found: AboutPath) -> dict[str, object]:
    return {
        "path": found.name,
        "kind": KIND_WORDS[found.entry.kind] if found.entry else None,
        "digest": found.entry.digest.hex() if found.entry else None,
        "left_out": found.left_out or None,
        "unprovable": found.unprovable or None,
        "stages": [
            {
                "job": reader.job,
                "stage": reader.step.stage.name,
                **of_step(reader.step),
                "handed_over": reader.handed_over,
            }
            for reader in found.readers
        ],
    }
