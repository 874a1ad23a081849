"""Which jobs to run: those of a git hook, or those named on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.errors import GofigureError
from gofigure.model import Config, Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def jobs_for(config: Config, hook: str, *, background: bool | None = None) -> tuple[Job, ...]:
    """The jobs that a git hook starts, in the order of the file.

    `background`: only those for which git does not wait (True) or waits (False).
    """
    jobs = tuple(job for job in config.jobs.values() if hook in job.on)
    return jobs if background is None else tuple(job for job in jobs if job.background == background)


def choose(config: Config, names: Sequence[str]) -> tuple[Job, ...]:
    """The named jobs; all named stages become one job, in the place of the first. No names: every job.

    A name that is both a job's and a stage's means the job.
    """
    if not names:
        return tuple(config.jobs.values())
    unique = tuple(dict.fromkeys(names))
    _refuse_unknown(config, unique)
    stages = [name for name in unique if name not in config.jobs]
    chosen: list[Job] = []
    for name in unique:
        if name in config.jobs:
            chosen.append(config.jobs[name])
        elif name == stages[0]:
            chosen.append(Job(name="+".join(stages), stages=_with_needs(config, stages)))
    return tuple(chosen)


def _with_needs(config: Config, names: Sequence[str]) -> tuple[str, ...]:
    """The stages and all that they need, needs first; without recursion, because chains may be long."""
    ordered: dict[str, None] = {}
    pending = list(reversed(names))
    while pending:
        missing = [name for name in config.stages[pending[-1]].needs if name not in ordered]
        if missing:
            pending.extend(reversed(missing))
        else:
            ordered[pending.pop()] = None
    return tuple(ordered)


def unknown(config: Config, names: Iterable[str]) -> list[str]:
    """A line for each name that is neither a job's nor a stage's."""
    strangers = [name for name in names if name not in config.jobs and name not in config.stages]
    if not strangers:
        return []
    from gofigure.config.suggest import nearest, single_quoted

    valid = (*config.jobs, *config.stages)
    lines = []
    for name in strangers:
        if name in config.disabled:
            lines.append(f"{single_quoted(name)} is disabled (enabled = false)")
            continue
        near = nearest(name, valid)
        meant = f"; did you mean {single_quoted(near)}?" if near else ""
        lines.append(f"no job or stage is named {single_quoted(name)}{meant}")
    return lines


def _refuse_unknown(config: Config, names: Sequence[str]) -> None:
    lines = unknown(config, names)
    if not lines:
        return
    from gofigure.config.suggest import listed

    hint = f"jobs: {listed(tuple(config.jobs)) or 'none'}; stages: {listed(tuple(config.stages)) or 'none'}"
    raise GofigureError("\n".join(lines), hint=hint)
