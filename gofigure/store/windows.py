"""What changed in a working tree while something ran there, and what runs were started for (runner/no_loops.py)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gofigure.store.db import Database
from gofigure.store.ledger import stored_path

MOST_PATHS = 1_000  # that are kept of a run, and as many causes
_WRITTEN = "('output', 'born', 'other', 'stale')"
_CHUNK = 500


class Wrote(NamedTuple):
    """A path with its part in a run; `role` and `entry` as in the schema."""

    path: bytes
    role: str
    entry: bytes = b""  # kind and digest; b"": nothing


class Window(NamedTuple):
    """The working tree before and after a run that changed it, or was changed under."""

    before: bytes
    after: bytes
    consumed: bytes | None = None
    paths: Sequence[Wrote] = ()  # all of them, or those that are kept
    total: int = 0  # how many changed
    run: int = 0


class Verdict(NamedTuple):
    """The newest run of a job that came to one, about what stands in the working tree."""

    run: int
    digest: bytes  # that it began on
    consumed: bytes
    seconds: float
    trigger: str
    superseded: bool  # it was cut short: it has no verdict, and nothing is consumed
    held: str = ""
    held_at: bytes = b""


class Part(NamedTuple):
    """When a path last had a part in a run."""

    run: int
    role: str
    job: str
    at_ns: int  # when that run was started


class Windows:
    def __init__(self, database: Database) -> None:
        self._db = database

    def record(self, run: int, window: Window) -> None:
        """To be called inside a transaction."""
        self._db.execute(
            "INSERT OR REPLACE INTO windows (run, before, after, consumed, paths) VALUES (?, ?, ?, ?, ?)",
            (run, window.before, window.after, window.consumed, window.total),
        )
        self.add_paths(run, window.paths)

    def add_paths(self, run: int, paths: Iterable[Wrote]) -> None:
        """The first of them; to be called inside a transaction."""
        rows = [(run, *path) for path in itertools.islice(paths, MOST_PATHS)]
        self._db.executemany("INSERT OR REPLACE INTO run_paths (run, path, role, entry) VALUES (?, ?, ?, ?)", rows)

    def add_causes(self, run: int, paths: Iterable[bytes]) -> None:
        """What a run was started for; to be called inside a transaction."""
        self.add_paths(run, (Wrote(path, "cause") for path in paths))

    def hold(self, run: int, words: str, digest: bytes, suspects: Iterable[bytes]) -> None:
        """Write down that a job is not run by itself any more after its newest run."""
        with self._db.writing():
            self._db.execute("INSERT OR REPLACE INTO holds (run, digest, words) VALUES (?, ?, ?)", (run, digest, words))
            self.add_paths(run, [Wrote(path, "suspect") for path in sorted(suspects)])

    def since(self, worktree: str, run: int) -> list[Window]:
        """Those of the runs of a working tree after one; without their paths."""
        rows = self._db.execute(
            "SELECT before, after, consumed, paths, run FROM windows JOIN runs ON id = run"
            " WHERE run > ? AND worktree = ? ORDER BY run",
            (run, stored_path(worktree)),
        )
        return [Window(before, after, consumed, (), count, number) for before, after, consumed, count, number in rows]

    def of_run(self, run: int) -> Window | None:
        """With its paths, as many as are kept."""
        row = self._db.execute("SELECT before, after, consumed, paths FROM windows WHERE run = ?", (run,)).fetchone()
        if row is None:
            return None
        before, after, consumed, count = row
        written = [one for one in self.paths(run) if one.role not in ("cause", "suspect")]
        return Window(before, after, consumed, written, count, run)

    def paths(self, run: int, role: str | None = None) -> list[Wrote]:
        """What had a part in a run, in byte order."""
        rows = self._db.execute(
            "SELECT path, role, entry FROM run_paths WHERE run = ? AND (? IS NULL OR role = ?) ORDER BY path",
            (run, role, role),
        )
        return [Wrote(*row) for row in rows]

    def stale(self, runs: Sequence[int]) -> dict[int, list[bytes]]:
        """Of each run, what changed under it and is not in its verdict."""
        found: dict[int, list[bytes]] = {run: [] for run in runs}
        for at in range(0, len(runs), _CHUNK):
            part = runs[at : at + _CHUNK]
            query = f"SELECT run, path FROM run_paths WHERE role = 'stale' AND run IN ({','.join('?' * len(part))})"  # noqa: S608
            for run, path in self._db.execute(query, part):
                found[run].append(path)
        return found

    def verdict_of(self, run: int) -> Verdict | None:
        """What a run came to; None where it was not about what stands in the working tree, or was interrupted."""
        return self._verdict("id = ?", (run,))

    def newest_of(self, job: str, worktree: str) -> Verdict | None:
        """The newest of a job, of runs that were not cut short."""
        return self._verdict("job = ? AND worktree = ? AND state != 'superseded'", (job, stored_path(worktree)))

    def _verdict(self, where: str, values: Sequence[object]) -> Verdict | None:
        row = self._db.execute(
            "SELECT id, runs.digest, coalesce(consumed, runs.digest), coalesce(seconds, 0.0), trigger,"  # noqa: S608
            " state = 'superseded', coalesce(words, ''), coalesce(holds.digest, x'')"
            " FROM runs LEFT JOIN windows ON windows.run = id LEFT JOIN holds ON holds.run = id"
            f" WHERE {where} AND runs.digest IS NOT NULL AND state NOT IN ('running', 'interrupted')"
            " ORDER BY id DESC LIMIT 1",
            values,
        ).fetchone()
        return Verdict(*row)._replace(superseded=bool(row[5])) if row else None

    def last_tree(self, worktree: str) -> tuple[int, bytes] | None:
        """The newest run that says what stood in a working tree when it ended, and that tree."""
        row = self._db.execute(
            "SELECT id, coalesce(after, tree) FROM runs LEFT JOIN windows ON run = id WHERE worktree = ?"
            " AND (run IS NOT NULL OR content IN ('the working tree', 'the folder'))"
            " AND state NOT IN ('running', 'interrupted') ORDER BY id DESC LIMIT 1",
            (stored_path(worktree),),
        ).fetchone()
        return (row[0], bytes(row[1])) if row else None

    def was_born(self, path: bytes, entry: bytes, worktree: str) -> bool:
        """Whether what stands at a path was written by a run, as was all before it since it was born."""
        row = self._db.execute(
            f"SELECT role, entry FROM run_paths JOIN runs ON id = run WHERE path = ? AND role IN {_WRITTEN}"  # noqa: S608
            " AND worktree = ? ORDER BY run DESC LIMIT 1",
            (path, stored_path(worktree)),
        ).fetchone()
        return row is not None and row[0] == "born" and bytes(row[1]) == entry

    def last_cause(self, path: bytes, worktree: str) -> Part | None:
        """The newest run that a path was a cause of; of a folder (it ends in a slash), that anything below was."""
        return self._last("role = 'cause'", path, worktree)

    def last_written(self, path: bytes, worktree: str) -> Part | None:
        """The newest run under which a path changed."""
        return self._last(f"role IN {_WRITTEN}", path, worktree)

    def _last(self, role: str, path: bytes, worktree: str) -> Part | None:
        below = path[:-1] + b"0" if path.endswith(b"/") else path + b"\0"  # the first that is not below it
        row = self._db.execute(
            f"SELECT run, role, job, started_ns FROM run_paths JOIN runs ON id = run WHERE {role}"  # noqa: S608
            " AND path >= ? AND path < ? AND worktree = ? ORDER BY run DESC LIMIT 1",
            (path, below, stored_path(worktree)),
        ).fetchone()
        return Part(*row) if row else None
