"""What has run.

A run's state moves one way, each step a compare-and-set:

    running ──► passed | failed | interrupted | superseded

and a stage's in it:

    queued ──► running ──► passed | failed | timed out | interrupted | superseded
       └─────► reused | skipped

What a dead process left `running` is settled as interrupted by the next one that holds the working tree's lock.
"""

import os
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gofigure.model import Part, RunResult, StageResult
from gofigure.store.db import Database


class NewRun(NamedTuple):
    job: str
    trigger: str
    worktree: str
    content: str
    tree: bytes
    branch: str
    pid: int
    digest: bytes = b""  # the job's, see runner.plan.consumes
    causes: Sequence[bytes] = ()  # paths that had changed since it ran before, where that is why it was started


class RunRow(NamedTuple):
    """One run as stored. `seconds` is None while it runs."""

    id: int
    job: str
    trigger: str
    worktree: str
    content: str
    tree: bytes
    branch: str
    state: str
    started_ns: int
    seconds: float | None


class StageRow(NamedTuple):
    run: int
    stage: str
    state: str
    reason: str
    key: bytes | None
    seconds: float | None
    exit_code: int | None
    log: str | None
    excerpt: str | None
    proven: int
    allowed: int
    note: str
    place: str  # where it was executed; "" if it was not
    why_there: str  # why in a private checkout
    made: str = ""  # JSON: what its recipes have handed back
    counts: str = ""  # JSON: how many tests it had, and the first that failed; "" where none is known
    parts: tuple[Part, ...] = ()


# The states of a stage that was started.
EXECUTED = "('running', 'passed', 'failed', 'timed out', 'interrupted', 'superseded')"
RUN_COLUMNS = "id, job, trigger, worktree, content, tree, branch, state, started_ns, seconds"
STAGE_COLUMNS = (
    "run, stage, state, reason, key, seconds, exit_code, log, excerpt, proven, allowed, note, place, why_there, made,"
    " counts"
)
PART_COLUMNS = "location, state, seconds, exit_code, log, reason"


