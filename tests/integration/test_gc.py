"""`gofigure gc`, and what it does by itself after a run."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Rig, said

DAY = 86400


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A stage that has passed, with a log; swept just now."""
    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "cat a; test ! -s bad"\ninputs = ["a"]\n')
    repo.write("a", "1\n")
    assert repo.gofigure("allow").returncode == 0
    assert repo.gofigure("run").returncode == 0
    return repo


def _runs(repo: Repo) -> Path:
    return repo.root / ".git/gofigure/runs"


def _plant_logs(repo: Repo, first: int, last: int, *, days: float, size: int = 10) -> None:
    """Rows and logs of runs that failed where their number is even."""
    database = sqlite3.connect(repo.root / ".gofigure")
    then = time.time() - days * DAY
    for run in range(first, last + 1):
        folder = _runs(repo) / str(run)
        folder.mkdir()
        (folder / "s.log").write_bytes(b"x" * size)
        os.utime(folder, (then + run, then + run))
        state = "passed" if run % 2 else "failed"
        row = (run, "j", "manual", str(repo.root), "", b"", "main", state, 1, int(then * 1e9), 1.0)
        columns = "id, job, trigger, worktree, content, tree, branch, state, pid, started_ns, seconds"
        database.execute(f"INSERT INTO runs ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
    database.commit()
    database.close()


def _meta(repo: Repo) -> dict[str, bytes]:
    database = sqlite3.connect(f"file:{repo.root}/.gofigure?mode=ro", uri=True)
    try:
        return dict(database.execute("SELECT name, value FROM meta"))
    finally:
        database.close()


def test_old_logs_go_and_a_dry_run_says_the_same_and_removes_nothing(project: Repo) -> None:
    _plant_logs(project, 100, 119, days=20)
    (_runs(project) / "7777").mkdir()  # of a run that nobody knows
    os.utime(_runs(project) / "7777", (1, 1))
    would = project.json("gc", "--dry-run")
    assert would["dry_run"] is True
    assert len(list(_runs(project).iterdir())) == 22
    assert would["removed"]["logs"] == 12, "the newest 10 are kept"
    said_so = project.gofigure("gc", "-n").stdout.decode()
    assert f"would remove {would['removed']['log_bytes'] / 1024:.1f} KiB of logs (12 runs)" in said_so
    assert project.json("gc")["removed"] == would["removed"]
    assert sorted(int(folder.name) for folder in _runs(project).iterdir()) == [1, *range(111, 120)]
    again = project.gofigure("gc")
    assert again.stdout == b"removed nothing: all is within bounds\n"
    assert again.returncode == 0
    assert "has been removed" not in said(project.gofigure("logs", "1"))


def test_the_size_is_bounded_and_failures_are_the_last_to_go(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from gofigure.cli.here import here
    from gofigure.events import ignore
    from gofigure.queries import reading
    from gofigure.store.bounds import Bounds
    from gofigure.sweeping import sweep

    _plant_logs(project, 100, 139, days=1, size=100_000)
    monkeypatch.chdir(project.root)
    located = here().project
    bounds = Bounds(newest_logs=4, log_bytes=1_250_000)  # 12 of them, and a little
    with reading(located, ignore) as store:
        removed = sweep(located, store, "mark", ignore, bounds=bounds)
    left = sorted(int(folder.name) for folder in _runs(project).iterdir())
    assert removed.logs == 41 - len(left)
    # The newest four whatever they were (run 1 has just been), then failures, the newest first.
    assert left == [1, *range(120, 138, 2), 137, 138, 139]


def test_leftovers_of_crashes_go_and_nothing_that_is_not_ours(project: Repo) -> None:
    state = project.root / ".git/gofigure"
    dead = state / "scratch-999999999-abcd"
    dead.mkdir()
    (dead / "index").touch()
    alive = state / f"scratch-{os.getpid()}-abcd"
    alive.mkdir()
    old, new = (time.strftime("%Y%m%d-%H%M%S", time.localtime(time.time() - days * DAY)) for days in (40, 20))
    for name in (f"{old}-1", f"{old}-1-journal", f"{new}-2", f"{old}-notes"):
        project.write(f".gofigure.set-aside-{name}")
    (project.root / f".gofigure.set-aside-{old}-3").symlink_to("a")
    assert project.json("gc", "--dry-run")["removed"]["files"] >= 2
    project.gofigure("gc")
    assert sorted(path.name for path in project.root.glob(".gofigure.set-aside-*")) == sorted(
        [f".gofigure.set-aside-{name}" for name in (f"{new}-2", f"{old}-notes", f"{old}-3")]
    )
    assert not dead.exists()
    assert alive.exists()


def test_what_a_run_under_way_in_any_working_tree_needs_stays(project: Repo, rig: Rig) -> None:
    gate = rig.gate()
    project.commit("one")
    project.git("worktree", "add", "-q", "../linked")
    linked = project.at(project.root.parent / "linked")
    linked.config(f"[jobs.j]\nstages = ['s']\n[stages.s]\nrun = '''echo begun; {gate.sh}; echo ended'''\n")
    running = rig.start(linked, "run")
    gate.arrive()
    folder = _runs(project) / "2"
    os.utime(folder, (1, 1))
    _plant_logs(project, 100, 119, days=20)
    assert project.json("gc")["removed"]["logs"] > 0
    assert (folder / "s.log").read_bytes() == b"begun\n"
    gate.open()
    assert running.finish() == 0
    assert project.gofigure("logs", "2").stdout.endswith(b"begun\nended\n")


def test_once_a_day_it_happens_by_itself_after_a_run_that_executed_something(project: Repo) -> None:
    _plant_logs(project, 100, 119, days=20)
    swept = _meta(project)["swept"]

    def go(content: str) -> None:
        project.write("a", content)
        assert project.gofigure("run").returncode == 0

    go("2\n")
    assert len(list(_runs(project).iterdir())) == 22, "that was done today"
    database = sqlite3.connect(project.root / ".gofigure")
    database.execute("UPDATE meta SET value = '1' WHERE name = 'swept'")
    database.commit()
    database.close()
    go("1\n")
    assert int(_meta(project)["swept"]) == 1, "all was proven"
    go("3\n")
    assert len(list(_runs(project).iterdir())) == 10
    assert int(_meta(project)["swept"]) > int(swept)


def test_what_goes_wrong_in_it_is_a_word_and_not_a_failure(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from gofigure import sweeping
    from gofigure.cli.here import here
    from gofigure.events import Event, Note
    from gofigure.queries import reading

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(project.root)
    monkeypatch.setattr(sweeping, "_sweep", fail)
    located, heard = here().project, list[Event]()
    with reading(located, heard.append) as store:
        store.note_swept(1)
        sweeping.now_and_then(located, store, "", heard.append)
        sweeping.now_and_then(located, store, "", heard.append)
    assert heard == [Note("old runs and logs could not be removed: [Errno 28] No space left on device")], "once a day"


def test_a_store_that_cannot_be_written_is_not_swept(project: Repo) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (project.root / ".gofigure").chmod(0o400)
    done = project.gofigure("gc")
    assert done.returncode == 2
    assert "nothing is removed" in said(done)
