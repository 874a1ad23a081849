"""A commit that is being mended is killed at any moment: every file is the old one or the mended one, never less."""

from __future__ import annotations

import os
import random
import signal
import subprocess

import pytest
from support.repo import Repo
from support.rig import Rig

FILES = ("a.txt", "b.txt", "c.txt")
LINES = [f"line {number}\n" for number in range(1, 200)]
CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["fmt"]
[stages.fmt]
run = 'sed -i "s/BAD/good/" "$@"'
files = '\\.txt$'
fix = true
"""
TRIALS = int(os.environ.get("GOFIGURE_TRIALS", "12"))
SEED = int(os.environ.get("GOFIGURE_SEED", "1"))


def _text(first: str, last: str) -> str:
    return first + "\n" + "".join(LINES) + last + "\n"


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config(CONFIG)
    for name in FILES:
        repo.write(name, _text("first", "last"))
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "one")
    assert repo.gofigure("install-hooks").returncode == 0
    return repo


def _edited(repo: Repo, text: str) -> None:
    """Staged with a fault; beside it, an edit that is not staged."""
    for name in FILES:
        repo.write(name, _text(f"BAD {text}", "last"))
    repo.git("add", "-A")
    for name in FILES:
        repo.write(name, _text(f"BAD {text}", f"mine {text}"))


@pytest.mark.parametrize(
    "how", [("commit", "-q", "-m", "two"), ("commit", "-q", "-a", "-m", "two")], ids=["plain", "-a"]
)
def test_killed_at_any_moment(project: Repo, rig: Rig, how: tuple[str, ...]) -> None:
    chance = random.Random(SEED)
    struck = 0
    for trial in range(TRIALS):
        text = f"{how} {trial}"
        _edited(project, text)
        running = rig.start_program(["git", *how], project.root, project.env)
        try:
            running.process.wait(chance.uniform(0.05, 0.7))
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            struck += 1
        running.finish()
        for lock in (project.root / ".git").glob("*.lock"):
            lock.unlink()  # git's own, which was killed
        for name in FILES:
            here = (project.root / name).read_text()
            assert here in {_text(f"{word} {text}", f"mine {text}") for word in ("BAD", "good")}, name
            staged = project.git("show", f":{name}").decode()
            lasts = ("last", f"mine {text}")
            assert staged in {_text(f"{word} {text}", last) for word in ("BAD", "good") for last in lasts}, name
        done = project.try_git("commit", "-q", "-a", "--allow-empty", "-m", "again")
        assert done.returncode == 0, done.stderr.decode()
        assert project.git("show", "HEAD:a.txt").decode() == _text(f"good {text}", f"mine {text}")
        assert project.git("status", "--porcelain") == b""
    assert struck, "nothing was killed, so nothing was tried"


def test_ctrl_c_in_a_fixer_starts_nothing_more(project: Repo, rig: Rig) -> None:
    """Neither another job's fixer, nor a checker of a job that comes before it."""
    gate, ran = rig.gate(), project.root.parent / "ran"
    project.config(
        f"[jobs.first]\non = ['pre-commit']\nstages = ['check']\n[stages.check]\nrun = 'touch {ran}'\n"
        f"[jobs.second]\non = ['pre-commit']\nstages = ['slow']\n[stages.slow]\nrun = '''{gate.sh}'''\nfix = true\n"
        f"[jobs.third]\non = ['pre-commit']\nstages = ['more']\n[stages.more]\nrun = 'touch {ran}'\nfix = true\n"
    )
    project.git("add", "-A")
    running = rig.start_program(["git", "commit", "-q", "-m", "two"], project.root, project.env)
    gate.arrive()
    os.killpg(running.pid, signal.SIGINT)
    assert running.finish() != 0
    assert not ran.exists()