class Ledger:
    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, run: NewRun, stages: Sequence[tuple[str, str, bytes]]) -> int:
        """Insert a run and its (stage, reason, key) triples; to be called inside a transaction."""
        cursor = self._db.execute(
            "INSERT INTO runs (job, trigger, worktree, content, tree, branch, pid, digest, causes, state, started_ns)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)",
            (run[0], run[1], stored_path(run.worktree), *run[3:7], run.digest or None, len(run.causes), time.time_ns()),
        )
        number = cursor.lastrowid
        assert number is not None  # noqa: S101 - sqlite3 always knows it after an INSERT
        self._db.executemany(
            "INSERT INTO stage_runs (run, seq, stage, state, reason, key) VALUES (?, ?, ?, 'queued', ?, ?)",
            [(number, seq, *stage) for seq, stage in enumerate(stages)],
        )
        return number

    def stage_started(self, run: int, stages: Iterable[str]) -> None:
        """To be called inside a transaction."""
        self._db.executemany(
            "UPDATE stage_runs SET state = 'running' WHERE run = ? AND stage = ? AND state = 'queued'",
            [(run, stage) for stage in stages],
        )

    def stage_finished(self, run: int, results: Iterable[StageResult]) -> None:
        """Write verdicts, or what has been learned of them since; to be called inside a transaction."""
        results = list(results)
        if any(result.counts is not None for result in results):
            from json import dumps  # 10 ms, which only tests cost
        self._db.executemany(
            "UPDATE stage_runs SET state = ?, reason = ?, seconds = ?, exit_code = ?, log = ?, excerpt = ?,"
            " proven = ?, allowed = ?, note = ?, key = ?, place = ?, why_there = ?, made = ?,"
            " counts = ?, judged = ?"
            " WHERE run = ? AND stage = ?",
            [
                (
                    result.verdict,
                    result.reason,
                    result.seconds,
                    result.exit_code,
                    stored_path(result.log),
                    "\n".join(result.excerpt),
                    result.proven,
                    result.allowed,
                    result.note,
                    result.key or None,
                    result.place or "",
                    result.why_there,
                    result.made,
                    dumps(_tests(result)) if result.counts is not None else "",
                    result.judged or None,
                    run,
                    result.stage,
                )
                for result in results
            ],
        )
        parts = [
            (run, result.stage, at, *part._replace(location=stored_path(part.location), log=stored_path(part.log)))
            for result in results
            for at, part in enumerate(result.parts)
        ]
        if parts:
            self._db.executemany("INSERT OR REPLACE INTO stage_parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", parts)

    def finish(self, result: RunResult) -> None:
        """To be called inside a transaction."""
        self._db.execute(
            "UPDATE runs SET state = ?, seconds = ? WHERE id = ? AND state = 'running'",
            (result.verdict, result.seconds, result.run),
        )

    def under_way(self, worktree: str) -> list[int]:
        """Runs of a working tree that are recorded as running."""
        rows = self._db.execute(
            "SELECT id FROM runs WHERE state = 'running' AND worktree = ?", (stored_path(worktree),)
        )
        return [row[0] for row in rows]

    def settle(self, runs: Sequence[int]) -> None:
        """Mark what dead processes left; the caller holds the lock that a living one would hold."""
        with self._db.writing():
            for run in runs:
                self._db.execute("UPDATE runs SET state = 'interrupted' WHERE id = ? AND state = 'running'", (run,))
                self._db.execute(
                    "UPDATE stage_runs SET state = 'interrupted', note = 'gofigure itself was killed'"
                    " WHERE run = ? AND state IN ('queued', 'running')",
                    (run,),
                )

    def record_skip(self, hook: str, reason: str, head: str = "") -> None:
        """A hook that was told not to run. `head`: the commit that was checked out then."""
        with self._db.writing():
            self._db.execute(
                "INSERT INTO skips (at_ns, hook, reason, head) VALUES (?, ?, ?, ?)",
                (time.time_ns(), hook, reason, head),
            )

    def ever_failed(self) -> frozenset[str]:
        """The stages that have failed in any run that is on record."""
        rows = self._db.execute("SELECT DISTINCT stage FROM stage_runs WHERE state IN ('failed', 'timed out')")
        return frozenset(row[0] for row in rows)

    def last_made(self, key: bytes, worktree: str) -> str:
        """What a stage with this key made when it passed last for a working tree; "" if nobody knows."""
        row = self._db.execute(
            "SELECT made FROM stage_runs WHERE key = ? AND state = 'passed' AND made != ''"
            " AND (SELECT worktree FROM runs WHERE id = run) = ? ORDER BY run DESC LIMIT 1",
            (key, stored_path(worktree)),
        ).fetchone()
        return str(row[0]) if row else ""

    def made_in(self, run: int, stage: str) -> str:
        """What a stage has made in one run; "" for nothing."""
        row = self._db.execute("SELECT made FROM stage_runs WHERE run = ? AND stage = ?", (run, stage)).fetchone()
        return str(row[0]) if row else ""

    def last_of_stage(self, stage: str, worktree: str) -> StageRow | None:
        """The newest time that a stage was really executed for a working tree, to its end or not."""
        row = self._db.execute(
            f"SELECT {STAGE_COLUMNS} FROM stage_runs WHERE stage = ? AND state IN {EXECUTED}"  # noqa: S608
            " AND (SELECT worktree FROM runs WHERE id = run) = ? ORDER BY run DESC LIMIT 1",
            (stage, stored_path(worktree)),
        ).fetchone()
        return stage_row(row) if row else None


def _tests(result: StageResult) -> dict[str, Any]:
    assert result.counts is not None  # noqa: S101 - asked before
    return {"tests": result.counts._asdict(), "failures": [case._asdict() for case in result.failures]}


def stored_path(path: Any) -> Any:
    """A path as SQLite can hold it: a name that is not UTF-8 as its bytes."""
    try:
        os.fsencode(path or "").decode()
    except UnicodeDecodeError:
        return os.fsencode(path)
    return path


def run_row(row: Sequence[Any]) -> RunRow:
    run = RunRow(*row)
    return run._replace(worktree=os.fsdecode(run.worktree))


def stage_row(row: Sequence[Any]) -> StageRow:
    stage = StageRow(*row)
    return stage if stage.log is None else stage._replace(log=os.fsdecode(stage.log))


def part_row(row: Sequence[Any]) -> Part:
    part = Part(*row)
    log = None if part.log is None else os.fsdecode(part.log)
    return part._replace(location=os.fsdecode(part.location), log=log)
