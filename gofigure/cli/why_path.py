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
from gofigure.git.exclude import IgnoreRule
from gofigure.model import Config
from gofigure.project import Loaded
from gofigure.queries import AboutPath, about_path
from gofigure.runner.readers import Reader
from gofigure.runner.why import ago
from gofigure.store.windows import Part
from gofigure.subject import Request

# What a change under a run is (runner/no_loops.py).
_ROLES = {
    "output": "a declared output",
    "born": "born untracked under a run, so a run's own",
    "other": "nobody knows by whom; that job does not read it",
    "stale": "nobody knows by whom; that verdict is stale",
}


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
        tell(f"  {label:<{width}}  {outlook(reader.step):<{column}}  {_reason(reader)}")


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
        tell(f"  it changed under run {part.run} of {part.job}, {ago(part.at_ns)}: {_ROLES.get(part.role, part.role)}")


def _part(part: Part | None) -> dict[str, object] | None:
    return {"run": part.run, "job": part.job, "as": part.role, "at_ns": part.at_ns} if part is not None else None


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
        "ignored_by": found.rule._asdict() if found.rule is not None else None,
        "made_by": list(found.makers),
        "last_cause": _part(found.caused),
        "last_written": _part(found.wrote),
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
