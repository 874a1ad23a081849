"""Questions about what has run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from gofigure.model import Part
from gofigure.store.db import Database
from gofigure.store.hits import Hit
from gofigure.store.ledger import (
    EXECUTED,
    PART_COLUMNS,
    RUN_COLUMNS,
    STAGE_COLUMNS,
    RunRow,
    StageRow,
    part_row,
    run_row,
    stage_row,
    stored_path,
)

Column = Literal["job", "branch", "trigger", "stage"]
_CHUNK = 500
RUN_VERDICTS = ("passed", "reused", "failed", "interrupted", "superseded", "skipped", "running")
STAGE_VERDICTS = (*RUN_VERDICTS, "timed out", "queued")
_SOURCES = {"job": ("runs",), "branch": ("runs",), "trigger": ("runs", "skips"), "stage": ("stage_runs",)}


# Where a text is looked for; "_" and "%" are letters like any other.
_ESCAPED = re.compile(r"[\\%_]")
_LIKE = "LIKE ? ESCAPE '\\'"
_IN_STAGE = f"s.run = runs.id AND (s.stage {_LIKE} OR s.reason {_LIKE} OR s.excerpt {_LIKE})"
_STAGES = f"EXISTS (SELECT 1 FROM stage_runs s WHERE {_IN_STAGE})"  # noqa: S608 - our own words
_HOLDS = f"(job {_LIKE} OR branch {_LIKE} OR content {_LIKE} OR {_STAGES})"


class Filter(NamedTuple):
    """Which runs: those for which everything that is given is so."""

    job: str | None = None
    branch: str | None = None
    trigger: str | None = None
    stage: str | None = None  # runs that this stage was part of
    verdicts: tuple[str, ...] = ()  # one of these: the stage's, if one is named, else the run's
    since_ns: int | None = None
    until_ns: int | None = None  # not included
    text: str = ""  # in what a run is called or about, or in a stage's name, reason or first words; in any case
    before: int | None = None  # runs with a smaller number
    after: int | None = None  # runs with a greater number

    @property
    def takes_skips(self) -> bool:
        """Whether hooks that ran nothing are asked for too: they had no job, no stage and no branch."""
        return self._takes_what_is_no_run("skipped")

    @property
    def takes_hits(self) -> bool:
        """Whether hooks that answered by themselves are asked for too: all that they would have run was reused."""
        return self._takes_what_is_no_run("reused")

    def _takes_what_is_no_run(self, verdict: str) -> bool:
        by_run = self.text or self.job is not None or self.branch is not None or self.stage is not None
        return not by_run and (not self.verdicts or verdict in self.verdicts)


class Skip(NamedTuple):
    """A hook that was told to run nothing."""

    at_ns: int
    hook: str
    reason: str
    head: str = ""  # the commit that was checked out; "" where there was none, or nobody asked


Row = RunRow | Skip | Hit


def in_order(runs: Sequence[RunRow], moments: Iterable[Skip | Hit]) -> Iterator[Row]:
    """Newest first. Runs keep the order of their numbers, whatever the clock did."""
    left = sorted(moments, key=lambda one: one.at_ns)
    for run in runs:
        while left and left[-1].at_ns >= run.started_ns:
            yield left.pop()
        yield run
    yield from reversed(left)


class Answered(NamedTuple):
    """How often a hook has let something through by itself."""

    hook: str
    times: int
    last_ns: int


class History:
    def __init__(self, database: Database) -> None:
        self._db = database

    def runs(self, wanted: Filter, limit: int) -> list[RunRow]:
        """Newest first."""
        where, values = _where(wanted)
        query = f"SELECT {RUN_COLUMNS} FROM runs WHERE {where} ORDER BY id DESC LIMIT ?"  # noqa: S608 - our own words
        return [run_row(row) for row in self._db.execute(query, (*values, limit))]

    def run(self, number: int) -> RunRow | None:
        row = self._db.execute(f"SELECT {RUN_COLUMNS} FROM runs WHERE id = ?", (number,)).fetchone()  # noqa: S608
        return run_row(row) if row else None

    def newest(self, worktree: str, back: int = 0) -> RunRow | None:
        """The newest run of a working tree, or the one so many before it."""
        row = self._db.execute(
            f"SELECT {RUN_COLUMNS} FROM runs WHERE worktree = ? ORDER BY id DESC LIMIT 1 OFFSET ?",  # noqa: S608
            (stored_path(worktree), back),
        ).fetchone()
        return run_row(row) if row else None

    def has_passed(self, tree: bytes, triggers: Sequence[str]) -> bool:
        """Whether a run that one of these has started has passed on this content."""
        marks = ",".join("?" * len(triggers))
        query = f"SELECT 1 FROM runs WHERE tree = ? AND trigger IN ({marks}) AND state IN ('passed', 'reused') LIMIT 1"  # noqa: S608
        return self._db.execute(query, (tree, *triggers)).fetchone() is not None

    def last_executed(self, stage: str, worktree: str) -> int | None:
        """The newest run that executed a stage in a working tree, or else anywhere."""
        found = self._db.execute(
            "SELECT run FROM stage_runs JOIN runs ON id = run"  # noqa: S608
            f" WHERE stage = ? AND stage_runs.state IN {EXECUTED} ORDER BY worktree = ? DESC, run DESC LIMIT 1",
            (stage, stored_path(worktree)),
        ).fetchone()
        return found[0] if found else None

    def executed(self, stage: str, limit: int) -> list[StageRow]:
        """The newest times that a stage was executed to its end or cut off, in any working tree; newest first."""
        rows = self._db.execute(
            f"SELECT {STAGE_COLUMNS} FROM stage_runs WHERE stage = ? AND state IN {EXECUTED}"  # noqa: S608
            " AND state != 'running' ORDER BY run DESC LIMIT ?",
            (stage, limit),
        )
        return [stage_row(row) for row in rows]

    def runs_on(self, trees: Sequence[bytes]) -> list[RunRow]:
        """Every run that was about one of these contents; newest first."""
        found: list[RunRow] = []
        for at in range(0, len(trees), _CHUNK):
            part = trees[at : at + _CHUNK]
            query = f"SELECT {RUN_COLUMNS} FROM runs WHERE tree IN ({','.join('?' * len(part))})"  # noqa: S608
            found += [run_row(row) for row in self._db.execute(query, part)]
        return sorted(found, key=lambda run: -run.id)

    def has_run_on(self, content: str) -> bool:
        """Whether a run was on that, by the words that runs are recorded with."""
        query = "SELECT EXISTS(SELECT 1 FROM runs WHERE content = ?)"
        return bool(self._db.execute(query, (content,)).fetchone()[0])

    def last_put_back(self, stage: str, worktree: str) -> StageRow | None:
        """The newest run of a working tree that a stage was part of, if it was reused there and outputs put back."""
        row = self._newest_of(stage, worktree)
        return row if row is not None and row.state == "reused" and row.note else None

    def last_skipped(self, stage: str, worktree: str) -> StageRow | None:
        """What became of a stage in the newest run of a working tree that it was part of, if it was left out there."""
        row = self._newest_of(stage, worktree)
        return row if row is not None and row.state == "skipped" else None

    def _newest_of(self, stage: str, worktree: str) -> StageRow | None:
        row = self._db.execute(
            f"SELECT {STAGE_COLUMNS} FROM stage_runs WHERE stage = ? AND state != 'queued'"  # noqa: S608
            " AND (SELECT worktree FROM runs WHERE id = run) = ? ORDER BY run DESC LIMIT 1",
            (stage, stored_path(worktree)),
        ).fetchone()
        return stage_row(row) if row else None

    def under_way(self) -> list[RunRow]:
        """Runs that are recorded as running, in any working tree."""
        query = f"SELECT {RUN_COLUMNS} FROM runs WHERE state = 'running'"  # noqa: S608
        return [run_row(row) for row in self._db.execute(query)]

    def states(self) -> dict[int, str]:
        """Every run's."""
        return dict(self._db.execute("SELECT id, state FROM runs"))

    def worktrees(self) -> list[str]:
        """Every working tree that something has run in."""
        return [os.fsdecode(row[0]) for row in self._db.execute("SELECT DISTINCT worktree FROM runs")]

    def stages(self, runs: Sequence[int]) -> dict[int, list[StageRow]]:
        """The stages of each run, in their order."""
        found: dict[int, list[StageRow]] = {run: [] for run in runs}
        for at in range(0, len(runs), _CHUNK):
            part = runs[at : at + _CHUNK]
            marks = ",".join("?" * len(part))
            query = f"SELECT {STAGE_COLUMNS} FROM stage_runs WHERE run IN ({marks}) ORDER BY run, seq"  # noqa: S608
            for row in self._db.execute(query, part):
                stage = stage_row(row)
                found[stage.run].append(stage)
            self._add_parts(found, marks, part)
        return found

    def _add_parts(self, stages: dict[int, list[StageRow]], marks: str, runs: Sequence[int]) -> None:
        parts: dict[tuple[int, str], list[Part]] = {}
        query = f"SELECT run, stage, {PART_COLUMNS} FROM stage_parts WHERE run IN ({marks}) ORDER BY run, stage, seq"  # noqa: S608
        for run, stage, *row in self._db.execute(query, runs):
            parts.setdefault((run, stage), []).append(part_row(row))
        for run in {run for run, _ in parts}:
            stages[run] = [row._replace(parts=tuple(parts.get((run, row.stage), ()))) for row in stages[run]]

    def skips(self, wanted: Filter, limit: int, from_ns: int = 0) -> list[Skip]:
        """Newest first; none from before `from_ns`."""
        if not wanted.takes_skips:
            return []
        return [Skip(*row) for row in self._moments("at_ns, hook, reason, head FROM skips", wanted, limit, from_ns)]

    def hits(self, wanted: Filter, limit: int, from_ns: int = 0) -> list[Hit]:
        """What hooks have let through by themselves, newest first; none from before `from_ns`."""
        if not wanted.takes_hits:
            return []
        return [Hit(*row) for row in self._moments("at_ns, hook, tree, times, run FROM hits", wanted, limit, from_ns)]

    def _moments(self, what: str, wanted: Filter, limit: int, from_ns: int) -> Iterable[Sequence[Any]]:
        """Rows of a table of what hooks did without a run."""
        return self._db.execute(
            f"SELECT {what} WHERE at_ns >= ? AND at_ns < ? AND (? IS NULL OR hook = ?) ORDER BY at_ns DESC LIMIT ?",
            (
                max(from_ns, wanted.since_ns or 0),
                wanted.until_ns if wanted.until_ns is not None else (1 << 63) - 1,
                wanted.trigger,
                wanted.trigger,
                limit,
            ),
        )

    def hits_of_stage(self, stage: str, key: bytes) -> list[Answered]:
        """How often each hook has answered by itself where it would have reused this stage on this key."""
        rows = self._db.execute(
            "SELECT hook, sum(times), max(at_ns) FROM hits JOIN runs proven ON proven.id = hits.run WHERE EXISTS ("
            " SELECT 1 FROM stage_runs JOIN runs ON runs.id = stage_runs.run WHERE stage = ? AND key = ?"
            " AND runs.tree = proven.tree AND runs.trigger = hits.hook) GROUP BY hook ORDER BY hook",
            (stage, key),
        )
        return [Answered(*row) for row in rows]

    def names(self, column: Column) -> set[str]:
        """Every job, branch, trigger or stage that has a row."""
        found: set[str] = set()
        for table in _SOURCES[column]:
            name = "hook" if table == "skips" else column
            found |= {row[0] for row in self._db.execute(f"SELECT DISTINCT {name} FROM {table}")}  # noqa: S608
        return found - {""}


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def _where(wanted: Filter) -> tuple[str, list[object]]:
    """The condition and its values."""
    terms: list[str] = ["1"]
    values: list[object] = []
    for column, value in (("job", wanted.job), ("branch", wanted.branch), ("trigger", wanted.trigger)):
        if value is not None:
            terms.append(f"{column} = ?")
            values.append(value)
    for sign, number in (("<", wanted.before), (">", wanted.after)):
        if number is not None:
            terms.append(f"id {sign} ?")
            values.append(number)
    if wanted.text:
        terms.append(_HOLDS)
        values += [f"%{_ESCAPED.sub(_escape, wanted.text)}%"] * _HOLDS.count("?")
    if wanted.since_ns is not None:
        terms.append("started_ns >= ?")
        values.append(wanted.since_ns)
    if wanted.until_ns is not None:
        terms.append("started_ns < ?")
        values.append(wanted.until_ns)
    state = f"state IN ({','.join('?' * len(wanted.verdicts))})" if wanted.verdicts else "1"
    if wanted.stage is not None:
        terms.append(f"id IN (SELECT run FROM stage_runs WHERE stage = ? AND {state})")  # noqa: S608 - question marks
        values.append(wanted.stage)
    else:
        terms.append(state)
    return " AND ".join(terms), [*values, *wanted.verdicts]
