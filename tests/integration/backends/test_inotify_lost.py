"""Events that the kernel could not keep are said to be lost, which watchfiles#348 and watchdog#654 are about."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from support.repo import Repo
from support.rig import Rig
from support.backend import folders, heard, paths, watched, watching

_CHILD = """
import os, select, sys
from support.repo import Repo
from support.backend import heard, wait, watching
from pathlib import Path
with watching(Repo(Path.cwd(), os.environ)) as backend:
    print("ready", flush=True)
    waking = wait(backend)
    print("lost:", waking.lost, flush=True)
    more = heard(backend)
    print("then:", heard(backend), flush=True)
"""


def _fill_the_queue(*files: Path) -> None:
    """Make more events than the kernel keeps; of two equal ones in a row it keeps one."""
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    for number in range(most + 100):
        os.utime(files[number % 2])


def test_an_overflow_is_said_and_nothing_is_remembered_wrongly(repo: Repo) -> None:
    one, two = repo.write("a"), repo.write("b")
    repo.write("old/deep/x")
    repo.write("gone/x")
    repo.write("left/x")
    repo.write("right/x")
    repo.commit()
    with watching(repo) as backend:
        _fill_the_queue(one, two)
        # Of these nobody hears.
        repo.write("new/deep/x")
        os.rename(repo.root / "old", repo.root / "renamed")
        os.rename(repo.root / "gone", repo.root.parent / "gone")
        repo.write("old/other/x")
        for before, after in (("left", "t"), ("right", "left"), ("t", "right")):
            os.rename(repo.root / before, repo.root / after)
        waking = heard(backend)
        assert waking is not None
        assert "lost" in waking.lost
        assert {b"new/deep/x", b"old/other/x"} <= waking.paths
        assert watched(backend) == folders(repo.root)
        for path in (b"new/deep/x", b"renamed/deep/x", b"old/other/x", b"left/x", b"right/x"):
            repo.write(path, "y")
            assert paths(backend) == {path}
        (repo.root.parent / "gone/x").write_text("y")
        assert heard(backend) is None
        assert backend.degraded == ""


def test_twenty_thousand_files_come_while_the_process_is_stopped(repo: Repo, rig: Rig) -> None:
    repo.write("a")
    repo.commit()
    place = ":".join([os.fspath(Path(__file__).parents[2]), os.fspath(Path(__file__).parents[3])])
    child = rig.start_program([sys.executable, "-c", _CHILD], repo.root, {**repo.env, "PYTHONPATH": place})
    child.until_says(b"ready")
    os.kill(child.pid, signal.SIGSTOP)
    (repo.root / "d").mkdir()
    for number in range(20_000):
        os.close(os.open(repo.root / f"f{number}", os.O_CREAT | os.O_WRONLY))
    os.kill(child.pid, signal.SIGCONT)
    assert child.finish() == 0, child.output
    assert b"lost: the queue of events was full" in child.output
    assert b"then: None" in child.output
