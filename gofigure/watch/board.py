"""Keeps the state that screens show up to date, by what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gofigure.errors import GofigureError
from gofigure.events import Event, Note, Observer, RunFinished, RunStarted, StageFinished, StageStarted, Tick
from gofigure.model import FAILED, STOPPED, Config, RunResult
from gofigure.watch.state import JobState, State

if TYPE_CHECKING:
    from gofigure.store.ledger import RunRow, StageRow

_NOTES = 3
_LINES = 12


class Board:
    """Shows a state each time that it has become another one."""

    def __init__(self, state: State, show: Callable[[State], None], observe: Observer) -> None:
        self.state = state
        self._show = show
        self._observe = observe
        self._of_runs: set[str] = set()  # notes that the next run lets go

    def update(self, **fields: object) -> None:
        """Change what is not about one job."""
        self._become(self.state._replace(**fields))  # type: ignore[arg-type] # the fields of State, by name

    def job(self, name: str) -> JobState:
        """What is known of a job; nothing, if it is new."""
        return next((job for job in self.state.jobs if job.job == name), JobState(name))

    def update_job(self, name: str, **fields: object) -> None:
        changed = self.job(name)._replace(**fields)  # type: ignore[arg-type] # the fields of JobState, by name
        jobs = [changed if job.job == name else job for job in self.state.jobs]
        self._become(self.state._replace(jobs=tuple(jobs if changed in jobs else [*jobs, changed])))

    def keep_jobs(self, names: Sequence[str]) -> None:
        """These are the jobs now, in this order."""
        self._become(self.state._replace(jobs=tuple(self.job(name) for name in names)))

    def _become(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._show(state)

    def __call__(self, event: Event) -> None:
        """Hear what a run says."""
        self._observe(event)
        match event:
            case RunStarted(run, job):
                self.update(notes=tuple(note for note in self.state.notes if note not in self._of_runs))
                self._of_runs.clear()
                self.update_job(job, under_way=run, running=(), since_ns=time.time_ns())
            case StageStarted(run, stage):
                if (of := self._of(run)) is not None:
                    self.update_job(of.job, running=(*of.running, stage))
            case StageFinished(run, result):
                if (of := self._of(run)) is not None:
                    self.update_job(of.job, running=tuple(name for name in of.running if name != result.stage))
            case RunFinished(result):
                self.finished(result)
            case Tick():
                self._show(self.state)
            case Note(text):
                self._note(text)
            case _:
                pass

    def _note(self, text: str) -> None:
        if any(job.under_way for job in self.state.jobs):
            self._of_runs.add(text)
        if text not in self.state.notes:
            self.update(notes=(*self.state.notes, text)[-_NOTES:])

    def _of(self, run: int) -> JobState | None:
        return next((job for job in self.state.jobs if job.under_way == run), None)

    def recall(self, run: RunRow, stages: Sequence[StageRow]) -> None:
        """A run that is on record is the newest of its job."""
        failed = [stage for stage in stages if stage.state in FAILED and not stage.allowed]
        excerpts = [(stage.excerpt or "").splitlines() for stage in failed]
        self.update_job(
            run.job,
            verdict=run.state,
            reason=f"run {run.id}, {run.trigger}",
            run=run.id,
            at_ns=run.started_ns + int((run.seconds or 0) * 1e9),
            seconds=run.seconds or 0.0,
            failed=tuple(stage.stage for stage in failed),
            timed_out=tuple(stage.stage for stage in failed if stage.state == "timed out"),
            excerpt=tuple(next(filter(None, excerpts), ()))[:_LINES],
        )

    def failed(self, result: RunResult, error: GofigureError) -> None:
        """A run of a job could not be made, or not be recorded."""
        self.finished(result)
        self.update_job(result.job, excerpt=tuple(f"{error}\n{error.hint}".strip().splitlines())[:_LINES])

    def finished(self, result: RunResult) -> None:
        """A run of a job has ended."""
        failed = [stage for stage in result.stages if stage.blocks and stage.verdict != "skipped"]
        bad = failed if result.verdict not in STOPPED else []
        unproven = next((stage.note for stage in result.stages if stage.verdict == "passed" and stage.note), "")
        reason = self.job(result.job).reason
        self.update_job(
            result.job,
            verdict=result.verdict,
            reason=f"{reason}; {unproven}" if unproven and not result.stale else reason,
            run=result.run or self.job(result.job).run,
            at_ns=time.time_ns(),
            seconds=result.seconds,
            running=(),
            since_ns=0,
            under_way=0,
            failed=tuple(stage.stage for stage in bad),
            timed_out=tuple(stage.stage for stage in bad if stage.verdict == "timed out"),
            excerpt=next((stage.excerpt for stage in bad if stage.excerpt), ())[:_LINES],
        )


def jobs_of(config: Config, names: Sequence[str], kind: str) -> list[str]:
    """The jobs that are watched: those named, or else those that ask for it."""
    return list(names) or [job.name for job in config.jobs.values() if kind in job.on]
