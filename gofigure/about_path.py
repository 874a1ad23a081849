"""What is known of one path of the working tree: its digest, who reads it, who makes it, and why it is left out."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from gofigure.digest.tree import FOLDER, KIND_WORDS, Entry, look_up
from gofigure.errors import GofigureError
from gofigure.events import Observer
from gofigure.git.exclude import IgnoreRule, ignore_rule, is_ignored
from gofigure.project import Project
from gofigure.queries import Present
from gofigure.runner.plan import Content
from gofigure.runner.readers import NEVER_HANDED, Reader, readers
from gofigure.runner.told import step_told
from gofigure.snapshot.select import Selector, covers, show
from gofigure.store.windows import Part

_IGNORED = "ignored by git"
_ELSEWHERE = "in a repository of its own, behind a link, or empty"
# What a change under a run is (runner/no_loops.py).
ROLES = {
    "output": "a declared output",
    "born": "born untracked under a run, so a run's own",
    "other": "nobody knows by whom; that job does not read it",
    "stale": "nobody knows by whom; that verdict is stale",
}


class AboutPath(NamedTuple):
    """What is known of one path of the working tree."""

    name: str  # relative to the root, for the screen; "." is the root itself
    entry: Entry | None  # None: it is there, and no part of the content
    left_out: str  # why it is none
    readers: tuple[Reader, ...]
    unprovable: str  # why nothing that reads it can be proven; "" mostly
    rule: IgnoreRule | None = None  # by which git ignores it
    makers: tuple[str, ...] = ()  # stages that have it among their outputs
    caused: Part | None = None  # the newest run here that was started for it
    wrote: Part | None = None  # the newest run here under which it changed


def about_path(present: Present, path: bytes, observe: Observer) -> AboutPath:
    """Who reads a path, and what they would do now. Raises GofigureError where there is nothing at it."""
    project = present.project
    if b"\0" in path or path.startswith(b"/") or b".." in path.split(b"/"):
        raise GofigureError(f"{show(path)} is outside of {project.root}")
    content = present.looking.here(present.store.contents, observe)
    entry = look_up(content.tree, path, present.store.contents.load_tree)
    hidden = present.secrets.mask.text if present.secrets is not None else str
    name, unprovable = hidden(show(path) or "."), hidden(content.unprovable.get(path, ""))
    is_folder = entry is not None and entry.kind == FOLDER
    found = AboutPath(name, entry, "", (), unprovable)._replace(**_past(present, path + b"/" * is_folder))
    if entry is None:
        why = _left_out(project, path)
        rule = ignore_rule(project.repository, path) if project.repository and why == _IGNORED else None
        return found._replace(left_out=why, rule=rule)
    planned = (present.plan(job, Content(content, content)) for job in present.loaded.config.jobs.values())
    who = tuple(one for plan in planned for one in readers(plan, path, entry, present.planner.selecting))
    return found._replace(readers=who)


def _past(present: Present, path: bytes) -> dict[str, Any]:
    """Who makes a path, and when it last had a part in a run. A folder's ends in a slash."""
    windows, root = present.store.windows, present.project.root
    stages = present.loaded.config.stages.values()
    return {
        "makers": tuple(one.name for one in stages if one.outputs and covers(Selector(globs=one.outputs), path)),
        "caused": windows.last_cause(path, root),
        "wrote": windows.last_written(path, root),
    }


def _left_out(project: Project, path: bytes) -> str:
    """Why something that is there is no part of the content."""
    if _is_behind_link(os.fsencode(project.root), path):
        return _ELSEWHERE
    if not os.path.lexists(os.path.join(os.fsencode(project.root), path)):
        raise GofigureError(f"{show(path)}: there is nothing, neither in the content nor on disk")
    if project.repository is not None and is_ignored(project.repository, path):
        return _IGNORED
    return _ELSEWHERE


def _is_behind_link(root: bytes, path: bytes) -> bool:
    """Whether a link stands on the way: what is behind it is not ours to look at."""
    names = path.split(b"/")[:-1]
    return any(os.path.islink(os.path.join(root, *names[:upto])) for upto in range(1, len(names) + 1))


def told(found: AboutPath) -> dict[str, Any]:
    """The same as JSON has it."""
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
                **step_told(reader.step),
                "handed_over": reader.handed_over,
                "passed_over": reader.handed_over is not None and _is_never_handed(found.entry),
            }
            for reader in found.readers
        ],
    }


def _is_never_handed(entry: Entry | None) -> bool:
    return entry is not None and entry.kind in NEVER_HANDED


def _part(part: Part | None) -> dict[str, object] | None:
    return {"run": part.run, "job": part.job, "as": part.role, "at_ns": part.at_ns} if part is not None else None
