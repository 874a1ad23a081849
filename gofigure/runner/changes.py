"""What has changed under a stage while it ran, and which stage did that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gofigure.git.checkout import changed_files
from gofigure.git.repository import Repository
from gofigure.model import Place, Snapshot
from gofigure.runner.clean import clean
from gofigure.runner.plan import Plan, Step
from gofigure.runner.words import shortened
from gofigure.snapshot.select import Selecting, covers, show

_NAMED = 3
_LOOKED_AT = 100  # paths
_LINES = 20  # of a patch, on the screen


class Changed(NamedTuple):
    """Files that a stage reads and that are no longer as they were."""

    words: str  # why nothing is proven; "" if all is as it was
    files: frozenset[bytes] = frozenset()  # those that were there before; a hundred at most

    @property
    def names(self) -> str:
        """The first of the files."""
        return shortened(sorted(map(show, self.files)), _NAMED)


def changed(plan: Plan, step: Step, here: Snapshot, selecting: Selecting) -> Changed:
    """Compare what a stage reads with what stands where it ran, `here`."""
    before = (plan.content.about if step.place == "private" else plan.content.here).tree
    for selector, digest, _ in step.reads:
        for path in here.unprovable:
            if covers(selector, path):
                return Changed(f"{show(path)} {here.unprovable[path]}")
        if selecting.select(here.tree, selector).digest != digest:
            names = selecting.changed(before, here.tree, selector, _NAMED)
            files = selecting.altered(before, here.tree, selector, _LOOKED_AT)
            return Changed(f"while it ran, {', '.join(names) or 'what its links lead to changed'}", frozenset(files))
    return Changed("")


def culprits(plan: Plan, found: Mapping[str, Changed]) -> frozenset[str]:
    """The stages that changed tracked files, of those that have passed: that is no pass.

    Where another version than the working tree's is in question, or in a private checkout, only stages can have done
    it. In the working tree itself that may have been its user, unless it is a file that a stage was handed. Where one
    was handed what has changed, those that only read it are not to blame.
    """
    private = plan.content.about.kind in ("index", "commit")
    possible, certain = set(), set()
    for name, change in found.items():
        step = plan.steps[name]
        if not change.files or (plan.mends and step.stage.fix):
            continue
        if change.files.intersection(step.files or ()):
            certain.add(name)
        elif private or step.place == "private":
            possible.add(name)
    mended = any(plan.steps[name].stage.fix and change.files for name, change in found.items()) and plan.mends
    explained = {path for name in certain for path in found[name].files.intersection(plan.steps[name].files or ())}
    others = {name for name in possible if not found[name].files <= explained and not mended}
    return frozenset(certain | others)


class Patches:
    """Shows what stages have changed, as patches. `repositories`: by place; `logs`: where long ones are kept."""

    def __init__(self, repositories: Mapping[Place, Repository | None], index_file: str | None, logs: str) -> None:
        self._repositories = repositories
        self._index_file = index_file
        self._logs = logs

    def said(self, step: Step, files: Iterable[bytes]) -> tuple[str, ...]:
        """The first lines of the patch, safe to show; where there are more, the file that has all."""
        repository = self._repositories.get(step.place)
        if repository is None:
            return ()
        index_file = self._index_file if step.place == "in place" else None
        patch = changed_files(repository, sorted(files), index_file)
        lines = [clean(line.decode("utf-8", "backslashreplace")) for line in patch.splitlines()]
        if len(lines) <= _LINES:
            return tuple(lines)
        kept = os.path.join(self._logs, f"{step.stage.name}.patch")
        with open(kept, "wb") as file:
            file.write(patch)
        return (*lines[:_LINES], f"... {len(lines) - _LINES} more lines: {kept}")
