"""In a folder that the user has named, what they have done there is never written over."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.checkouts import Project
from support.servers import Upstream


def git(folder: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def named(project: Project, upstream: Upstream, tmp_path: Path) -> Path:
    upstream.push({".gitignore": "cache/\n"})
    project.checks_out(str(upstream.bare), f'dest = "{tmp_path / "there"}"').run()
    return tmp_path / "there"


def refused(project: Project, words: str) -> None:
    assert project.verdicts(code=1)["src"] == "failed"
    assert words in project.log()


@pytest.mark.parametrize("moved_on", [False, True])
def test_changes_and_new_files(project: Project, upstream: Upstream, named: Path, moved_on: bool) -> None:
    (named / "a.txt").write_text("mine\n")
    (named / "notes.txt").write_text("mine\n")
    if moved_on:
        upstream.push({"a.txt": "two\n"})
    for _ in range(2):
        refused(project, f"{named} has changes that would be written over: a.txt, notes.txt")
        assert f"git -C {named} stash -u" in project.log()
        assert ((named / "a.txt").read_text(), (named / "notes.txt").read_text()) == ("mine\n", "mine\n")
    git(named, "-c", "user.name=x", "-c", "user.email=x@example.org", "stash", "-q", "-u")
    assert project.verdicts()["src"] == "passed"
    assert (named / "a.txt").read_text() == ("two\n" if moved_on else "one\n")


def test_a_commit_that_is_nowhere_else(project: Project, upstream: Upstream, named: Path) -> None:
    git(named, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "--allow-empty", "-m", "mine")
    mine = git(named, "rev-parse", "HEAD")
    refused(project, "a commit of your own that would be lost")
    assert git(named, "rev-parse", "HEAD") == mine
    git(named, "branch", "kept")
    assert project.verdicts()["src"] == "passed"
    assert git(named, "rev-parse", "kept") == mine


def test_what_is_ignored_or_only_moved_on_is_nothing_of_theirs(
    project: Project, upstream: Upstream, named: Path
) -> None:
    (named / "cache").mkdir()
    (named / "cache" / "x").write_text("warm\n")
    upstream.work.git("commit", "-q", "--amend", "-m", "another history")
    upstream.work.git("push", "-q", "--force", "origin", "HEAD")
    upstream.push({"a.txt": "two\n"})
    assert project.verdicts() == {"src": "passed", "use": "passed"}
    assert (named / "cache" / "x").exists()


def test_what_we_left_half_done_is_ours(project: Project, upstream: Upstream, named: Path) -> None:
    Path(git(named, "rev-parse", "--absolute-git-dir"), "gofigure-left").write_text("")  # as who is killed leaves it
    (named / "a.txt").write_text("half\n")
    assert project.verdicts()["src"] == "passed"
    assert (named / "a.txt").read_text() == "one\n"


def test_what_nobody_can_look_at(project: Project, upstream: Upstream, named: Path) -> None:
    [mirror] = (project.repo.root / ".git/gofigure/sources/mirrors").glob("*.git")
    shutil.rmtree(mirror)
    (named / "a.txt").write_text("mine\n")
    refused(project, f"move it away: mv {named} {named}.old")
    assert (named / "a.txt").read_text() == "mine\n"
