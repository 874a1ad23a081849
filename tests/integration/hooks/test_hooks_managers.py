"""pre-commit, prek and lefthook themselves, before ours and after: each job runs once, and each can be taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.managers import MANAGERS, Manager, find
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.commit]
on = ["pre-commit"]
stages = ["commit"]
[jobs.message]
on = ["commit-msg"]
stages = ["message"]
[jobs.push]
on = ["pre-push"]
stages = ["push"]
[stages.commit]
run = "echo pre-commit >> ../ours && test ! -e ../ours-fail"
cache = false
[stages.message]
run = 'echo "commit-msg $(cat "$1")" >> ../ours'
cache = false
[stages.push]
run = 'echo "pre-push $1 $(cat)" >> ../ours'
cache = false
"""
HOOKS = ("pre-commit", "commit-msg", "pre-push")
Folder = dict[str, tuple[bytes, int]]


class Trial:
    """A repository with a remote, in which both have their jobs."""

    def __init__(self, repo: Repo, manager: Manager) -> None:
        find(manager.name)
        self.repo, self.manager, self.outside = repo, manager, repo.root.parent
        self.commits = 0
        manager.configure(repo)
        repo.config(CONFIG)
        repo.git("init", "-q", "--bare", str(self.outside / "remote"))
        repo.git("remote", "add", "origin", str(self.outside / "remote"))

    def installs(self) -> str:
        done = self.repo.gofigure("install-hooks")
        assert done.returncode == 0, said(done)
        return said(done)

    def uninstalls(self) -> None:
        assert self.repo.gofigure("uninstall-hooks").returncode == 0

    def they_install(self) -> None:
        self.manager.do(self.repo, self.manager.install)

    def they_uninstall(self) -> None:
        self.manager.do(self.repo, self.manager.uninstall)

    def folder(self) -> Folder:
        return {
            path.name: (path.read_bytes(), path.stat().st_mode) for path in (self.repo.root / ".git/hooks").iterdir()
        }

    def check(self, *, theirs: bool = True, ours: bool = True) -> None:
        """One commit and one push: whose jobs run, with what git has handed over."""
        self._commit()
        head = self.repo.git("rev-parse", "HEAD").decode().strip()
        before = self.repo.try_git("rev-parse", "origin/main").stdout.decode().strip() if self.commits > 1 else "0" * 40
        done = self.repo.try_git("push", "-q", "origin", "main")
        assert done.returncode == 0, said(done)
        pushed = f"pre-push origin refs/heads/main {head} refs/heads/main {before}"
        expected = ["pre-commit", f"commit-msg number {self.commits}", pushed]
        assert self.told("ours") == (expected if ours else [])
        assert self.told("theirs") == (list(HOOKS) if theirs else [])

    def check_each_blocks(self) -> None:
        for whose in ("ours", "theirs"):
            flag = self.outside / f"{whose}-fail"
            flag.touch()
            self.commits += 1
            self.repo.write("a", f"{self.commits}\n")
            assert self.repo.commit("blocked").returncode != 0, whose
            flag.unlink()
            self.told("ours"), self.told("theirs")

    def _commit(self) -> None:
        self.commits += 1
        self.repo.write("a", f"{self.commits}\n")
        done = self.repo.commit(f"number {self.commits}")
        assert done.returncode == 0, said(done)

    def told(self, whose: str) -> list[str]:
        place: Path = self.outside / whose
        told = place.read_text().splitlines() if place.exists() else []
        place.unlink(missing_ok=True)
        return told


@pytest.fixture(params=MANAGERS, ids=lambda manager: manager.name)
def trial(repo: Repo, request: pytest.FixtureRequest) -> Trial:
    return Trial(repo, request.param)


def test_one_that_was_there_before(trial: Trial) -> None:
    trial.they_install()
    alone = trial.folder()
    trial.installs()
    trial.check()
    trial.check_each_blocks()
    both = trial.folder()
    trial.installs()
    assert trial.folder() == both, "to install twice is to install once"

    trial.they_install()  # `npm install`, `make setup`: it is done again and again
    trial.installs()
    trial.check()
    trial.uninstalls()
    assert trial.folder() == alone
    trial.check(ours=False)


