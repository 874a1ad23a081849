"""The newest of what has run: what a screen shows of each job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gofigure.store.db import Database
from gofigure.store.ledger import RUN_COLUMNS, RunRow, run_row, stored_path


class Recent:
    def __init__(self, database: Database) -> None:
        self._db = database

    def by_job(self, jobs: Sequence[str], worktree: str, each: int) -> Mapping[str, list[RunRow]]:
        """At most so many runs of each job in a working tree, newest first."""
        return {job: self._runs("job = ?", (job,), worktree, each) for job in jobs}

    def last_passed(self, job: str, worktree: str, before: int) -> RunRow | None:
        """The newest run of a job before another that passed, or was reused."""
        found = self._runs("job = ? AND id < ? AND state IN ('passed', 'reused')", (job, before), worktree, 1)
        return found[0] if found else None

    def neighbours(self, run: RunRow, most: int) -> list[RunRow]:
        """Runs of the same job in the same working tree around one, newest first."""
        later = self._db.execute(
            f"SELECT {RUN_COLUMNS} FROM runs WHERE job = ? AND id > ? AND worktree = ? ORDER BY id LIMIT ?",  # noqa: S608
            (run.job, run.id, stored_path(run.worktree), most // 2),
        )
        after = [run_row(row) for row in later][::-1]
        return after + self._runs("job = ? AND id <= ?", (run.job, run.id), run.worktree, most - len(after))

    def _runs(self, where: str, values: Sequence[object], worktree: str, limit: int) -> list[RunRow]:
        query = f"SELECT {RUN_COLUMNS} FROM runs WHERE {where} AND worktree = ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        return [run_row(row) for row in self._db.execute(query, (*values, stored_path(worktree), limit))]
