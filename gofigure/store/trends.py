"""How long stages take and how they end, over the newest runs: few columns of many rows."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import NamedTuple

from gofigure.model import FAILED
from gofigure.store.db import Database

_ENDED = "('passed', 'failed', 'timed out')"


class Took(NamedTuple):
    """One run of a job, or of a stage, that came to its end by itself."""

    run: int
    state: str
    seconds: float
    started_ns: int  # when the run was started


class StageTimes(NamedTuple):
    """How a stage has fared in the newest runs that executed it."""

    stage: str
    runs: int
    failed: int
    flaky: int  # keys on which it has both passed and failed
    median: float | None  # seconds, of those that passed
    longest: float
    last_run: int
    last_state: str


class Trends:
    def __init__(self, database: Database) -> None:
        self._db = database

    def of_job(self, job: str, limit: int) -> list[Took]:
        """The newest runs of a job, in any working tree, in which something was executed; newest first."""
        rows = self._db.execute(
            f"SELECT id, state, seconds, started_ns FROM runs WHERE job = ? AND state IN {_ENDED}"  # noqa: S608
            " AND seconds IS NOT NULL ORDER BY id DESC LIMIT ?",
            (job, limit),
        )
        return [Took(*row) for row in rows]

    def of_stage(self, stage: str, limit: int) -> list[Took]:
        """The newest times that a stage was executed to its end; newest first."""
        rows = self._db.execute(
            "SELECT run, s.state, s.seconds, started_ns FROM stage_runs s JOIN runs ON id = run"  # noqa: S608
            f" WHERE stage = ? AND s.state IN {_ENDED} AND s.seconds IS NOT NULL ORDER BY run DESC LIMIT ?",
            (stage, limit),
        )
        return [Took(*row) for row in rows]

    def stages(self, newest: int) -> list[StageTimes]:
        """Every stage that so many of the newest runs have executed, by name."""
        rows = self._db.execute(
            "SELECT stage, state, seconds, key, run FROM stage_runs WHERE run > coalesce("  # noqa: S608
            f" (SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?), 0) AND state IN {_ENDED}"
            " AND seconds IS NOT NULL ORDER BY run DESC",
            (newest,),
        )
        by_stage: dict[str, list[tuple[str, float, bytes | None, int]]] = {}
        for stage, *row in rows:
            by_stage.setdefault(stage, []).append(tuple(row))
        return [_times(stage, rows) for stage, rows in sorted(by_stage.items())]


def _times(stage: str, rows: list[tuple[str, float, bytes | None, int]]) -> StageTimes:
    passed = [seconds for state, seconds, _, _ in rows if state == "passed"]
    return StageTimes(
        stage,
        len(rows),
        sum(state in FAILED for state, *_ in rows),
        len(_keys(rows, ("passed",)) & _keys(rows, FAILED)),
        statistics.median(passed) if passed else None,
        max(seconds for _, seconds, _, _ in rows),
        rows[0][3],
        rows[0][0],
    )


def _keys(rows: Iterable[tuple[str, float, bytes | None, int]], states: tuple[str, ...]) -> set[bytes]:
    return {key for state, _, key, _ in rows if key and state in states}
