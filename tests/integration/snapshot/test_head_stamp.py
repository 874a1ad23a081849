"""What HEAD means is asked again whenever something may have moved it."""

from __future__ import annotations

import os

import pytest
from support.repo import Repo

from gofigure.git.environment import GitVariables
from gofigure.git.repository import Repository, answer, ask, head_stamp, with_head

MOVES = (
    ["commit", "-q", "--allow-empty", "-m", "2"],
    ["commit", "-q", "--amend", "--allow-empty", "-m", "3"],
    ["pack-refs", "--all"],
    ["commit", "-q", "--allow-empty", "-m", "4"],
    ["reset", "-q", "--soft", "HEAD~1"],
    ["checkout", "-q", "-b", "other"],
    ["checkout", "-q", "--detach"],
    ["commit", "-q", "--allow-empty", "-m", "5"],
    ["checkout", "-q", "main"],
    ["branch", "-f", "side", "HEAD~1"],
    ["symbolic-ref", "HEAD", "refs/heads/side"],
    ["update-ref", "refs/heads/side", "main"],
    ["checkout", "-q", "--orphan", "unborn"],
)


def repository_of(repo: Repo) -> Repository:
    return answer(ask(os.fspath(repo.root), repo.env, GitVariables()))


@pytest.mark.parametrize("linked", [False, True])
def test_no_move_goes_unseen(repo: Repo, linked: bool) -> None:
    repo.write("a", "1")
    repo.commit()
    repo.write("a", "2")
    repo.commit()
    if linked:
        repo.git("worktree", "add", "-q", "../linked", "-b", "linked")
        repo = repo.at(repo.root.parent / "linked")
    repository = repository_of(repo)
    moved = 0
    for move in MOVES:
        if linked and "main" in move:
            continue
        before, stamp = with_head(repository).head, head_stamp(repository)
        assert stamp is not None
        repo.git(*move)
        after = with_head(repository).head
        assert after == before or head_stamp(repository) != stamp, move
        moved += after != before
        assert head_stamp(repository) == head_stamp(repository)
    assert moved >= 5


@pytest.mark.parametrize("name", ["refs/heads/alias", "refs/other/x"])
def test_where_no_file_tells_only_git_can(repo: Repo, name: str) -> None:
    """A branch that is another name of a branch, and what is no branch: libgit2 and `git symbolic-ref` make such."""
    repo.write("a", "1")
    repo.commit()
    repository = repository_of(repo)
    assert head_stamp(repository) is not None
    if name == "refs/heads/alias":
        repo.git("symbolic-ref", name, "refs/heads/main")
    else:
        repo.git("update-ref", name, "HEAD")
    repo.git("symbolic-ref", "HEAD", name)
    assert head_stamp(repository) is None
    repo.git("checkout", "-q", "main")
    assert head_stamp(repository) is not None
