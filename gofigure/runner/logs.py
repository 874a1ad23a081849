"""Where the output of a run's stages is, while it runs and afterwards."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.process.log_files import LogFile, folder_of, logs_in, stem_of
from gofigure.store.history import History
from gofigure.store.ledger import RunRow, StageRow

LAST = "last"
ENDED = ("passed", "reused", "failed", "timed out", "interrupted", "superseded", "skipped")


class StageLogs(NamedTuple):
    """A stage of a run as it is recorded now, and its logs in the order in which they were written."""

    stage: StageRow
    files: tuple[LogFile, ...]

    @property
    def removed(self) -> bool:
        """Whether it printed something that is no longer there."""
        return self.stage.log is not None and not self.files


def choose_run(history: History, worktree: str, name: str) -> RunRow:
    """The run of that number, or the "last" one of a working tree, or "last-2". Raises GofigureError."""
    if name.startswith(LAST):
        back = name.removeprefix(LAST).removeprefix("-")
        run = history.newest(worktree, _number(back) if back else 0)
        if run is None:
            raise GofigureError(
                f"there is no {name} run in {worktree}" if back else f"nothing has run in {worktree} yet",
                hint="gofigure history" if back else "gofigure run",
            )
        return run
    run = history.run(_number(name))
    if run is None:
        raise GofigureError(f"there is no run {name}", hint="gofigure history")
    return run


def is_run(name: str) -> bool:
    """Whether a word names a run, and not a stage."""
    word, dash, back = name.partition("-")
    return name.isdecimal() or (word == LAST and (back.isdecimal() or not dash))


def _number(digits: str) -> int:
    """A number that SQLite can hold; a longer one names no run."""
    return int(digits) if digits.isdecimal() and len(digits) <= 18 else 10**18


def stage_logs(history: History, state_dir: str, run: RunRow) -> list[StageLogs]:
    """Every stage of a run, with its logs."""
    return with_logs(history.stages([run.id])[run.id], state_dir, run)


def with_logs(stages: Sequence[StageRow], state_dir: str, run: RunRow) -> list[StageLogs]:
    """The same, of stages that have been looked up already."""
    found = logs_in(folder_for(state_dir, run, stages))
    return [StageLogs(stage, tuple(found.get(stem_of(stage.stage), ()))) for stage in stages]


def folder_for(state_dir: str, run: RunRow, stages: Sequence[StageRow]) -> str | None:
    """The folder with a run's logs; None: there is none (yet)."""
    told = next((stage.log for stage in stages if stage.log is not None), None)
    return os.path.dirname(told) if told is not None else folder_of(state_dir, run.id, run.started_ns)
