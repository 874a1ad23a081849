"""Stands over a request of the watcher: which jobs have a reason to run, and which runs have lost theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from gofigure.errors import Interrupted, Superseded
from gofigure.model import RunResult
from gofigure.watch.board import Board
from gofigure.watch.judging import Judging

if TYPE_CHECKING:
    from gofigure.subject import Planning


class Ears(Protocol):
    """What the engine hears while something runs."""

    def listen(self, patience: float) -> None:
        """Take in what has happened."""

    def unrest(self) -> str:
        """Why what was seen last may be half of something; "" if there is no sign of that."""

    def is_quiet_again(self) -> bool:
        """Whether something has changed since the last look, and has come to rest."""

    def looks(self) -> None:
        """A look begins."""

    def stop(self) -> str:
        """Why what runs is to be ended, by a person's wish; "" if not."""


class Oversight:
    """One turn's overseer (see subject.Overseer)."""

    def __init__(self, ears: Ears, judging: Judging, board: Board, *, by_hand: bool) -> None:
        """`by_hand`: a person has asked for this, whatever has changed."""
        self._ears = ears
        self._judging = judging
        self._board = board
        self._by_hand = by_hand

    def wants(self, planning: Planning) -> bool:
        self._ears.listen(0)
        job = planning.job.name
        decision = self._judging.decide(planning.plan(), planning.store)
        if self._by_hand:
            return True
        self._board.update_job(job, **decision.shown)
        if not decision.runs:
            return False
        return not self._ears.unrest()

    def attend(self, planning: Planning, under_way: Collection[str]) -> None:
        self._ears.listen(0)
        if why := self._ears.stop():
            raise Interrupted(why)
        if planning.job.on_busy != "restart" or not self._ears.is_quiet_again():
            return
        plan = planning.plan()
        if any(plan.steps[stage].stage.type == "deploy" for stage in under_way):
            return  # the next stage is not begun, this one is not cut in the middle
        self._ears.looks()
        if self._judging.supersedes(planning.plan_again(), planning.store):
            raise Superseded("what it reads has changed")

    def done(self, planning: Planning, result: RunResult) -> None:
        self._judging.took(planning.plan(), result, planning.store)
