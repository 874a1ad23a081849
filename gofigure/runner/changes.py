"""What has changed under a stage while it ran, and which stage did that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gofigure.git.checkout import changed_files
from gofigure.git.repository import Repository
from gofigure.model import Place, Snapshot
from gofigure.runner.clean import clean
from gofigure.runner.outputs import changed_outputs, standing
from gofigure.runner.plan import Plan, Step
from gofigure.runner.words import shortened
from gofigure.snapshot.select import Selecting, Selector, covers, selects, show

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


_NOTHING = Changed("")


def changed(step: Step, before: bytes, began: bytes, here: Snapshot, selecting: Selecting) -> Changed:
    """Compare what a stage reads with what stands where it ran: the tree `before` with what is `here` now.

    What it makes itself is none of that; what those that it needs have made is compared with the tree when it `began`.
    """
    return _inputs_changed(step, before, here, selecting) or _outputs_changed(step, began, here, selecting) or _NOTHING


def _inputs_changed(step: Step, before: bytes, here: Snapshot, selecting: Selecting) -> Changed | None:
    for selector in (one.selector for one in step.reads):
        digest = selecting.select(before, selector).digest
        for path in here.unprovable:
            if covers(selector, path):
                return Changed(f"{show(path)} {here.unprovable[path]}")
        if selecting.select(here.tree, selector).digest != digest:
            names = selecting.changed(before, here.tree, selector, _NAMED)
            files = selecting.altered(before, here.tree, selector, _LOOKED_AT)
            return Changed(f"while it ran, {', '.join(names) or 'what its links lead to changed'}", frozenset(files))
    return None


def _outputs_changed(step: Step, began: bytes, here: Snapshot, selecting: Selecting) -> Changed | None:
    for maker in step.makers:
        for path in here.unprovable:
            if covers(maker.selector, path):
                return Changed(f"{show(path)} {here.unprovable[path]}")
        own = (step.stage.outputs,) if step.stage.outputs else ()
        others = maker._replace(selector=maker.selector._replace(without=own))
        if standing([others], began, selecting) != standing([others], here.tree, selecting):
            names = changed_outputs([others], began, here.tree, selecting, _NAMED)
            files = selecting.altered(began, here.tree, others.selector, _LOOKED_AT)
            return Changed(
                f"while it ran, {', '.join(names) or 'what links of outputs lead to changed'}", frozenset(files)
            )
    return None


class Judged(NamedTuple):
    """Stages that have passed, and under which tracked files have changed."""

    guilty: frozenset[str]  # they did it: that is no pass
    disturbed: frozenset[str]  # nobody can tell who did it: in a private checkout that would be plain


def judge(plan: Plan, found: Mapping[str, Changed]) -> Judged:
    """Who changed what, by stage.

    In a private checkout only stages can have done it; where one was handed what has changed, those that only read
    it are not to blame; nor is anyone for what another stage of the run makes. In the working tree its user may have
    done it: there a stage is to blame only for a file that it was handed, in a run by hand.
    """
    handed = {name: frozenset(plan.steps[name].files or ()) for name in found}
    by_the_handed = frozenset[bytes]().union(*(change.files & handed[name] for name, change in found.items()))
    guilty, disturbed = set(), set()
    for name, change in found.items():
        step = plan.steps[name]
        if not change.files or (plan.mends and step.stage.fix):
            continue
        files = change.files - _made_by_others(plan, step, change.files)
        was_handed = bool(files & handed[name])
        if step.place == "private":
            if was_handed or not (plan.mends or files <= by_the_handed):
                guilty.add(name)
        elif plan.content.about.kind in ("index", "commit"):
            disturbed.add(name)
        elif was_handed and not plan.lenient:
            guilty.add(name)
    return Judged(frozenset(guilty), frozenset(disturbed))


def _made_by_others(plan: Plan, step: Step, files: frozenset[bytes]) -> frozenset[bytes]:
    """Those of the files that other stages, which ran in the same place, make."""
    others = [
        Selector(globs=other.stage.outputs)
        for other in plan.to_run
        if other.stage.outputs and other.stage != step.stage and other.place == step.place
    ]
    return frozenset(path for path in files if any(selects(other, path) for other in others))


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
