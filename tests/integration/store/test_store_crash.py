"""kill -9 at any moment: the next start settles what was left, and a crash never looks like a pass (F1, G1)."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from support.processes import guardians
from support.repo import Repo
from support.rig import Rig, alive, bearers, lines, said, until, verdicts

KILLS = 25
SEED = 20260102
CONFIG = """
[jobs.j]
stages = ["quick", "slow", "files"]
strict_dependency = true
[stages.quick]
run = "echo quick >> ../quick"
inputs = ["a"]
[stages.slow]
run = "echo $GOFIGURE_RUN > ../mark; for i in 1 2 3 4 5 6 7 8; do git rev-parse HEAD; done; echo ended >> ../ended"
inputs = ["a"]
[stages.files]
run = 'for f in "$@"; do cat "$f"; done'
files = '^src/'
"""


def _rows(repo: Repo, sql: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(f"file:{repo.root}/.gofigure?mode=ro", uri=True)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def _mark(repo: Repo) -> bytes:
    """What every process of this repository's runs has in its environment; a stage has written it down."""
    mark = (repo.root.parent / "mark").read_bytes().partition(b":")[0]
    assert len(mark) == 16
    return b"GOFIGURE_RUN=" + mark


def test_killed_at_random_moments(repo: Repo, rig: Rig) -> None:
    repo.config(CONFIG)
    for number in range(5):
        repo.write(f"src/{number}", f"{number}\n")
    repo.gofigure("allow")
    repo.commit("one")
    began = time.monotonic()
    assert repo.gofigure("run").returncode == 0
    whole = time.monotonic() - began
    dice = random.Random(SEED)
    killed = 0
    for turn in range(KILLS):
        repo.write("a", f"{turn}\n")
        repo.write("src/0", f"{turn}\n")
        proven = {row[0] for row in _rows(repo, "SELECT key FROM proofs")}
        ended = lines(repo.root.parent / "ended")
        running = rig.start(repo, "run")
        try:
            running.process.wait(timeout=dice.uniform(0, whole))
        except subprocess.TimeoutExpired:
            killed += 1
        running.process.kill()
        running.close()
        assert not (repo.root / ".git/index.lock").exists()

        status = repo.gofigure("status")
        assert status.returncode == 0, said(status)
        if lines(repo.root.parent / "ended") == ended:
            new = {row[0] for row in _rows(repo, "SELECT key FROM proofs WHERE stage IN ('slow', 'files')")}
            assert new <= proven, "no proof for what did not finish"
        done = repo.gofigure("run")
        assert done.returncode == 0, said(done)
        assert "set-aside" not in said(done)
        assert bearers(_mark(repo)) == [], "whatever bears the marker of a run is gone after the next one"
        assert proven <= {row[0] for row in _rows(repo, "SELECT key FROM proofs")}, "what was proven stays so"

    assert killed >= KILLS // 3, "the moments must be such that they strike"
    assert _rows(repo, "PRAGMA integrity_check") == [("ok",)]
    assert _rows(repo, "SELECT state FROM runs WHERE state NOT IN ('passed', 'interrupted', 'reused')") == []
    open_rows = "SELECT * FROM stage_runs WHERE state IN ('queued', 'running')"
    assert _rows(repo, open_rows) == []
    assert _rows(repo, "SELECT run FROM proofs WHERE run NOT IN (SELECT run FROM stage_runs WHERE proven)") == []
    finished = "SELECT count(*) FROM runs WHERE state IN ('passed', 'reused')"
    (count,) = _rows(repo, finished)[0]
    assert isinstance(count, int)
    assert count >= KILLS


def test_what_a_killed_run_left_alive_is_ended_by_the_next(repo: Repo, rig: Rig) -> None:
    """F16: own session, TERM ignored; Woodpecker#178, #1061 left orphans and runs that were "running" for ever."""
    gate = rig.gate()
    stubborn = f"setsid sh -c 'trap \"\" INT TERM HUP; echo $GOFIGURE_RUN > ../mark; {gate.sh}' & wait"
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{stubborn}"""\ninputs = ["a"]\n')
    repo.write("a", "1\n")
    repo.gofigure("allow")
    running = rig.start(repo, "run")
    stray = gate.arrive()
    for guardian in guardians(running.pid):
        os.kill(guardian, signal.SIGKILL)
    os.kill(running.pid, signal.SIGKILL)
    running.close()
    assert alive(stray)
    assert len(bearers(_mark(repo))) >= 1

    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "echo mended"\ninputs = ["a"]\n')
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    until(lambda: not alive(stray), what="the stray is gone")
    assert bearers(_mark(repo)) == []
    second, first = repo.json("history")["runs"]
    assert (first["verdict"], second["verdict"]) == ("interrupted", "passed")
    assert first["stages"][0]["verdict"] == "interrupted"
    assert first["stages"][0]["note"] == "gofigure itself was killed"


def test_a_run_that_is_alive_is_never_settled_by_a_look(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{gate.sh}"""\ninputs = ["a"]\n')
    repo.gofigure("allow")
    running = rig.start(repo, "run")
    gate.arrive()
    for command in ("history", "status", "digest"):
        assert repo.gofigure(command).returncode == 0
    assert repo.json("history")["runs"][0]["verdict"] == "running"
    gate.open()
    assert running.finish() == 0
    assert repo.json("history")["runs"][0]["verdict"] == "passed"


