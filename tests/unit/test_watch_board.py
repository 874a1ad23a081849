"""What the state says of a run that has ended, heard of or found on record."""

from __future__ import annotations

import pytest

from gofigure.events import RunFinished, RunStarted
from gofigure.model import RunResult, StageResult
from gofigure.store.ledger import RunRow, StageRow
from gofigure.watch.board import Board
from gofigure.watch.state import JobState, State

ENDED = {"unit": "failed", "slow": "timed out", "docs": "skipped", "lint": "passed"}


@pytest.fixture
def board() -> Board:
    return Board(State(1, "/r"), lambda _state: None, lambda _event: None)


def failed(job: JobState) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return job.verdict, job.failed, job.timed_out


def test_what_took_too_long_is_known_of_a_run_that_was_heard_of(board: Board) -> None:
    stages = tuple(StageResult(name, verdict, "why") for name, verdict in ENDED.items())  # type: ignore[arg-type]
    board(RunStarted(7, "check", "change", "the working tree", tuple(ENDED)))
    board(RunFinished(RunResult(7, "check", "failed", stages)))
    assert failed(board.job("check")) == ("failed", ("unit", "slow"), ("slow",))


def test_what_took_too_long_is_known_of_a_run_on_record(board: Board) -> None:
    run = RunRow(7, "check", "manual", "/r", "the working tree", b"", "main", "failed", 1, 2.0)
    stages = [
        StageRow(7, name, state, "why", None, 1.0, 1, None, None, 0, 0, "", "", "") for name, state in ENDED.items()
    ]
    board.recall(run, stages)
    assert failed(board.job("check")) == ("failed", ("unit", "slow"), ("slow",))
