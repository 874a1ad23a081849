"""The rows of parts: added to a store of an earlier release, and gone with their run."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gofigure.model import Part, RunResult, StageResult
from gofigure.store.ledger import NewRun
from gofigure.store.migrations import STEPS
from gofigure.store.store import Store

PARTS = (
    Part("a", "failed", 0.5, 3, "/l/\udcff.log"),  # a name that is not UTF-8
    Part("", "skipped", reason="not reached"),
)


def _record(store: Store, parts: tuple[Part, ...]) -> int:
    number = store.begin(NewRun("j", "manual", "/w", "x", b"", "main", 1), [("s", "why", b"key")])
    result = StageResult("s", "failed", "why", parts=parts)
    store.record(number, finished=[result], result=RunResult(number, "j", "failed", (result,)))
    store.record(number, finished=[result])  # as when more is learned of it
    return number


def test_a_store_of_an_earlier_release_gets_a_place_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "store")
    earlier = next(at for at, step in enumerate(STEPS) if "stage_parts" in step)
    with monkeypatch.context() as patch:
        patch.setattr("gofigure.store.db.STEPS", STEPS[:earlier])
        Store.open(path, b"token")[0].close()
    before = 1
    with contextlib.closing(sqlite3.connect(path)) as connection:  # today's program writes today's columns
        run = (before, "j", "manual", "/w", "x", b"", "main", "failed", 1, 1, 1.0)
        connection.execute("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?)", run)
        connection.execute(
            "INSERT INTO stage_runs (run, seq, stage, state, reason) VALUES (?, 0, 's', 'failed', 'why')", (before,)
        )
        connection.commit()
    with Store.open(path, b"token")[0] as store:
        now = _record(store, PARTS)
        assert store.history.stages([before])[before][0].parts == ()
        assert store.history.stages([now])[now][0].parts == PARTS


def test_they_go_with_their_run(tmp_path: Path) -> None:
    path = str(tmp_path / "store")
    with Store.open(path, b"token")[0] as store:
        _record(store, PARTS)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("SELECT count(*) FROM stage_parts").fetchone() == (2,)
        connection.execute("DELETE FROM runs")
        assert connection.execute("SELECT count(*) FROM stage_parts").fetchone() == (0,)