def test_a_look_settles_a_dead_run(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{gate.sh}"""\ninputs = ["a"]\n')
    repo.gofigure("allow")
    running = rig.start(repo, "run")
    pid = gate.arrive()
    os.kill(running.pid, signal.SIGKILL)
    running.close()
    assert repo.json("history")["runs"][0]["verdict"] == "interrupted"
    until(lambda: not alive(pid), what="the stage is gone")


def test_a_killed_run_of_another_worktree_is_left_to_that_worktree(repo: Repo, rig: Rig, tmp_path: Path) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{gate.sh}"""\ninputs = ["a"]\n')
    repo.gofigure("allow")
    repo.commit("one")
    linked = repo.at(tmp_path / "linked")
    repo.git("worktree", "add", "-q", str(linked.root))
    running = rig.start(linked, "run")
    pid = gate.arrive()
    assert repo.json("history")["runs"][0]["verdict"] == "running", "alive, in the other worktree"
    assert alive(pid)
    gate.open()
    assert running.finish() == 0


def test_a_stage_that_finished_before_the_kill_is_proven_or_runs_again_but_never_half(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.write("a")
    repo.config(
        '[jobs.j]\nstages = ["one", "two"]\nstrict_dependency = true\n'
        '[stages.one]\nrun = "echo one >> ../one"\ninputs = ["a"]\n'
        f'[stages.two]\nrun = """{gate.sh}"""\ninputs = ["a"]\n'
    )
    repo.gofigure("allow")
    running = rig.start(repo, "run")
    gate.arrive()
    os.kill(running.pid, signal.SIGKILL)
    running.close()
    next_one = rig.start(repo, "run")
    gate.arrive()
    gate.open()
    assert next_one.finish() == 0
    assert lines(repo.root.parent / "one") in (1, 2)
    assert verdicts(repo.json("run")) == {"one": "reused", "two": "reused"}


def test_scratch_folders_of_killed_runs_do_not_pile_up(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{gate.sh}"""\ninputs = ["a"]\n')
    repo.gofigure("allow")
    for _ in range(2):
        running = rig.start(repo, "run")
        gate.arrive()
        os.kill(running.pid, signal.SIGKILL)
        running.close()
    last = rig.start(repo, "run")
    gate.arrive()
    gate.open()
    assert last.finish() == 0
    assert list((repo.root / ".git/gofigure").glob("scratch-*")) == []


_MAKER = """
import os, signal, sys
from gofigure.store import db
place, last = sys.argv[1], int(sys.argv[2])
real, count = db.Database.execute, 0
def counted(*args):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args)
db.Database.execute = counted
print(db.open_database(place, b"token")[1], count)
"""


def test_a_store_whose_making_was_killed_is_no_riddle_to_its_owner(repo: Repo, tmp_path: Path) -> None:
    """Its journal is known to nobody yet, and was taken for a planted one: every commit was refused."""
    statements = int(_make(repo, tmp_path / "whole", 0).stdout.split()[-1])
    told = []
    for last in range(1, statements + 1):
        place = tmp_path / f"store-{last}"
        assert _make(repo, place, last).returncode == -signal.SIGKILL
        again = _make(repo, place, 0)
        assert again.returncode == 0, said(again)
        told.append(b"was never finished" in again.stdout)
        assert not _make(repo, place, 0).stdout.startswith(b".gofigure"), "and then it is one"
    assert any(told), "the moments must be such that they leave a journal"


def test_a_store_that_is_being_made_is_left_to_who_makes_it(tmp_path: Path) -> None:
    place = str(tmp_path / "store")
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as maker:
        maker.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
        maker.execute("PRAGMA auto_vacuum = INCREMENTAL")
        maker.execute("BEGIN IMMEDIATE")
        maker.execute("PRAGMA cache_size = 1")
        maker.execute("CREATE TABLE t (x)")
        maker.executemany("INSERT INTO t VALUES (zeroblob(4000))", [()] * 50)
        assert (tmp_path / "store-journal").stat().st_size
        line = f"from gofigure.store.db import open_database; open_database({place!r}, b'token')"
        other = subprocess.run([sys.executable, "-c", line], capture_output=True, check=False)
        assert b"was not written by gofigure here" in other.stderr
        maker.execute("COMMIT")
    assert [path.name for path in tmp_path.iterdir()] == ["store", "store-journal"]


def _make(repo: Repo, place: Path, last: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", _MAKER, str(place), str(last)], env=dict(repo.env), capture_output=True, check=False
    )