def test_one_that_comes_after(trial: Trial) -> None:
    trial.installs()
    trial.they_install()
    if trial.manager.runs_us:
        trial.check()
        assert trial.repo.json("status")["hooks"] == list(HOOKS)
        assert trial.repo.gofigure("doctor").returncode == 0
    else:
        trial.check(ours=False)
        name = trial.manager.name
        assert trial.repo.json("status")["hooks_of_others"] == dict.fromkeys(HOOKS, name)
        told = said(trial.repo.gofigure("status"))
        assert f"pre-push is {name}'s, which does not run gofigure (gofigure install-hooks: runs both)" in told
        doctor = trial.repo.gofigure("doctor")
        assert doctor.returncode == 2
        assert f"{name} set it aside" in said(doctor)
    for _ in range(2):
        trial.installs()
        trial.check()
    trial.check_each_blocks()
    trial.they_install()
    trial.installs()
    trial.check()
    trial.uninstalls()
    trial.check(ours=False)
    trial.they_uninstall()
    assert trial.folder() == {}


def test_its_own_uninstall_leaves_ours(trial: Trial) -> None:
    trial.they_install()
    trial.installs()
    trial.they_uninstall()
    trial.check(theirs=False)
    trial.uninstalls()
    assert trial.folder() == {}


def test_a_third_that_was_there_before_both(trial: Trial) -> None:
    """Three in a row: each once, whoever comes last, and what was first is there in the end."""
    third = b"#!/bin/sh\necho third >> ../third\n"
    place = trial.repo.write(".git/hooks/pre-commit", third, mode=0o755)
    trial.installs()
    trial.they_install()
    trial.installs()
    trial.check()
    runs = trial.manager.runs_us  # lefthook would not have run it either
    assert lines(trial.outside / "third") == (1 if runs else 0)
    trial.they_uninstall()
    trial.check(theirs=False)
    trial.uninstalls()
    left = {name: content for name, (content, _) in trial.folder().items()}
    assert left == ({"pre-commit": third} if runs else {"pre-commit.old": third})
    assert place.exists() == runs


def test_both_in_a_linked_worktree(trial: Trial) -> None:
    """pre-commit's test_install_in_worktree_and_run."""
    trial.they_install()
    trial.installs()
    trial.check()
    linked = trial.repo.at(trial.outside / "linked")
    trial.repo.git("worktree", "add", "-q", "-b", "other", str(linked.root))
    linked.write("a", "other\n")
    done = linked.commit("there")
    assert done.returncode == 0, said(done)
    assert trial.told("ours") == ["pre-commit", "commit-msg there"]
    assert trial.told("theirs") == ["pre-commit", "commit-msg"]


def test_a_changed_lefthook_configuration_does_not_put_ours_out(repo: Repo) -> None:
    """It writes its hooks anew when it sees that lefthook.yml is another one."""
    trial = Trial(repo, next(one for one in MANAGERS if one.name == "lefthook"))
    trial.they_install()
    trial.installs()
    for number in range(2):
        with (repo.root / "lefthook.yml").open("a") as file:
            file.write(f"# {number}\n")
        trial.check()


@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_a_hook_whose_input_they_keep_to_themselves_has_ours_on_top(repo: Repo, name: str) -> None:
    """pre-commit hands post-rewrite's input on to nobody: ours goes above it, and it gets what git gave."""
    trial = Trial(repo, next(one for one in MANAGERS if one.name == name))
    configured = (repo.root / ".pre-commit-config.yaml").read_text()
    repo.write(".pre-commit-config.yaml", configured.replace("[pre-commit, commit-msg, pre-push]", "[post-rewrite]"))
    repo.config(
        '[jobs.j]\non = ["post-rewrite"]\nstages = ["s"]\n[stages.s]\nrun = \'cat >> ../ours; : "$1"\'\ncache = false\n'
    )
    trial.they_install()
    alone = trial.folder()
    trial.installs()
    assert repo.commit("one").returncode == 0
    old = repo.git("rev-parse", "HEAD").decode().strip()
    done = repo.try_git("commit", "-q", "--amend", "-m", "two")
    assert done.returncode == 0, said(done)
    assert trial.told("ours") == [f"{old} {repo.git('rev-parse', 'HEAD').decode().strip()}"]
    trial.they_install()
    trial.installs()
    trial.uninstalls()
    assert trial.folder() == alone
