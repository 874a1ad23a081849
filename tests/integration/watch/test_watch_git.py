"""Git in motion: no run on a half-applied checkout, rebase, merge or stash; one run for each switch."""

from __future__ import annotations

import os
import signal
import time

import pytest
from support.watcher import Watcher, Watching, ran
from support.repo import Repo
from support.rig import Rig

SEES = "git rev-parse --verify HEAD >> ../seen"


def test_a_lock_holds_and_is_said(repo: Repo, watching: Watching) -> None:
    watcher = watching(":")
    before = ran(repo)
    lock = repo.root / ".git/index.lock"
    lock.touch()
    repo.write("a.py", "two\n")
    state = watcher.until(lambda now: now.waiting, "it waits")
    assert state.waiting == "git is at work (index.lock)"
    assert ran(repo) == before
    lock.unlink()
    assert not watcher.rest().waiting
    assert ran(repo) - before == 1


def test_a_lock_that_is_old_holds_nothing(repo: Repo, watching: Watching) -> None:
    """Whoever made it is gone, or waits for a person."""
    watcher = watching(":")
    lock = repo.root / ".git/index.lock"
    lock.touch()
    os.utime(lock, (time.time() - 61, time.time() - 61))
    repo.write("a.py", "two\n")
    watcher.rest()
    assert ran(repo) == 2


def test_a_lock_of_a_linked_worktree_is_looked_for_where_it_is(repo: Repo, watching: Watching, rig: Rig) -> None:
    watching(":").kill(signal.SIGKILL)
    repo.git("worktree", "add", "-q", "../linked")
    linked = repo.at(repo.root.parent / "linked")
    watcher = Watcher(rig, linked)
    watcher.rest()
    lock = repo.root / ".git/worktrees/linked/index.lock"
    lock.touch()
    linked.write("a.py", "two\n")
    watcher.until(lambda now: now.waiting, "it waits")
    lock.unlink()
    watcher.rest()
    assert ran(repo) == 2


def test_one_run_for_a_rebase_of_many_commits(repo: Repo, watching: Watching) -> None:
    watcher = watching(SEES, files={f"f{number}": "0\n" for number in range(8)})
    repo.git("checkout", "-q", "-b", "feat")
    for number in range(7):
        repo.write(f"f{number}", "feat\n")
        repo.git("commit", "-qam", f"feat {number}")
    watcher.rest()
    repo.git("checkout", "-q", "main")
    repo.write("f7", "main\n")
    repo.git("commit", "-qam", "main")
    watcher.rest()
    before = ran(repo)
    repo.git("rebase", "-q", "main", "feat")
    job = watcher.rest().jobs[0]
    assert (ran(repo) - before, job.verdict) == (1, "passed")
    seen = (repo.root.parent / "seen").read_text().split()
    assert seen[-1] == repo.git("rev-parse", "feat").decode().strip()


def test_stash_and_back(repo: Repo, watching: Watching) -> None:
    """Both ends are proven already."""
    watcher = watching(":")
    repo.write("a.py", "two\n")
    watcher.rest()
    before = ran(repo)
    repo.git("stash", "-q")
    watcher.rest()
    repo.git("stash", "pop", "-q")
    watcher.rest()
    assert ran(repo) == before


def test_a_merge_and_a_conflict(repo: Repo, watching: Watching) -> None:
    watcher = watching(":")
    repo.git("checkout", "-q", "-b", "feat")
    repo.write("a.py", "feat\n")
    repo.git("commit", "-qam", "feat")
    repo.git("checkout", "-q", "main")
    repo.write("a.py", "main\n")
    repo.git("commit", "-qam", "main")
    watcher.rest()
    before = ran(repo)
    assert repo.try_git("merge", "-q", "feat").returncode == 1
    watcher.rest()
    assert ran(repo) - before == 1  # a conflict is content like any other
    repo.git("merge", "--abort")
    assert watcher.rest().jobs[0].verdict == "reused"
    assert ran(repo) - before == 1


@pytest.mark.parametrize("files", [500])
def test_a_checkout_of_many_files_is_one_run_on_all_of_it(repo: Repo, watching: Watching, files: int) -> None:
    """StefanMaron/BusinessCentral.AL.Runner#1904, node-sass#1614: tools with a fixed pause test half of a switch."""
    watcher = watching("cat src/* | sort -u >> ../seen", files={f"src/{n}": "main\n" for n in range(files)})
    repo.git("checkout", "-q", "-b", "feat")
    for number in range(files):
        repo.write(f"src/{number}", "feat\n")
    repo.git("commit", "-qam", "feat")
    watcher.rest()
    repo.git("checkout", "-q", "main")
    watcher.rest()
    (repo.root / "src/0").write_text("main, edited\n")
    repo.git("commit", "-qam", "edited")
    watcher.rest()
    assert ran(repo) == 3
    assert (repo.root.parent / "seen").read_text() == "main\nfeat\nmain\nmain, edited\n"
