"""What is old goes, what answers hang on stays, and a store is sound wherever sweeping was ended."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gofigure.digest.tree import FILE, Entry, build, graft, walk
from gofigure.model import RunResult, StageResult, Verdict
from gofigure.store.bounds import DAY_NS, Bounds
from gofigure.store.ledger import NewRun
from gofigure.store.proofs import FileProof, Proof
from gofigure.store.store import Store
from gofigure.store.sweep import Swept

TOKEN = b"token"
TIGHT = Bounds(
    newest_runs=10, most_runs=300, newest_proofs=5, most_proofs=100, most_file_proofs=200, most_skips=20,
    newest_trees=5, most_trees=20, newest_blobs=5, most_blobs=50, newest_stamps=5, most_stamps=50, folders=60,
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / ".gofigure")


@pytest.fixture
def store(place: str) -> Store:
    return _open(place)


def _open(place: str) -> Store:
    store = Store.open(place, TOKEN, place + "-in-use")[0]
    store._db.execute("PRAGMA synchronous = OFF")  # what is written here need not outlive the machine
    return store


def _sweep(store: Store, bounds: Bounds = TIGHT, gone: tuple[str, ...] = ()) -> Swept:
    return store.sweep(bounds, lambda _label, _done: None, gone)


def _key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _run(
    store: Store, verdict: Verdict, *, stage: str = "unit", tree: bytes = b"t", worktree: str = "/w", **proof: int
) -> int:
    key = _key(proof.get("key", 0))
    run = store.begin(NewRun("check", "pre-commit", worktree, "", tree, "main", 1), [(stage, "", key)])
    result = StageResult(stage, verdict, "why", 1.0, key=key)
    proofs = [Proof(key, stage, run, time.time_ns(), 1.0, f'{{"tree": "{tree.hex()}"}}')] if verdict == "passed" else []
    ended = "failed" if verdict == "timed out" else verdict
    store.record(
        run,
        finished=[result],
        proofs=proofs,
        file_proofs=[FileProof(key, run)],
        result=RunResult(run, "check", ended, ()),
    )
    return run


def _tree(store: Store, number: int) -> bytes:
    """A tree of 13 folders of which 2 are its own."""
    digest, records = build((f"d{at}/f".encode(), FILE, _key(at)) for at in range(12))
    store.contents.save_trees(records)
    digest, records = graft(digest, {b"d0/f": Entry(FILE, _key(1000 + number))}, store.contents.load_tree)
    store.contents.save_trees(records)
    return digest


def _fill(store: Store, runs: int) -> None:
    """As hooks do: one run after the other on ever new content, some of them reused, some failed."""
    for number in range(1, runs + 1):
        tree = _tree(store, number)
        store.contents.remember("tree", [(f"{number:040x}", tree)])
        store.contents.remember("blob", [(f"{number + 10**6:040x}", _key(number))])
        store.contents.save_selections([(tree, b"all", _key(number), 12)])
        _run(store, "failed" if number % 10 == 0 else "passed", tree=tree, key=number)
        if number % 3 == 0:
            store.ledger.record_skip("pre-commit", "GOFIGURE=0")


def _rows(place: str, sql: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(f"file:{place}?mode=ro", uri=True)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def _count(place: str, table: str) -> int:
    (count,) = _rows(place, f"SELECT count(*) FROM {table}")[0]
    assert isinstance(count, int)
    return count


def _assert_bounds(place: str) -> None:
    for table, most in (
        ("runs", 310), ("stage_runs", 310), ("proofs", 100), ("file_proofs", 200), ("skips", 20),
        ("objects", 70), ("trees", 60), ("selections", 60),
    ):  # fmt: skip
        assert _count(place, table) <= most, table


def _assert_sound(place: str, store: Store) -> None:
    """Every tree that can be found by its root is there to its last folder."""
    assert _rows(place, "PRAGMA integrity_check") == [("ok",)]
    assert _rows(place, "PRAGMA foreign_key_check") == []
    roots = _rows(place, "SELECT digest FROM objects WHERE kind = 'tree' UNION SELECT tree FROM runs")
    for (root,) in roots:
        assert isinstance(root, bytes)
        if store.contents.has_tree(root):
            assert len(list(walk(root, store.contents.load_tree))) == 12


def test_thousands_of_runs_come_within_bounds_and_still_answer(place: str, store: Store) -> None:
    _fill(store, 3000)
    swept = _sweep(store)
    assert swept.runs == 2700
    _assert_bounds(place)
    _assert_sound(place, store)
    assert store.proofs.find(_key(2999)) is not None
    assert store.history.run(3000) is not None
    assert len(store.proofs.recent("unit")) == 10
    for proof in store.proofs.recent("unit"):
        assert store.contents.has_tree(_tree(store, proof.run)), "why compares with these"
    size = os.stat(place).st_size
    (free,) = _rows(place, "PRAGMA freelist_count")[0]
    assert isinstance(free, int)
    assert free * 4096 < size // 4, "what is empty is given back"
    assert _sweep(store)[:3] == (0, 0, 0)
    assert _run(store, "passed", key=5000) == 3001, "numbers are never given twice"


def _ageing(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    now = time.time_ns() + days * DAY_NS
    monkeypatch.setattr(time, "time_ns", lambda: now)


def test_by_age_alone(place: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(store, 50)
    bounds = Bounds(newest_runs=10, newest_proofs=5, newest_trees=5, newest_blobs=5)
    _ageing(monkeypatch, 29)
    assert _sweep(store, bounds) == Swept()
    _ageing(monkeypatch, 2)
    assert _sweep(store, bounds) == Swept(digests=90)
    _ageing(monkeypatch, 60)
    swept = _sweep(store, bounds)
    assert (swept.runs, swept.skips) == (40, 16)
    # As long as runs that used them are known, so are 9 of the newest 10 runs' proofs.
    assert _count(place, "proofs") == 9
    assert _sweep(store, bounds) == Swept()


def test_a_proof_that_was_reused_stays(place: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 30):
        _run(store, "passed", key=number)
    _ageing(monkeypatch, 100)
    _run(store, "reused", key=3)
    for _ in range(12):
        _run(store, "reused", key=29)
    _sweep(store, Bounds(newest_runs=10, newest_proofs=1))
    assert store.proofs.find(_key(3)) is not None
    assert store.proofs.find(_key(4)) is None


@pytest.mark.parametrize("last", ["passed", "failed", "timed out", "interrupted"])
def test_what_was_done_last_in_a_working_tree_is_never_forgotten_before_what_was_done_earlier(
    store: Store, last: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an older pass would look like the last thing done there: a build that is no longer of this content."""
    _run(store, "passed", stage="build", key=1)
    _run(store, "failed", stage="build", key=2)
    newest = _run(store, last, stage="build", key=3)
    elsewhere = _run(store, last, stage="build", key=4, worktree="/gone")
    for number in range(400):
        _run(store, "reused", stage="build", key=1)
        _run(store, "passed", stage="build", key=number, worktree="/other")
    _ageing(monkeypatch, 100)
    _sweep(store, gone=("/gone",))
    found = store.ledger.last_of_stage("build", "/w")
    assert found is not None
    assert (found.run, found.state) == (newest, last)
    assert store.history.run(elsewhere) is None, "a working tree that is no more needs no memory"


