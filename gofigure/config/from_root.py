"""What the file of a folder says, as the root would say it: full names, and paths from the root.

By default its stages read their own folder and run in it. What it writes with // in front is a path from the root:
`inputs` then name what is read besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.config.kinds import Wrong
from gofigure.config.names import TOP, below, full, resolved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gofigure.config.tables import Read
    from gofigure.model import Job, Setting, Stage

_OF_THE_ROOT = ("settle",)  # what holds for all folders at once


def from_root(read: Read, folder: str) -> Read:
    """`folder`: whose file it is; "" for the root's, where only // has to go."""
    if not folder:
        return read._replace(
            jobs={name: _job(job, "") for name, job in read.jobs.items()},
            stages={name: _stage(stage, "") for name, stage in read.stages.items()},
        )
    misplaced = [
        Wrong((name,), "found in the file of a folder, expected it in that of the root: it holds for all")
        for name in _OF_THE_ROOT
        if name in read.top
    ]
    return read._replace(
        jobs={full(folder, name): _job(job, folder) for name, job in read.jobs.items()},
        stages={full(folder, name): _stage(stage, folder) for name, stage in read.stages.items()},
        wrong=[*read.wrong, *misplaced],
        top={},
    )


def _job(job: Job, folder: str) -> Job:
    return job._replace(
        name=full(folder, job.name),
        stages=_names(job.stages, folder),
        changed=_changed(job.changed, folder),
        folder=folder,
    )


def _stage(stage: Stage, folder: str) -> Stage:
    named = stage._replace(
        name=full(folder, stage.name),
        needs=_names(stage.needs, folder),
        checkout=resolved(stage.checkout, folder) if stage.checkout is not None else None,
        changed=_changed(stage.changed, folder),
        share=_globs(stage.share, folder) if stage.share is not None else None,
    )
    if not folder:
        return named._replace(inputs=_globs(stage.inputs, "")) if _has_top(stage.inputs) else named
    is_here = stage.checkout is None and stage.target != "checkout"
    return named._replace(
        folder=folder,
        locations=tuple(below(folder, one) for one in stage.locations or ("",)) if is_here else stage.locations,
        inputs=tuple(one for one in stage.inputs if not _is_top(one)),
        besides=_globs((one for one in stage.inputs if _is_top(one)), folder),
        outputs=_globs(stage.outputs, folder),
        ignore=_globs(stage.ignore, folder),
        settings=tuple((name, _setting(name, value, folder)) for name, value in stage.settings),
    )


def _names(written: tuple[str, ...], folder: str) -> tuple[str, ...]:
    return tuple(resolved(name, folder) for name in written)


def _changed(globs: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """Where the first one takes something away, all of the folder is chosen but that (snapshot.since.chooser)."""
    first = (below(folder, "**"),) if folder and globs and globs[0].startswith("!") else ()
    return (*first, *_globs(globs, folder))


def _globs(globs: Iterable[str], folder: str) -> tuple[str, ...]:
    return tuple(_glob(glob, folder) for glob in globs)


def _glob(glob: str, folder: str) -> str:
    sign = "!" if glob.startswith("!") else ""
    rest = glob.removeprefix("!")
    return sign + (rest.removeprefix(TOP) if rest.startswith(TOP) else below(folder, rest))


def _is_top(glob: str) -> bool:
    return glob.removeprefix("!").startswith(TOP)


def _has_top(globs: Iterable[str]) -> bool:
    return any(map(_is_top, globs))


def _setting(name: str, value: Setting, folder: str) -> Setting:
    """`dest` is the only path among what is of one target alone."""
    if name != "dest" or not isinstance(value, str) or value.startswith("/"):
        return value
    return below(folder, value)
