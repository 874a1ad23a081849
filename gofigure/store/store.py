"""The store as one object: its parts share a connection, so that one transaction can cover them all."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from gofigure.model import Case, RunResult, StageResult, Verdict
from gofigure.store.contents import Contents
from gofigure.store.db import MEMORY, Database, in_memory, open_database
from gofigure.store.ledger import Ledger, NewRun
from gofigure.store.lock import InUse
from gofigure.store.proofs import FileProof, Proof, Proofs

if TYPE_CHECKING:
    from gofigure.store.bounds import Bounds
    from gofigure.store.cases import Cases
    from gofigure.store.history import History
    from gofigure.store.recent import Recent
    from gofigure.store.sweep import Swept, Told
    from gofigure.store.trends import Trends
    from gofigure.store.windows import Window, Windows


_DAY_NS = 86400 * 1_000_000_000


class Store:
    def __init__(self, database: Database, in_use: InUse | None = None, state_dir: str = "") -> None:
        self._db = database
        self._in_use = in_use
        self._state_dir = state_dir
        self.contents = Contents(database)
        self.proofs = Proofs(database)
        self.ledger = Ledger(database)

    @classmethod
    def open(cls, path: str, token: bytes, in_use: str | None = None, state_dir: str = "") -> tuple[Store, str]:
        """The store at `path` and a line for the user, "" mostly. Raises StoreError if it must not be used.

        `in_use`: the file by which processes know that others have it open; without, nobody is ever alone.
        `state_dir`: where the markers are that stand for its proofs; "": nowhere.
        """
        shared = InUse(in_use) if in_use is not None else None
        is_new = not os.path.lexists(path)
        try:
            database, notice = open_database(path, token)
        except BaseException:
            if shared is not None:
                shared.close()
            raise
        store = cls(database, shared, state_dir if database.path != MEMORY else "")
        if is_new or notice:
            store.forget_markers()  # of another store
        return store, notice

    def take_in_hits(self) -> None:
        """Record what the hook script has let through by itself since the last time."""
        if self._state_dir and os.path.exists(os.path.join(self._state_dir, "hits")):
            from gofigure.store.hits import take_in

            take_in(self._db, self._state_dir)

    def forget_markers(self) -> None:
        """Let no hook script answer by itself until it is proven again."""
        if self._state_dir:
            from gofigure.store.markers import forget

            forget(self._state_dir)

    @classmethod
    def in_memory(cls) -> Store:
        return cls(in_memory())

    @property
    def is_forgetful(self) -> bool:
        """Whether it is in memory only."""
        return self._db.path == MEMORY

    def refuse_newer(self) -> None:
        """Raise StoreError where a newer gofigure has taken it over since it was opened."""
        self._db.refuse_newer()

    def copied(self) -> Store:
        """What it holds, in memory: to try what would become of it."""
        return Store(self._db.copied())

    def last_swept(self) -> int:
        """When the store was swept last, in nanoseconds by the wall clock; 0: never."""
        row = self._db.execute("SELECT value FROM meta WHERE name = 'swept'").fetchone()
        return int(row[0]) if row and str(row[0]).isdecimal() else 0

    def was_swept_today(self) -> bool:
        return 0 <= time.time_ns() - self.last_swept() < _DAY_NS

    def note_swept(self, at_ns: int) -> None:
        with self._db.hurried(time.monotonic() + 1), self._db.writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('swept', ?)", (str(at_ns),))

    @property
    def history(self) -> History:
        """Questions about what has run; a run itself asks none of them."""
        from gofigure.store.history import History

        return History(self._db)

    @property
    def recent(self) -> Recent:
        """What has run lately, for screens."""
        from gofigure.store.recent import Recent

        return Recent(self._db)

    @property
    def trends(self) -> Trends:
        """How long stages take."""
        from gofigure.store.trends import Trends

        return Trends(self._db)

    @property
    def windows(self) -> Windows:
        """What changed under runs; one under which nothing did asks nothing."""
        from gofigure.store.windows import Windows

        return Windows(self._db)

    @property
    def cases(self) -> Cases:
        """Single tests; where all is proven, nobody asks for them."""
        from gofigure.store.cases import Cases

        return Cases(self._db)

    def sweep(self, bounds: Bounds, tell: Told, gone: Sequence[str], seconds: float | None = None) -> Swept:
        """Remove what is old or too much, for so many seconds; nothing may be in use of what was looked up before.

        `gone`: working trees that are no more. Raises NotNowError where the time was too short, or others were busy;
        what was done until then is done.
        """
        from gofigure.store.reach import sweep_folders
        from gofigure.store.sweep import Sweep

        sweep = Sweep(self._db, bounds, tell)
        with self._db.hurried(time.monotonic() + seconds) if seconds is not None else contextlib.nullcontext():
            swept = sweep.rows(gone)
            if swept.proofs:
                self.forget_markers()
            with (
                self._in_use.alone() if self._in_use is not None else contextlib.nullcontext(self.is_forgetful) as alone
            ):
                if alone:
                    swept = swept._replace(digests=swept.digests + sweep_folders(self._db, bounds))
            self.contents.forget()
            sweep.free_pages()
        return swept

    def together(self) -> AbstractContextManager[None]:
        """All that is written within is one transaction."""
        return self._db.writing()

    def begin(self, run: NewRun, stages: Sequence[tuple[str, str, bytes]]) -> int:
        """Record a run with its (stage, reason, key) triples before anything of it starts; returns its number."""
        with self._db.writing():
            return self._begin(run, stages)

    def _begin(self, run: NewRun, stages: Sequence[tuple[str, str, bytes]]) -> int:
        number = self.ledger.begin(run, stages)
        if run.causes:
            self.windows.add_causes(number, run.causes)
        return number

    def record_reused(self, run: NewRun, stages: Sequence[StageResult], verdict: Verdict) -> int:
        """Record a run of which nothing had to be executed; returns its number."""
        with self._db.writing():
            number = self._begin(run, [(stage.stage, stage.reason, stage.key) for stage in stages])
            self.ledger.stage_finished(number, stages)
            self.ledger.finish(RunResult(number, run.job, verdict, ()))
        return number

    def record(
        self,
        run: int,
        *,
        started: Iterable[str] = (),
        finished: Iterable[StageResult] = (),
        proofs: Iterable[Proof] = (),
        file_proofs: Iterable[FileProof] = (),
        refuted: Iterable[bytes] = (),
        result: RunResult | None = None,
        window: Window | None = None,
        cases: Mapping[str, Sequence[Case]] = {},
    ) -> None:
        """Write what has happened in a run since the last call, in one transaction. `cases`: by stage."""
        finished = list(finished)
        judged = {result.judged for result in finished if result.judged}
        refuted = [*refuted, *(result.judged for result in finished if result.judged and not result.proven)]
        loses_proofs = bool(refuted) and self.proofs.has_any(refuted)
        if loses_proofs:
            self.forget_markers()  # before: whatever happens next, none outlives its proof
        with self._db.writing():
            self.ledger.stage_started(run, started)
            self.ledger.stage_finished(run, finished)
            if cases:
                self.cases.add(run, cases)
            self.proofs.remove(refuted)
            self.proofs.add(proofs, file_proofs)
            if judged:
                self.proofs.remove(self.cases.note_flaky(run, judged))
            if result is not None:
                self.ledger.finish(result)
            if window is not None:
                self.windows.record(run, window)
            if loses_proofs:
                self._db.afterwards(self.forget_markers)  # written meanwhile, by who had still found the proof

    def close(self) -> None:
        self._db.close()
        if self._in_use is not None:
            self._in_use.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self.close()
