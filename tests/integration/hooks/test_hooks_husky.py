"""husky itself: it has a folder of its own, and each of its hooks needs one line."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from support.managers import find, install_husky
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["one"]
[stages.one]
run = "echo ran >> ../ours && test ! -e ../ours-fail"
cache = false
"""


@pytest.fixture(scope="module")
def husky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_husky(tmp_path_factory.mktemp("husky"))


class Trial:
    def __init__(self, repo: Repo, husky: Path) -> None:
        self.repo, self.outside, self._husky = repo, repo.root.parent, husky
        repo.config(CONFIG)
        repo.write(".husky/pre-commit", "echo theirs >> ../theirs && test ! -e ../theirs-fail\n")

    def they_install(self) -> None:
        """What `npm install` does by way of "prepare"."""
        subprocess.run(
            [find("node"), self._husky], cwd=self.repo.root, env=dict(self.repo.env), check=True, capture_output=True
        )

    def add_line(self) -> None:
        """Do as install-hooks says."""
        done = self.repo.gofigure("install-hooks")
        assert done.returncode == 2
        told = [line.strip() for line in said(done).splitlines() if "gofigure hook" in line]
        (place, line), *others = (one.split(": ", 1) for one in told)
        assert (place, others) == (".husky/pre-commit", [])
        called = line.replace("gofigure hook", f"{shlex.join(self.repo.command)} hook")
        hook = self.repo.root / place
        hook.write_text(f"{called}\n{hook.read_text()}")
        assert self.repo.gofigure("allow").returncode == 0

    def check(self, *, theirs: int, ours: int) -> None:
        before = {whose: lines(self.outside / whose) for whose in ("theirs", "ours")}
        done = self.repo.commit("one", "--allow-empty")
        assert done.returncode == 0, said(done)
        assert lines(self.outside / "theirs") - before["theirs"] == theirs
        assert lines(self.outside / "ours") - before["ours"] == ours

    def check_each_blocks(self) -> None:
        for whose in ("ours", "theirs"):
            (self.outside / f"{whose}-fail").touch()
            assert self.repo.commit("blocked", "--allow-empty").returncode != 0
            (self.outside / f"{whose}-fail").unlink()


@pytest.fixture
def trial(repo: Repo, husky: Path) -> Trial:
    return Trial(repo, husky)


def test_husky_before(trial: Trial) -> None:
    trial.they_install()
    trial.add_line()
    trial.check(theirs=1, ours=1)
    trial.check_each_blocks()
    trial.they_install()
    trial.check(theirs=1, ours=1)
    assert trial.repo.gofigure("uninstall-hooks").returncode == 0
    trial.check(theirs=1, ours=1)  # the line is the user's


def test_husky_after(trial: Trial) -> None:
    """Git looks no more where ours is: that is told, and taken back with husky's own setting."""
    assert trial.repo.gofigure("install-hooks").returncode == 0
    script = trial.repo.root / ".git/hooks/pre-commit"
    content = script.read_bytes()
    trial.check(theirs=0, ours=1)
    trial.they_install()
    trial.check(theirs=1, ours=0)
    assert "pre-commit is husky's, which does not run gofigure" in said(trial.repo.gofigure("status"))
    doctor = trial.repo.gofigure("doctor")
    assert doctor.returncode == 2
    assert "core.hooksPath is .husky/_ (local)" in said(doctor)
    trial.add_line()
    trial.check(theirs=1, ours=1)
    trial.check_each_blocks()
    trial.repo.git("config", "--unset", "core.hooksPath")  # as husky says to uninstall it
    assert script.read_bytes() == content
    trial.check(theirs=0, ours=1)
    assert trial.repo.gofigure("uninstall-hooks").returncode == 0
    assert not os.path.lexists(script)
