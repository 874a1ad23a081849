"""Take rows away that are old or too many, in steps so short that nobody waits long for the store.

Each step is one transaction and leaves a sound store, so it does not matter where this is ended. What is kept in
spite of its age is what later answers hang on: the newest run that executed a stage in a working tree, its newest
pass and failure (runner/planner.py asks for the last thing done there, and must not be told an older one).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gofigure.store.bounds import DAY_NS, Bounds
from gofigure.store.db import Database
from gofigure.store.ledger import EXECUTED, stored_path

STEP = 500  # rows in one transaction
_PAGES = 200
_WORTH_FREEING = 256  # pages

_LAST_OF_A_STAGE = f"""
  EXISTS (SELECT 1 FROM stage_runs s WHERE s.run = runs.id AND s.state IN {EXECUTED} AND NOT EXISTS (
    SELECT 1 FROM stage_runs later JOIN runs r ON r.id = later.run
    WHERE later.stage = s.stage AND later.run > s.run AND later.state = s.state AND r.worktree = runs.worktree))
"""  # noqa: S608 - our own words

# Deploys that a rollback may go back to (runner/deploys.py): those of a stage that have passed.
_GONE_BACK_TO = """
  EXISTS (SELECT 1 FROM stage_runs s WHERE s.run = runs.id AND s.state = 'passed' AND instr(s.made, '"manifests"') > 0
    AND (SELECT count(*) FROM stage_runs later WHERE later.stage = s.stage AND later.run > s.run
      AND later.state = 'passed' AND instr(later.made, '"manifests"') > 0) < ?)
