"""F27: whatever state git is in, `run`, `run --staged`, `status` and the hook run, or say why not; none breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from support.repo import Repo
from support.rig import said

CONFIG = """
[jobs.j]
on = ["pre-commit"]
stages = ["s", "t"]
[stages.s]
run = "true"
branches = ["main", "side"]
during = ["!am"]
changed = ["a"]
[stages.t]
run = 'cat "$@" > ../seen'
files = "."
"""
CONFLICT = "the index has conflicts"


def _detached(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach")


def _orphan(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "new")


def _conflict(repo: Repo) -> None:
    assert repo.try_git("merge", "side").returncode != 0


def _merge(repo: Repo) -> None:
    repo.try_git("merge", "-s", "ours", "--no-commit", "side")
    assert (repo.root / ".git" / "MERGE_HEAD").exists()


def _rebase(repo: Repo) -> None:
    repo.git("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-q", "-i", "HEAD~1")


def _rebase_in_conflict(repo: Repo) -> None:
    assert repo.try_git("rebase", "side").returncode != 0


def _rebase_applying(repo: Repo) -> None:
    assert repo.try_git("rebase", "--apply", "side").returncode != 0


def _pick(repo: Repo) -> None:
    repo.git("cherry-pick", "--no-commit", "-s", "-X", "theirs", "side")


def _pick_in_conflict(repo: Repo) -> None:
    assert repo.try_git("cherry-pick", "side").returncode != 0


def _revert_in_conflict(repo: Repo) -> None:
    repo.write("a", "later\n")
    repo.git("commit", "-qam", "later")
    assert repo.try_git("revert", "HEAD~1").returncode != 0


def _am(repo: Repo) -> None:
    assert repo.try_git("am", stdin=repo.git("format-patch", "-1", "--stdout", "side")).returncode != 0


def _bisect(repo: Repo) -> None:
    repo.git("bisect", "start", "HEAD", "HEAD~1")


def _unborn(repo: Repo) -> None:
    repo.git("symbolic-ref", "HEAD", "refs/heads/unborn")


def _stopped(repo: Repo) -> None:
    """A merge of two others at once, squashed and left."""
    repo.try_git("merge", "--squash", "-X", "ours", "side")


CONFLICTS = (_conflict, _rebase_in_conflict, _rebase_applying, _pick_in_conflict, _revert_in_conflict)
STATES = (_detached, _orphan, _merge, _rebase, _pick, _am, _bisect, _unborn, _stopped, *CONFLICTS)


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a", "base\n")
    repo.commit("base")
    repo.git("checkout", "-qb", "side")
    repo.write("a", "side\n")
    repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.write("a", "main\n")
    repo.commit("main")
    return repo


def _try(repo: Repo, *args: str, env: Mapping[str, str] = {}) -> tuple[int, str]:
    done = repo.gofigure(*args, env=env)
    assert "Traceback" not in said(done)
    return done.returncode, said(done)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__[1:])
def test_a_state_of_git(configured: Repo, state: Callable[[Repo], None]) -> None:
    repo = configured
    state(repo)
    assert repo.gofigure("install-hooks").returncode == 0
    for command in (("run",), ("run", "--all-files"), ("status",), ("why", "s")):
        code, words = _try(repo, *command)
        assert code == 0, words
    code, words = _try(repo, "run", "--staged")
    assert (code, CONFLICT in words) == ((2, True) if state in CONFLICTS else (0, False)), words
    if state in CONFLICTS:
        repo.write("a", "resolved\n")
    elif state in (_rebase, _bisect, _detached):
        repo.write("a", "edited\n")
    repo.git("add", "-A")
    done = repo.try_git("commit", "-qm", "x", "--allow-empty")
    assert done.returncode == 0, said(done)
    assert "j: run " in said(done) or "j: reused" in said(done)
    assert "Traceback" not in said(done)
    code, words = _try(repo, "run", "--from-ref", "side")
    assert code == 0, words
