"""Stands over a request of the watcher: which jobs have a reason to run, and which runs have lost theirs."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Protocol

from gofigure.errors import GofigureError, Interrupted, Superseded
from gofigure.model import STOPPED, RunResult
from gofigure.watch.board import Board
from gofigure.watch.judging import Judging

if TYPE_CHECKING:
    from gofigure.runner.plan import Plan
    from gofigure.store.store import Store
    from gofigure.subject import Planning


_SHARE = 10  # at most a tenth of the time under a run is spent on looking


class Ears(Protocol):
    """What the engine hears while something runs."""

    def open(self) -> None:
        """Begin to hear, if that is still to be done."""

    def listen(self, patience: float) -> None:
        """Take in what has happened."""

    def begins(self) -> None:
        """A run begins: what was wished before was not about it."""

    def unrest(self) -> str:
        """Why what was seen last may be half of something; "" if there is no sign of that."""

    def is_quiet_again(self) -> bool:
        """Whether something has changed since the last look, and has come to rest."""

    def is_quiet_for(self, seconds: float) -> bool:
        """Whether nothing has changed for so long; if not, it is looked again when that may be so."""

    def looks(self) -> None:
        """A look begins."""

    def stop(self, job: str) -> str:
        """Why a run of a job is to be ended, by a person's wish; "" if not."""


class Oversight:
    """One turn's overseer (see subject.Overseer)."""

    def __init__(self, ears: Ears, judging: Judging, board: Board, arrived: dict[str, str], *, by_hand: bool) -> None:
        """`by_hand`: a person has asked for this, whatever has changed; `arrived`: jobs that are due, and why."""
        self._ears = ears
        self._judging = judging
        self._board = board
        self._arrived = arrived
        self._by_hand = by_hand
        self._plan: Plan | None = None  # that is carried out
        self._next_look = 0.0  # under a run

    def wants(self, planning: Planning) -> bool:
        self._ears.listen(0)
        job, plan = planning.job.name, planning.plan()
        judged = self._judging.judge(plan, planning.store)
        self._board.update(branch=plan.content.here.branch)
        if judged.run > self._board.job(job).run or (self._board.job(job).verdict == "superseded" and not judged.runs):
            self._recall(judged.run, planning.store)
        self._board.update_job(job, **judged.shown)
        arrived = self._arrived.pop(job, "")
        if self._by_hand:
            return True
        if arrived:
            self._judging.arrived(job)
            self._board.update_job(job, reason=arrived)
            return True
        if judged.runs:
            self._ears.open()  # what changes while it runs may end it
        return judged.runs and not self._ears.unrest() and self._ears.is_quiet_for(judged.pause)

    def _recall(self, run: int, store: Store) -> None:
        """Show what somebody else has run, or this one before it was started anew."""
        row = store.history.run(run)
        if row is not None:
            self._board.recall(row, store.history.stages([run])[run])

    def causes(self, planning: Planning) -> Sequence[bytes]:
        self._plan = planning.plan()
        self._ears.begins()
        return self._judging.causes(self._plan, planning.store)

    def attend(self, planning: Planning, under_way: Collection[str]) -> None:
        self._ears.listen(0)
        if why := self._ears.stop(planning.job.name):
            raise Interrupted(why)
        if self._plan is None or planning.job.on_busy != "restart" or not self._ears.is_quiet_again():
            return
        if time.monotonic() < self._next_look:
            return
        if any(self._plan.steps[stage].stage.type == "deploy" for stage in under_way):
            return  # it is not cut in the middle; what comes after it is not begun
        self._ears.looks()
        began = time.monotonic()
        try:
            now = planning.plan_again()
        except GofigureError:
            return  # the look after the run will say what is wrong
        self._next_look = time.monotonic() + _SHARE * (time.monotonic() - began)
        if self._judging.supersedes(self._plan, now, planning.store):
            raise Superseded("what it reads has changed")

    def done(self, planning: Planning, result: RunResult) -> None:
        if self._plan is None:
            return
        self._judging.took(self._plan, result, planning.store)
        if result.run and planning.left_behind(result.run):
            self._judging.lives_on(planning.job.name)
        if planning.job.on_busy == "ignore" and result.verdict not in STOPPED:
            self._judging.ignores(self._plan, planning.plan_again(), planning.store)

    def failed(self, planning: Planning, error: GofigureError) -> RunResult:
        result = RunResult(0, planning.job.name, "failed", ())
        if self._plan is not None:
            self._judging.gave_up(self._plan)
        self._board.failed(result, error)
        return result