"""

Told = Callable[[str, int], None]  # what is being removed, and how many so far


class Swept(NamedTuple):
    """How many rows of each kind were removed."""

    runs: int = 0
    skips: int = 0
    proofs: int = 0
    digests: int = 0


class Sweep:
    """One sweep over a store; `tell` hears of each step."""

    def __init__(self, database: Database, bounds: Bounds, tell: Told) -> None:
        self._db = database
        self._bounds = bounds
        self._tell = tell
        self._now = time.time_ns()

    def rows(self, gone: Sequence[str]) -> Swept:
        """Everything but the records of folders. `gone`: working trees that are no more."""
        self._run_paths()
        self._cases()
        self._deploys()
        return Swept(self._runs(gone), self._skips(), self._proofs() + self._file_proofs(), self._digests())

    def free_pages(self) -> None:
        """Give the file system back what is empty, if it is much."""
        (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        if free < _WORTH_FREEING or free * 5 < pages:
            return
        for left in range(free, 0, -_PAGES):
            self._db.free_pages(min(left, _PAGES))
            self._tell("giving space back", free - left)

    def _runs(self, gone: Sequence[str]) -> int:
        bounds = self._bounds
        newest = self._at("SELECT id FROM runs ORDER BY id DESC", bounds.newest_runs)
        if newest is None:
            return 0
        over = max(self._at("SELECT id FROM runs ORDER BY id DESC", bounds.most_runs) or 0, self._by_stage_rows())
        marks = ",".join("?" * len(gone))
        return self._remove(
            "runs",
            "runs",
            "id",
            "state <> 'running' AND id <= ? AND (id <= ? OR started_ns < ?)"
            f" AND (worktree IN ({marks}) OR NOT {_LAST_OF_A_STAGE}) AND NOT {_GONE_BACK_TO}",
            (newest, over, self._before(bounds.run_days), *map(stored_path, gone), bounds.newest_deploys),
        )

    def _by_stage_rows(self) -> int:
        """The newest run that is one too many, if runs are counted by the stages that they have."""
        (rows,) = self._db.execute("SELECT count(*) FROM stage_runs").fetchone()
        if rows <= self._bounds.most_stage_rows:
            return 0
        counted = 0
        for run, stages in self._db.execute("SELECT run, count(*) FROM stage_runs GROUP BY run ORDER BY run DESC"):
            counted += stages
            if counted > self._bounds.most_stage_rows:
                return int(run)
        return 0

    def _run_paths(self) -> None:
        """All of a run's go at once."""
        over = self._at("SELECT run FROM run_paths ORDER BY run DESC", self._bounds.most_run_paths)
        if over is not None:
            self._remove("what changed under runs", "run_paths", "run", "run <= ?", (over,))

    def _cases(self) -> None:
        """All of a run's go at once, and what is known of flaky ones only after long."""
        bounds = self._bounds
        over = self._at("SELECT run FROM cases ORDER BY run DESC", bounds.most_cases)
        if over is not None:
            self._remove("tests of runs", "cases", "run", "run <= ?", (over,))
        aged = self._at("SELECT at_ns FROM flaky ORDER BY at_ns DESC", bounds.most_flaky) or 0
        where = "at_ns < ? OR at_ns <= ?"
        self._remove("flaky tests", "flaky", "key", where, (self._before(bounds.flaky_days), aged))

    def _deploys(self) -> None:
        """What deploys have recorded that nobody goes back to any more; that and how they ran stays."""
        rows = "SELECT stage, run, state FROM stage_runs WHERE made != '' AND instr(made, '\"manifests\"') > 0"
        newer: dict[tuple[str, bool], int] = {}
        old: list[tuple[int, str]] = []
        for stage, run, state in self._db.execute(f"{rows} ORDER BY run DESC"):
            kind = (stage, state == "passed")
            newer[kind] = newer.get(kind, 0) + 1
            if newer[kind] > self._bounds.newest_deploys:
                old.append((run, stage))
        for at in range(0, len(old), STEP):
            with self._db.writing():
                clear = "UPDATE stage_runs SET made = '' WHERE run = ? AND stage = ?"
                self._db.executemany(clear, old[at : at + STEP])
            self._tell("removing old deploys", at)

    def _skips(self) -> int:
        return sum(
            self._of_hooks(label, table) for label, table in (("hooks that ran nothing", "skips"), ("answers", "hits"))
        )

    def _of_hooks(self, label: str, table: str) -> int:
        over = self._at(f"SELECT rowid FROM {table} ORDER BY rowid DESC", self._bounds.most_skips) or 0  # noqa: S608
        where = "at_ns < ? OR rowid <= ?"
        return self._remove(label, table, "rowid", where, (self._before(self._bounds.run_days), over))

    def _proofs(self) -> int:
        """A run that reused a proof names its key: as long as there is such a run, the proof is in use."""
        bounds = self._bounds
        unused = (
            "proven_ns < ? AND proven_ns <= (SELECT n.proven_ns FROM proofs n WHERE n.stage = proofs.stage"
            " ORDER BY n.proven_ns DESC LIMIT 1 OFFSET ?)"
            " AND key NOT IN (SELECT key FROM stage_runs WHERE key IS NOT NULL)"
        )
        values = (self._before(bounds.proof_days), bounds.newest_proofs)
        removed = self._remove("proofs", "proofs", "key", unused, values)
        over = self._at("SELECT proven_ns FROM proofs ORDER BY proven_ns DESC", bounds.most_proofs)
        return removed + (self._remove("proofs", "proofs", "key", "proven_ns <= ?", (over,)) if over else 0)

    def _file_proofs(self) -> int:
        (rows,) = self._db.execute("SELECT count(*) FROM file_proofs").fetchone()
        if rows <= self._bounds.most_file_proofs:
            return 0
        over = self._at("SELECT run FROM file_proofs ORDER BY run DESC", self._bounds.most_file_proofs)
        return self._remove("proofs", "file_proofs", "key", "run <= ?", (over,))

    def _digests(self) -> int:
        bounds = self._bounds
        before = self._before(bounds.digest_days)
        removed = 0
        for kind, newest, most in (
            ("tree", bounds.newest_trees, bounds.most_trees),
            ("blob", bounds.newest_blobs, bounds.most_blobs),
        ):
            by_age = f"SELECT seen_ns FROM objects WHERE kind = '{kind}' ORDER BY seen_ns DESC"  # noqa: S608
            removed += self._aged("objects", "oid", f"kind = '{kind}'", by_age, (newest, most, before))
        by_age = "SELECT seen_ns FROM stamps ORDER BY seen_ns DESC"
        return removed + self._aged("stamps", "path", "1", by_age, (bounds.newest_stamps, bounds.most_stamps, before))

    def _aged(self, table: str, key: str, kind: str, by_age: str, limits: tuple[int, int, int]) -> int:
        newest, most, before = limits
        kept = self._at(by_age, newest)
        if kept is None:
            return 0
        over = self._at(by_age, most) or 0
        where = f"{kind} AND seen_ns <= ? AND (seen_ns < ? OR seen_ns <= ?)"
        return self._remove("digests", table, key, where, (kept, before, over))

    def _at(self, ordered: str, offset: int) -> int | None:
        """The first value beyond the newest so many."""
        row = self._db.execute(f"{ordered} LIMIT 1 OFFSET ?", (offset,)).fetchone()
        return int(row[0]) if row else None

    def _before(self, days: int) -> int:
        return self._now - days * DAY_NS

    def _remove(self, label: str, table: str, key: str, where: str, values: Sequence[object]) -> int:
        """Delete the rows of which `where` is true, STEP at a time."""
        step = f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {where} LIMIT {STEP})"  # noqa: S608
        removed = 0
        while True:
            with self._db.writing():
                done = self._db.execute(step, values).rowcount
            removed += done
            if done:
                self._tell(f"removing {label}", removed)
            if done < STEP:
                return removed