def test_nothing_of_a_run_under_way_goes(place: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = _tree(store, 77)
    run = store.begin(NewRun("check", "manual", "/other", "", tree, "main", 1), [("s", "", b"k")])
    _fill(store, 100)
    _ageing(monkeypatch, 400)
    assert _sweep(store).digests > 100
    assert store.history.run(run) is not None
    assert len(store.history.stages([run])[run]) == 1
    assert len(list(walk(tree, store.contents.load_tree))) == 12


def test_folders_stay_while_another_process_has_the_store_open(place: str, store: Store) -> None:
    _fill(store, 400)
    folders = _count(place, "trees")
    with _open(place):
        _sweep(store)
        assert _count(place, "trees") == folders
    _sweep(store)
    assert _count(place, "trees") <= 60


def test_far_too_many_folders_are_forgotten_at_once(place: str, store: Store) -> None:
    _fill(store, 400)
    _sweep(store, TIGHT._replace(folders=10))
    assert [_count(place, table) for table in ("trees", "selections")] == [0, 0]
    _assert_sound(place, store)


def test_too_short_a_moment_leaves_what_was_not_reached(place: str, store: Store) -> None:
    _fill(store, 400)
    from gofigure.store.db import NotNowError

    with pytest.raises(NotNowError):
        store.sweep(TIGHT, lambda _label, _done: None, (), seconds=0.0)
    _assert_sound(place, store)
    _sweep(store)
    _assert_bounds(place)


_SWEEPER = """
import os, signal, sys
from gofigure.store.db import Database
from gofigure.store.store import Store
place, folder, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.path.insert(0, folder)
from test_store_sweep import TIGHT, TOKEN
import gofigure.store.sweep
gofigure.store.sweep.STEP = 20
store = Store.open(place, TOKEN, place + "-in-use")[0]
real, count = Database.execute, 0
def counted(*args):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args)
Database.execute = counted
store.sweep(TIGHT, lambda label, done: None, ())
print(count)
"""


def test_killed_at_random_moments_twenty_times(tmp_path: Path, environment: dict[str, str]) -> None:
    """A moment is a statement of SQL: that strikes on any machine."""
    dice = random.Random(20261122)
    killed, statements = 0, 0
    place = str(tmp_path / ".gofigure")
    for _ in range(21):
        with _open(place) as store:
            _fill(store, 100 if killed else 300)
        last = dice.randint(1, max(1, statements // 4))  # the first sweep is let be: it counts
        done = subprocess.run(
            [sys.executable, "-c", _SWEEPER, place, os.path.dirname(__file__), str(last if statements else 0)],
            env={**environment, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
        killed += done.returncode != 0
        statements = statements or int(done.stdout)
        store, notice = Store.open(place, TOKEN, place + "-in-use")
        with store:
            assert notice == ""
            _assert_sound(place, store)
    assert killed >= 10, "the moments must be such that they strike"
    with _open(place) as store:
        _sweep(store)
        _assert_bounds(place)
        _assert_sound(place, store)


def test_deploys_that_a_rollback_may_go_back_to_stay(store: Store) -> None:
    deploys = []
    for at in range(40):
        for stage, made in (("unit", ""), ("deploy", '{"": {"manifests": "x"}}')):
            run = store.begin(NewRun("j", "manual", "/w", "", b"t", "main", 1), [(stage, "", _key(at))])
            result = StageResult(stage, "passed", "why", 1.0, key=_key(at), made=made)
            store.record(run, finished=[result], result=RunResult(run, "j", "passed", ()))
        deploys.append(run)
    bounds = TIGHT._replace(newest_runs=1, most_runs=2, newest_deploys=3)
    _sweep(store, bounds)
    kept = [row.run for row in store.history.executed("deploy", 100)]
    assert kept == deploys[:-4:-1]


def test_what_older_deploys_have_recorded_goes_before_they_do(store: Store) -> None:
    for at in range(6):
        run = store.begin(NewRun("j", "manual", "/w", "", b"t", "main", 1), [("deploy", "", _key(at))])
        state: Verdict = "failed" if at % 2 else "passed"
        result = StageResult("deploy", state, "why", 1.0, key=_key(at), made='{"": {"manifests": "x"}}')
        store.record(run, finished=[result], result=RunResult(run, "j", state, ()))
    _sweep(store, TIGHT._replace(newest_deploys=2))
    assert [bool(row.made) for row in store.history.executed("deploy", 100)] == [True] * 4 + [False] * 2
