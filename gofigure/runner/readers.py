"""Who reads a path: the stages of a plan that may take it, and what each of them would do with it now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gofigure.digest.tree import FOLDER, LINK, MODULE, Entry
from gofigure.runner.plan import Plan, Step
from gofigure.snapshot.select import Selecting, Selector, covers, selects

NEVER_HANDED = (LINK, MODULE)  # no files of their own, though a stage's `files` match their names


class Reader(NamedTuple):
    """A stage that reads a path."""

    job: str
    step: Step
    handed_over: bool | None  # of a per-file stage: whether it would get this very file now; None: no such stage


def readers(plan: Plan, path: bytes, entry: Entry, selecting: Selecting) -> Iterator[Reader]:
    """The stages of one plan whose result depends on what stands at `path` in its content."""
    for step in plan.steps.values():
        if entry.kind != FOLDER:
            reads = any(covers(one.selector, path) for one in step.reads)
            of_its_files = covers(step.reads[0].selector, path)
        else:
            reads = any(_below(one, path) for read in step.reads for one in _files(selecting, plan, read.selector))
            of_its_files = False
        if reads:
            per_file = step.stage.files is not None and of_its_files
            yield Reader(plan.job.name, step, path in (step.files or ()) if per_file else None)


def makers(plan: Plan, path: bytes) -> tuple[str, ...]:
    """The stages of one plan that make what stands at `path`, by their own word: nothing for them to read."""
    stages = (step.stage for step in plan.steps.values() if step.stage.outputs)
    return tuple(stage.name for stage in stages if selects(Selector(globs=stage.outputs), path))


def _files(selecting: Selecting, plan: Plan, selector: Selector) -> Iterator[bytes]:
    return (path for path, _ in selecting.files(plan.content.about.tree, selector))


def _below(path: bytes, folder: bytes) -> bool:
    return not folder or path.startswith(folder + b"/")
