"""The store as one object: its parts share a connection, so that one transaction can cover them all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gofigure.model import RunResult, StageResult
from gofigure.store.contents import Contents
from gofigure.store.db import Database, in_memory, open_database
from gofigure.store.ledger import Ledger, NewRun
from gofigure.store.proofs import Proof, Proofs

if TYPE_CHECKING:
    from gofigure.store.history import History


class Store:
    def __init__(self, database: Database) -> None:
        self._db = database
        self.contents = Contents(database)
        self.proofs = Proofs(database)
        self.ledger = Ledger(database)

    @classmethod
    def open(cls, path: str, token: bytes) -> tuple[Store, str]:
        """The store at `path` and a line for the user, "" mostly. Raises StoreError if it must not be used."""
        database, notice = open_database(path, token)
        return cls(database), notice

    @classmethod
    def in_memory(cls) -> Store:
        return cls(in_memory())

    @property
    def history(self) -> History:
        """Questions about what has run; a run itself asks none of them."""
        from gofigure.store.history import History

        return History(self._db)

    def begin(self, run: NewRun, stages: Sequence[tuple[str, str, bytes]]) -> int:
        """Record a run with its (stage, reason, key) triples before anything of it starts; returns its number."""
        with self._db.writing():
            return self.ledger.begin(run, stages)

    def record_reused(self, run: NewRun, stages: Sequence[StageResult]) -> int:
        """Record a run of which nothing had to be executed; returns its number."""
        with self._db.writing():
            number = self.ledger.begin(run, [(stage.stage, stage.reason, stage.key) for stage in stages])
            self.ledger.stage_finished(number, stages)
            self.ledger.finish(RunResult(number, run.job, "reused", ()))
        return number

    def record(
        self,
        run: int,
        *,
        started: Iterable[str] = (),
        finished: Iterable[StageResult] = (),
        proofs: Iterable[Proof] = (),
        file_proofs: Iterable[tuple[bytes, int]] = (),
        refuted: Iterable[bytes] = (),
        result: RunResult | None = None,
    ) -> None:
        """Write what has happened in a run since the last call, in one transaction."""
        with self._db.writing():
            self.ledger.stage_started(run, started)
            self.ledger.stage_finished(run, finished)
            self.proofs.remove(refuted)
            self.proofs.add(proofs, file_proofs)
            if result is not None:
                self.ledger.finish(result)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self.close()
