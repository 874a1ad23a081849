"""The single tests of stages: how each ended in each run, and which of them have both passed and failed on one key.

A flaky test is remembered by key for longer than the runs that showed it: what it is part of is never taken for
proven on that content again (docs/decisions/0032-tests.md).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from gofigure.model import Case
from gofigure.store.db import Database
from gofigure.store.ledger import stored_path

MOST = 50_000  # rows of one run
Order = Literal["failed", "flaky", "slowest"]

_COLUMNS = "suite, name, verdict, seconds, line, location, attempt"
# Those that have passed and failed where nothing that they depend on differed.
_BOTH = (
    "SELECT s.judged, s.stage, c.location, c.suite, c.name FROM stage_runs s"
    " JOIN cases c ON c.run = s.run AND c.stage = s.stage WHERE s.judged = ? AND c.verdict != 'skipped'"
    " GROUP BY c.location, c.suite, c.name HAVING count(DISTINCT c.verdict) > 1"
)
_WHERE = "(? IS NULL OR c.stage = ?)"
_ORDERS: Mapping[Order, tuple[str, str]] = {  # which tests, and in which order
    "failed": ("sum(c.verdict = 'failed') > 0", "max(CASE c.verdict WHEN 'failed' THEN c.run END) DESC, c.stage, name"),
    "slowest": ("max(c.seconds) IS NOT NULL", "avg(c.seconds) DESC, c.stage, name"),
    "flaky": ("contents > 0", "contents DESC, sum(c.verdict = 'failed') DESC, c.stage, name"),
}


class Told(NamedTuple):
    """One test over all runs that are on record."""

    stage: str
    location: str
    suite: str
    name: str
    runs: int
    passed: int
    failed: int
    skipped: int
    mean_seconds: float | None
    longest_seconds: float | None
    last_run: int
    last_failed_run: int | None
    contents: int  # on how many contents it has both passed and failed
    last_verdict: str = ""
    last_failure: str = ""  # the first line of it


class Cases:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, run: int, cases: Mapping[str, Sequence[Case]]) -> None:
        """Write what stages have told, each once; to be called inside a transaction."""
        self._db.executemany(
            f"INSERT OR REPLACE INTO cases (run, stage, seq, {_COLUMNS}, last)"  # noqa: S608 - our own words
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (run, stage, seq, *case._replace(location=stored_path(case.location)), is_last)
                for stage, told in cases.items()
                for seq, (case, is_last) in enumerate(zip(told, _are_last(told), strict=True))
            ),
        )

    def note_flaky(self, run: int, keys: Iterable[bytes]) -> list[bytes]:
        """Remember what has both passed and failed on these keys; those on which something has.

        To be called inside a transaction, when the verdicts are written.
        """
        found = []
        for key in keys:
            self._db.execute(
                "INSERT OR REPLACE INTO flaky (key, stage, location, suite, name, run, at_ns)"  # noqa: S608
                f" SELECT *, ?, ? FROM ({_BOTH})",
                (run, time.time_ns(), key),
            )
            if self._db.execute("SELECT 1 FROM flaky WHERE key = ?", (key,)).fetchone():
                found.append(key)
        return found

    def flaky_on(self, key: bytes) -> list[str]:
        """The names of the tests that are known to have passed and failed on a key."""
        rows = self._db.execute("SELECT name FROM flaky WHERE key = ? ORDER BY location, suite, name", (key,))
        return [str(row[0]) for row in rows]

    def flaky_of(self, stage: str) -> dict[tuple[str, str, str], int]:
        """(location, suite, name) of each test of a stage that is known to be flaky, and on how many contents."""
        rows = self._db.execute(
            "SELECT location, suite, name, count(*) FROM flaky WHERE stage = ? GROUP BY location, suite, name", (stage,)
        )
        import os

        return {(os.fsdecode(location), suite, name): times for location, suite, name, times in rows}

    def flaky_stages(self) -> dict[str, int]:
        """How many tests of each stage are known to be flaky; those with none are not named."""
        query = (
            "SELECT stage, count(DISTINCT location || char(0) || suite || char(0) || name) FROM flaky GROUP BY stage"
        )
        return dict(self._db.execute(query))

    def contradicted(self, key: bytes, cases: Collection[Case]) -> list[str]:
        """The names of those that a run before has seen end otherwise on this key."""
        rows = self._db.execute(
            "SELECT DISTINCT c.location, c.suite, c.name, c.verdict FROM stage_runs s"
            " JOIN cases c ON c.run = s.run AND c.stage = s.stage WHERE s.judged = ? AND c.verdict != 'skipped'",
            (key,),
        )
        seen = set(rows)
        other = {"passed": "failed", "failed": "passed"}
        return sorted(
            {
                case.name
                for case in cases
                if (stored_path(case.location), case.suite, case.name, other.get(case.verdict)) in seen
            }
        )

    def of_stage(self, run: int, stage: str) -> list[Case]:
        """All that a stage has told of in a run, in the order in which it told."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM cases WHERE run = ? AND stage = ? ORDER BY seq",  # noqa: S608 - our own words
            (run, stage),
        )
        return [_case(row) for row in rows]

    def last_on(self, key: bytes) -> list[Case]:
        """What was told of by the newest run whose verdicts are about this key."""
        row = self._db.execute(
            "SELECT run, stage FROM stage_runs WHERE judged = ? ORDER BY run DESC LIMIT 1", (key,)
        ).fetchone()
        return self.of_stage(*row) if row else []

    def older_than(self, rows: int) -> int:
        """The newest run that is not among those with the newest so many rows; 0 where there are not more."""
        row = self._db.execute("SELECT run FROM cases ORDER BY run DESC LIMIT 1 OFFSET ?", (rows,)).fetchone()
        return int(row[0]) if row else 0

    def told(self, order: Order, limit: int, stage: str | None = None, after: int = 0) -> list[Told]:
        """Tests over all runs, or over those after one."""
        which, by = _ORDERS[order]
        rows = self._db.execute(
            "SELECT c.stage, c.location, c.suite, c.name AS name, count(*), sum(c.verdict = 'passed'),"  # noqa: S608
            " sum(c.verdict = 'failed'), sum(c.verdict = 'skipped'), avg(c.seconds), max(c.seconds), max(c.run),"
            " max(CASE c.verdict WHEN 'failed' THEN c.run END),"
            " (SELECT count(*) FROM flaky f WHERE f.name = c.name AND f.stage = c.stage AND f.suite = c.suite"
            " AND f.location = c.location) AS contents"
            f" FROM cases c WHERE {_WHERE} AND c.run > ? AND c.last"
            f" GROUP BY c.stage, c.location, c.suite, c.name HAVING {which}"
            f" ORDER BY {by} LIMIT ?",
            (stage, stage, after, limit),
        ).fetchall()
        return [self._with_last(_told(row)) for row in rows]

    def _with_last(self, told: Told) -> Told:
        named = (told.stage, stored_path(told.location), told.suite, told.name)
        query = (
            "SELECT {} FROM cases WHERE run = ? AND stage = ? AND location = ? AND suite = ? AND name = ?"
            " ORDER BY attempt DESC LIMIT 1"
        )
        last = self._db.execute(query.format("verdict"), (told.last_run, *named)).fetchone()
        failed = self._db.execute(query.format("line"), (told.last_failed_run, *named)).fetchone()
        return told._replace(last_verdict=last[0] if last else "", last_failure=failed[0] if failed else "")

    def stages(self) -> set[str]:
        """Every stage that has told of a test."""
        return {row[0] for row in self._db.execute("SELECT DISTINCT stage FROM cases")}

    def forgive(self, stage: str | None) -> int:
        """Forget that tests of a stage, or of all, were flaky, with the verdicts that showed it; how many were."""
        with self._db.writing():
            self._db.execute(
                "UPDATE stage_runs SET judged = NULL WHERE judged IN"
                " (SELECT key FROM flaky WHERE ? IS NULL OR stage = ?)",
                (stage, stage),
            )
            return self._db.execute("DELETE FROM flaky WHERE ? IS NULL OR stage = ?", (stage, stage)).rowcount


def _are_last(cases: Sequence[Case]) -> list[bool]:
    newest = {(case.location, case.suite, case.name): at for at, case in enumerate(cases)}
    return [newest[case.location, case.suite, case.name] == at for at, case in enumerate(cases)]


def _case(row: Sequence[object]) -> Case:
    import os

    case = Case(*row)  # type: ignore[arg-type]
    return case._replace(location=os.fsdecode(case.location))


def _told(row: Sequence[object]) -> Told:
    import os

    told = Told(*row)  # type: ignore[arg-type]
    return told._replace(location=os.fsdecode(told.location))
