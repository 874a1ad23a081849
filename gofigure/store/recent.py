"""The newest of what has run: what a screen shows of each job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gofigure.store.db import Database
from gofigure.store.ledger import RUN_COLUMNS, RunRow, run_row, stored_path

_LOOKED_THROUGH = 1000  # runs; a job that has none among them is looked for by itself


class Recent:
    def __init__(self, database: Database) -> None:
        self._db = database

    def by_job(self, jobs: Sequence[str], worktree: str, each: int) -> Mapping[str, list[RunRow]]:
        """At most so many runs of each job in a working tree, newest first."""
        found: dict[str, list[RunRow]] = {job: [] for job in jobs}
        for row in self._rows("1", (), worktree, _LOOKED_THROUGH):
            runs = found.get(row[1])
            if runs is not None and len(runs) < each:
                runs.append(run_row(row))
        for job in jobs:
            if not found[job]:
                found[job] = self._runs("job = ?", (job,), worktree, each)
        return found

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
        return [run_row(row) for row in self._rows(where, values, worktree, limit)]

    def _rows(self, where: str, values: Sequence[object], worktree: str, limit: int) -> Iterable[Sequence[Any]]:
        query = f"SELECT {RUN_COLUMNS} FROM runs WHERE {where} AND worktree = ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        return self._db.execute(query, (*values, stored_path(worktree), limit))
