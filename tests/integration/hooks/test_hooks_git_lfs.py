"""git-lfs and ours on the same hooks: husky#1431, husky#108, where one of the two was lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.managers import find
from support.repo import Repo
from support.rig import said

HOOKS = ("post-commit", "post-checkout", "post-merge", "pre-push")
CONFIG = "".join(
    f'[jobs.{hook}]\non = ["{hook}"]\nstages = ["{hook}"]\n'
    f"[stages.{hook}]\nrun = 'echo {hook} \"$1\" >> ../ours'\ncache = false\n"
    for hook in HOOKS
)


class Lfs:
    """A repository with a large file, its remote, and a git-lfs that writes down which of its hooks were called."""

    def __init__(self, repo: Repo) -> None:
        program, outside = find("git-lfs"), repo.root.parent
        shim = outside / "bin/git-lfs"
        shim.parent.mkdir()
        shim.write_text(
            f'#!/bin/sh\ncase $1 in post-*|pre-push) echo "$1 $2" >> "{outside}/theirs" ;; esac\nexec {program} "$@"\n'
        )
        shim.chmod(0o755)
        self.repo = Repo(repo.root, {**repo.env, "PATH": f"{shim.parent}:{repo.env['PATH']}"})
        self.outside = outside
        repo.config(CONFIG)
        repo.git("init", "-q", "--bare", str(outside / "remote"))
        repo.git("remote", "add", "origin", str(outside / "remote"))
        self.files = 0

    def lfs(self, *args: str, code: int = 0) -> None:
        done = self.repo.try_git("lfs", *args)
        assert done.returncode == code, said(done)

    def installs(self) -> None:
        done = self.repo.gofigure("install-hooks")
        assert done.returncode == 0, said(done)

    def folder(self) -> dict[str, tuple[bytes, int]]:
        hooks = self.repo.root / ".git/hooks"
        return {path.name: (path.read_bytes(), path.stat().st_mode) for path in hooks.iterdir()}

    def check(self, *, theirs: bool = True, ours: bool = True, uploads: bool = True) -> None:
        """A commit, a branch, a merge and a push; with git-lfs at work, each large file so far has arrived."""
        self.files += 1
        self.repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
        self.repo.write(f"{self.files}.bin", f"large {self.files}")
        assert self.repo.commit("one").returncode == 0
        assert self._told() == self._expected("post-commit", theirs=theirs, ours=ours)
        self.repo.git("checkout", "-q", "-b", f"side-{self.files}", "HEAD~0")
        assert self._told() == self._expected("post-checkout", theirs=theirs, ours=ours)
        self.repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "side")
        self.repo.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "main")
        self.repo.git("merge", "-q", f"side-{self.files}")
        assert self._told() == self._expected("post-merge", theirs=theirs, ours=ours)
        done = self.repo.try_git("push", "-q", "origin", "main")
        assert done.returncode == 0, said(done)
        assert self._told() == self._expected("pre-push", theirs=theirs, ours=ours)
        objects = [path for path in (self.outside / "remote/lfs/objects").rglob("*") if path.is_file()]
        assert len(objects) == (self.files if uploads else 0)

    def _told(self) -> list[str]:
        told = []
        for whose in ("theirs", "ours"):
            place: Path = self.outside / whose
            told += [f"{whose} {line.split()[0]}" for line in place.read_text().splitlines()] if place.exists() else []
            place.unlink(missing_ok=True)
        return told

    def _expected(self, hook: str, *, theirs: bool, ours: bool) -> list[str]:
        return [f"theirs {hook}"] * theirs + [f"ours {hook}"] * ours


@pytest.fixture
def lfs(repo: Repo) -> Lfs:
    return Lfs(repo)


def test_git_lfs_before(lfs: Lfs) -> None:
    lfs.lfs("install", "--local")
    alone = lfs.folder()
    assert set(alone) == set(HOOKS)
    lfs.installs()
    lfs.check()
    both = lfs.folder()
    lfs.installs()
    assert lfs.folder() == both
    lfs.lfs("install", "--local", code=2)  # it says that there is a hook, and leaves it alone
    assert lfs.folder() == both
    lfs.repo.gofigure("uninstall-hooks")
    assert lfs.folder() == alone
    lfs.check(ours=False)


def test_git_lfs_after(lfs: Lfs) -> None:
    lfs.installs()
    lfs.lfs("install", "--local", code=2)
    assert lfs.repo.json("status")["hooks"] == list(HOOKS)
    lfs.lfs("update", "--force")
    lfs.check(ours=False)
    assert "pre-push is git-lfs's, which does not run gofigure" in said(lfs.repo.gofigure("status"))
    alone = lfs.folder()
    lfs.installs()
    lfs.check()
    lfs.lfs("update", "--force")
    for _ in range(2):
        lfs.installs()
        lfs.check()
    lfs.repo.gofigure("uninstall-hooks")
    assert lfs.folder() == alone


def test_its_uninstall_leaves_ours(lfs: Lfs) -> None:
    lfs.lfs("install", "--local")
    lfs.installs()
    lfs.lfs("uninstall", "--local")
    assert lfs.repo.json("status")["missing_hooks"] == []
    lfs.check(uploads=False)  # what ours had kept goes on, and has nothing to do
    lfs.repo.gofigure("uninstall-hooks")
    lfs.lfs("uninstall", "--local")
    assert lfs.folder() == {}
    lfs.check(theirs=False, ours=False, uploads=False)


def test_a_push_that_git_lfs_refuses_is_stopped_before_ours(lfs: Lfs) -> None:
    lfs.lfs("install", "--local")
    lfs.installs()
    lfs.check()
    shim = lfs.outside / "bin/git-lfs"  # its filter goes on working: git may ask for it at any time
    shim.write_text(shim.read_text().replace("case $1 in", "case $1 in pre-push) exit 9 ;;"))
    lfs.repo.git("commit", "-q", "--allow-empty", "-m", "two", "--no-verify", env={"GOFIGURE": "0"})
    (lfs.outside / "ours").unlink(missing_ok=True)
    assert lfs.repo.try_git("push", "-q", "origin", "main").returncode != 0
    assert not (lfs.outside / "ours").exists()
