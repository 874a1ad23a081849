"""A push into a repository that somebody works in: git starts its hooks in the git directory and names only that."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.repo import Done, Repo
from support.rig import lines, said

SAY = 'echo "$GOFIGURE_HOOK ${GOFIGURE_REFS-} $GOFIGURE_TO_REF" >> ../saw; pwd -P >> ../where'


def _gate(repo: Repo, run: str, *hooks: str) -> None:
    names = ", ".join(f'"{hook}"' for hook in hooks)
    repo.config(f"[jobs.j]\non = [{names}]\nstages = [\"s\"]\n[stages.s]\ninputs = [\"nothing\"]\nrun = '''{run}'''\n")
    done = repo.gofigure("install-hooks")
    assert done.returncode == 0, said(done)


@pytest.fixture
def here(repo: Repo) -> Repo:
    """Where somebody works, and takes pushes to what is checked out."""
    repo.write(".gitignore", ".gofigure.toml\n")
    repo.write("file", "one\n")
    repo.write("apart", "one\n")
    repo.commit("one")
    repo.git("config", "receive.denyCurrentBranch", "updateInstead")
    return repo


@pytest.fixture
def other(here: Repo, tmp_path: Path) -> Repo:
    """A clone with one more commit."""
    here.git("clone", "-q", str(here.root), str(tmp_path / "other"))
    clone = here.at(tmp_path / "other")
    clone.write("file", "two\n")
    clone.commit("two")
    return clone


def _push(repo: Repo, *args: str) -> Done:
    return repo.try_git("push", "-q", "origin", *(args or ("main",)))


def _file(repo: Repo) -> str:
    return (repo.root / "file").read_text()


def _clean(repo: Repo) -> bool:
    return repo.git("status", "--porcelain") == b""


def test_every_hook_finds_the_working_tree(here: Repo, other: Repo, tmp_path: Path) -> None:
    """Git itself takes the git directory for it there, and a gate without a configuration would stand open."""
    _gate(here, SAY, "pre-receive", "update", "push-to-checkout", "post-receive", "post-update")
    done = _push(other)
    assert done.returncode == 0, said(done)
    two = other.git("rev-parse", "HEAD").decode().strip()
    assert (tmp_path / "saw").read_text().splitlines() == [
        f"pre-receive refs/heads/main {two}",
        f"update refs/heads/main {two}",
        f"push-to-checkout  {two}",
        f"post-receive refs/heads/main {two}",
        f"post-update refs/heads/main {two}",
    ]
    assert set((tmp_path / "where").read_text().splitlines()) == {str(here.root.resolve())}
    assert _file(here) == "two\n"
    assert _clean(here)


def test_in_a_linked_worktree_s_repository(here: Repo, other: Repo, tmp_path: Path) -> None:
    """A push to the place of a linked worktree is received in its own part of the git directory."""
    here.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    _gate(here.at(tmp_path / "linked"), SAY, "pre-receive")
    done = other.try_git("push", "-q", str(tmp_path / "linked"), "main:new")
    assert done.returncode == 0, said(done)
    assert lines(tmp_path / "saw") == 1


def test_a_failure_leaves_all_as_it_is(here: Repo, other: Repo) -> None:
    _gate(here, "false", "push-to-checkout")
    before = here.git("rev-parse", "HEAD")
    done = _push(other)
    assert done.returncode != 0
    assert (here.git("rev-parse", "HEAD"), _file(here)) == (before, "one\n")
    assert _clean(here)


@pytest.mark.parametrize("hook", ["push-to-checkout", "pre-receive"])
@pytest.mark.parametrize("staged", [True, False])
def test_changes_are_not_written_over(here: Repo, other: Repo, hook: str, *, staged: bool) -> None:
    """t5516 'updateInstead': with our hook there, as without; not even where the push brings no other version."""
    _gate(here, "true", hook)
    here.write("apart", "mine\n")
    if staged:
        here.git("add", "apart")
    done = _push(other)
    assert done.returncode != 0, said(done)
    assert b"changes" in done.stderr
    assert _file(here) == "one\n"


def test_what_is_staged_there_can_be_read_beside_what_arrives(here: Repo, other: Repo, tmp_path: Path) -> None:
    """Quarantine: git then looks for objects in two places, and so must we."""
    _gate(here, SAY, "pre-receive")
    here.write("apart", "staged\n")
    here.git("add", "apart")
    here.write("apart", "and more\n")
    here.write("sub/new", "staged\n")
    here.git("add", "sub")
    (here.root / "sub/new").unlink()
    done = _push(other, "main:new")
    assert done.returncode == 0, said(done)
    assert lines(tmp_path / "saw") == 1


def test_a_stage_or_an_earlier_hook_may_do_it_itself(here: Repo, other: Repo, tmp_path: Path) -> None:
    """t5516 'push into a repository with push-to-checkout': what stands there takes git's place."""
    script = here.root / ".git/hooks/push-to-checkout"
    script.parent.mkdir(exist_ok=True)
    script.write_text(f'#!/bin/sh\necho "$1" >> \'{tmp_path}/kept\'\nexec git read-tree -u -m HEAD "$1"\n')
    script.chmod(0o755)
    _gate(here, f"test ! -e '{tmp_path}/kept'", "push-to-checkout")
    done = _push(other)
    assert done.returncode == 0, said(done)
    assert (lines(tmp_path / "kept"), _file(here)) == (1, "two\n")
    here.gofigure("uninstall-hooks")
    script.unlink()
    _gate(here, 'git read-tree -u -m HEAD "$1"', "push-to-checkout")
    other.write("file", "three\n")
    other.commit("three")
    done = _push(other)
    assert done.returncode == 0, said(done)
    assert _file(here) == "three\n"
    assert _clean(here)


