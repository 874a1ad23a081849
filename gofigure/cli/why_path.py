"""`gofigure why PATH`: what a file is called, who reads it, and what each of them would do now."""

from __future__ import annotations

import os
import sys

from gofigure.about_path import ROLES, AboutPath, about_path, told
from gofigure.cli.as_json import dump
from gofigure.cli.console import console_for
from gofigure.cli.here import Here, from_root
from gofigure.cli.terminal import tell
from gofigure.config import meant
from gofigure.digest.tree import KIND_WORDS, Entry
from gofigure.errors import GofigureError
from gofigure.git.exclude import IgnoreRule
from gofigure.model import Config
from gofigure.project import Loaded
from gofigure.queries import looking_on
from gofigure.runner.readers import NEVER_HANDED, Reader
from gofigure.runner.told import outlook
from gofigure.runner.why import ago
from gofigure.subject import Request


def means_path(name: str, config: Config, here: str) -> bool:
    """Whether a word is a path and not a job's or a stage's name."""
    if "/" in name or name.startswith("."):
        return name not in config.stages and name not in config.jobs and (":" not in name or os.path.lexists(name))
    known = meant(config, name, here)
    return not any(one in config.jobs or one in config.stages for one in known) and os.path.lexists(name)


def why_path(where: Here, loaded: Loaded, name: str, *, as_json: bool) -> None:
    root = where.project.root
    path = from_root(name, root)
    if path == ".." or path.startswith("../"):
        raise GofigureError(f"{name} is outside of {root}")
    wanted = b"" if path == "." else os.fsencode(path)
    request = Request(where.manual, where.environ)
    with console_for(sys.stderr) as console, looking_on(where.project, loaded, request, console) as present:
        found = about_path(present, wanted, console)
    if as_json:
        print(dump(told(found)))
    else:
        _tell(found)


def _tell(found: AboutPath) -> None:
    if found.entry is None:
        why = found.unprovable or found.left_out + _by(found.rule)
        tell(f"{found.name}: no part of the content: {why}; no stage depends on it")
        _tell_past(found)
        return
    tell(f"{found.name}: {KIND_WORDS[found.entry.kind]}, {found.entry.digest.hex()}")
    if found.unprovable:
        tell(f"  nothing that reads it can be proven: {found.unprovable}")
    _tell_past(found)
    if not found.readers:
        tell("  no stage of a job reads it")
        return
    names = [f"{reader.job}/{reader.step.stage.name}" for reader in found.readers]
    width = max(map(len, names))
    column = max(len(outlook(reader.step)) for reader in found.readers)
    for label, reader in zip(names, found.readers, strict=True):
        tell(f"  {label:<{width}}  {outlook(reader.step):<{column}}  {_reason(reader, found.entry)}")


def _by(rule: IgnoreRule | None) -> str:
    return f" ({rule.file}, line {rule.line}: {rule.pattern})" if rule is not None else ""


def _tell_past(found: AboutPath) -> None:
    """Who makes it, and when it last changed anything."""
    if found.makers:
        tell(f"  an output of {', '.join(found.makers)}")
    if found.caused is not None:
        tell(f"  run {found.caused.run} of {found.caused.job} was started for it, {ago(found.caused.at_ns)}")
    if found.wrote is not None:
        part = found.wrote
        tell(f"  it changed under run {part.run} of {part.job}, {ago(part.at_ns)}: {ROLES.get(part.role, part.role)}")


def _reason(reader: Reader, entry: Entry) -> str:
    if reader.handed_over is None:
        return reader.step.reason
    if entry.kind in NEVER_HANDED:
        return f"{reader.step.reason}; a {KIND_WORDS[entry.kind]} is not handed over"
    return f"{reader.step.reason}; this file {'is handed over' if reader.handed_over else 'is proven'}"
