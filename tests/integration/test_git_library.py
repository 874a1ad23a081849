"""Commits by libgit2: the same that git lists, and git itself where libgit2 cannot read the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.repo import Repo

from gofigure.errors import GitError
from gofigure.git import commits, library
from gofigure.git.program import Git


def git_of(repo: Repo, git_dir: str = "") -> Git:
    return Git(str(repo.root), git_dir or str(repo.root / ".git"), repo.env)


def test_the_same_as_git_lists(repo: Repo) -> None:
    for number, message in enumerate(
        ("one", "two\n\nwith more\n", "three lines\nof one\nsubject\n\nand more", "ü \U0001f600")
    ):
        repo.write("a.py", f"{number}\n")
        repo.git("add", "a.py")
        repo.git("commit", "-q", "-m", message)
    repo.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    for limit in (2, 4, 5, 9):
        found = library._read(str(repo.root / ".git"), limit)
        assert found == commits._listed(git_of(repo), limit)
        assert library.newest(git_of(repo), limit) == commits.newest(git_of(repo), limit)


def test_a_merge_and_a_linked_worktree(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.py", "1\n")
    repo.commit()
    repo.git("switch", "-q", "-c", "side")
    repo.git("commit", "-q", "--allow-empty", "-m", "aside")
    repo.git("switch", "-q", "-")
    repo.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    repo.git("worktree", "add", "-q", str(tmp_path / "other"), "side")
    linked = next((repo.root / ".git/worktrees").iterdir())
    found = library._read(str(linked), 5)
    assert found is not None
    assert [one.subject for one in found] == ["aside", found[-1].subject]
    newest = library.newest(git_of(repo), 1)
    assert (newest.commits[0].subject, len(newest.commits[0].parents), newest.more) == ("merged", 2, True)


def test_what_libgit2_cannot_read_git_lists(tmp_path: Path, environment: dict[str, str]) -> None:
    root = tmp_path / "sha256"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", str(root)], env=environment, check=True)
    repo = Repo(root, environment)
    repo.write("a.py", "1\n")
    repo.commit()
    assert library._read(str(root / ".git"), 1) is None
    assert len(library.newest(git_of(repo), 1).commits[0].id) == 64


def test_no_commit_yet(repo: Repo) -> None:
    with pytest.raises(GitError):
        library.newest(git_of(repo), 1)