def test_told_to_run_nothing_git_s_own_work_is_done_all_the_same(here: Repo, other: Repo) -> None:
    _gate(here, "false", "push-to-checkout")
    done = other.try_git("push", "-q", "origin", "main", env={"GOFIGURE": "0"})
    assert done.returncode == 0, said(done)
    assert _file(here) == "two\n"
    assert _clean(here)


def test_into_a_branch_without_commits(tmp_path: Path, environment: dict[str, str], other: Repo) -> None:
    """t5516 'updateInstead with unborn branch'."""
    unborn = Repo.create(tmp_path / "unborn", environment)
    unborn.git("config", "receive.denyCurrentBranch", "updateInstead")
    _gate(unborn, "true", "push-to-checkout")
    unborn.write(".git/info/exclude", ".gofigure*\n")
    done = other.try_git("push", "-q", str(unborn.root), "main")
    assert done.returncode == 0, said(done)
    assert _file(unborn) == "two\n"
    assert _clean(unborn)


def test_a_git_directory_that_belongs_nowhere(here: Repo, other: Repo, tmp_path: Path) -> None:
    """Neither bare nor beside a working tree: what cannot be found is no reason to let a push in."""
    _gate(here, "true", "pre-receive")
    around = Repo.create(tmp_path / "around", here.env)
    (here.root / ".git").rename(around.root / "lost.git")
    other.git("remote", "set-url", "origin", str(around.root / "lost.git"))
    done = _push(other)
    assert done.returncode != 0
    assert b"is told to have a working tree" in done.stderr


def test_a_relative_hooks_path_is_another_one_where_a_push_arrives(here: Repo, other: Repo, tmp_path: Path) -> None:
    here.git("config", "core.hooksPath", ".git/my-hooks")
    here.config('[jobs.j]\non = ["pre-receive"]\nstages = ["s"]\n[stages.s]\nrun = "false"\n')
    done = here.gofigure("install-hooks")
    assert done.returncode == 2
    assert b"another folder where a push arrives" in done.stderr
    mend = done.stderr.decode().splitlines()[-1].split()
    assert mend[:2] == ["git", "config"]
    here.git(*mend[1:])
    assert here.gofigure("install-hooks").returncode == 0
    assert _push(other, "main:new").returncode != 0
