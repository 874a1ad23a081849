"""`enabled = false`: a job or stage that is written down and yet takes no part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.config.kinds import Wrong, quote
from gofigure.config.tables import Read

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 3


def without_disabled(tables: Read) -> tuple[Read, tuple[str, ...], list[Wrong]]:
    """The tables as the rest of the program sees them, the names that were taken out, and what does not fit that."""
    stages = {name: stage for name, stage in tables.stages.items() if stage.enabled}
    jobs = {name: job for name, job in tables.jobs.items() if job.enabled}
    disabled = tuple(name for name in (*tables.jobs, *tables.stages) if name not in jobs and name not in stages)
    wrong = [*_still_needed(tables), *_nothing_left(tables)]
    kept = {
        name: job._replace(stages=tuple(stage for stage in job.stages if stage in stages)) for name, job in jobs.items()
    }
    return Read(kept, stages, [], tables.top), disabled, wrong


def _still_needed(tables: Read) -> Iterator[Wrong]:
    by: dict[str, list[str]] = {}
    for stage in tables.stages.values():
        for name in stage.needs if stage.enabled else ():
            if not tables.stages[name].enabled:
                by.setdefault(name, []).append(stage.name)
    for name, needing in by.items():
        more = f" and {len(needing) - _SHOWN} more" if len(needing) > _SHOWN else ""
        listed = ", ".join(map(quote, needing[:_SHOWN])) + more
        message = f"found false, but it is needed by {listed}; expected that what needs it is disabled, too"
        yield Wrong(("stages", name, "enabled"), message)


def _nothing_left(tables: Read) -> Iterator[Wrong]:
    for job in tables.jobs.values():
        if job.enabled and not any(tables.stages[name].enabled for name in job.stages):
            at = ("stages", job.stages[0], "enabled")
            message = f"found false, and so no stage is left of the job {quote(job.name)}"
            yield Wrong(at, f"{message}; expected enabled = false in [jobs.{job.name}], too")
