"""What can be worked out again is written with what is written anyway, and never lost by who goes on."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gofigure.digest.tree import build
from gofigure.model import RunResult
from gofigure.store.contents import Contents
from gofigure.store.ledger import NewRun
from gofigure.store.store import Store

OID = "ab" * 20
TREE, RECORDS = build([(b"a", b"f", b"1" * 32)])
RUN = NewRun("j", "manual", "/w", "x", b"", "main", 1)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "store")


def _open(place: str) -> Store:
    return Store.open(place, b"token")[0]


def _rows(place: str) -> int:
    with contextlib.closing(sqlite3.connect(place)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM objects WHERE kind = 'tree'").fetchone()
        return int(number)


def _knows(contents: Contents) -> bool:
    return contents.tree_digest(OID) == TREE and contents.has_tree(TREE) and contents.load_tree(TREE) == RECORDS[TREE]


def test_it_is_known_at_once_and_written_with_the_next_run(place: str) -> None:
    with _open(place) as store:
        store.contents.save_tree(OID, TREE, RECORDS)
        assert _knows(store.contents)
        assert _rows(place) == 0
        store.begin(RUN, [])
        assert _rows(place) == 1
        assert _knows(store.contents)


def test_who_runs_nothing_writes_it_at_the_end(place: str) -> None:
    with _open(place) as store:
        store.contents.save_tree(OID, TREE, RECORDS)
    with _open(place) as store:
        assert _knows(store.contents)


def test_a_transaction_that_fails_takes_nothing_with_it(place: str) -> None:
    with _open(place) as store:
        store.contents.save_tree(OID, TREE, RECORDS)
        with pytest.raises(KeyboardInterrupt), store._db.writing():
            raise KeyboardInterrupt
        assert _rows(place) == 0
        store.begin(RUN, [])
        assert _rows(place) == 1


def test_a_run_of_one_short_stage_waits_for_the_disk_twice(place: str) -> None:
    """Before its first command, and when all is known."""
    with _open(place) as store:
        began: list[str] = []
        store._db.connection.set_trace_callback(lambda sql: began.append(sql) if sql.startswith("BEGIN") else None)
        store.contents.save_tree(OID, TREE, RECORDS)
        number = store.begin(RUN, [("s", "why", b"key")])
        store.record(number, result=RunResult(number, "j", "passed", ()))
    assert len(began) == 2


def test_what_is_owed_is_written_in_steps_between_which_others_get_their_turn(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _open(place) as store, _open(place) as other:
        database = store._db
        turns: list[int] = []
        writing = database.writing

        def in_steps() -> contextlib.AbstractContextManager[None]:
            turns.append(_rows(place))
            other.begin(RUN, [])  # would wait ten seconds, and fail, were the store kept locked
            return writing()

        monkeypatch.setattr(database, "writing", in_steps)
        store.contents.save_tree(OID, TREE, RECORDS)
        for at in range(4):
            store.contents.save_tree(f"{at:040}", TREE, RECORDS)
        store.contents.remember("tree", [(f"{at:040x}", TREE) for at in range(16, 21)])
        database.pay(2)
        assert _rows(place) == 10
        assert len(turns) > 10
        database.pay(2)
        assert len(turns) == 13
