"""What may be asked for, and what is brought for it: exactly that commit, whatever stood there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.checkouts import Project
from support.repo import Repo
from support.servers import Upstream


def git(folder: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_branch_tag_commit_and_pull_request(project: Project, upstream: Upstream) -> None:
    first = upstream.head()
    upstream.work.git("tag", "-a", "-m", "a tag", "v1")
    upstream.work.git("push", "-q", "origin", "v1", f"{first}:refs/pull/7/head")
    upstream.work.git("switch", "-q", "-c", "feature/x")
    second = upstream.push({"a.txt": "two\n"})
    for ref, commit in {"v1": first, "feature/x": second, first: first, "pull/7/head": first, "HEAD": first}.items():
        project.checks_out(str(upstream.bare), f'ref = "{ref}"')
        project.run()
        assert project.made()["commit"] == commit, ref
        assert git(project.dest, "rev-parse", "HEAD") == commit
        assert (project.dest / "a.txt").read_text() == ("one\n" if commit == first else "two\n")


def test_a_commit_that_is_here_is_not_asked_for(project: Project, upstream: Upstream) -> None:
    commit = upstream.head()
    project.checks_out(str(upstream.bare), f'ref = "{commit}"').run()
    shutil.rmtree(upstream.bare)
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    shutil.rmtree(project.dest)
    assert project.verdicts() == {"src": "passed", "use": "reused"}, "it is in the mirror"
    assert (project.dest / "a.txt").exists()


@pytest.mark.parametrize("kind", ["tree", "blob"])
def test_a_tag_of_something_else_is_named_as_what_it_is(project: Project, upstream: Upstream, kind: str) -> None:
    upstream.work.git("tag", "odd", "HEAD^{tree}" if kind == "tree" else "HEAD:a.txt")
    upstream.work.git("push", "-q", "origin", "refs/tags/odd")
    project.checks_out(str(upstream.bare), 'ref = "odd"').run(code=1)
    assert f"odd is a {kind} at {upstream.bare}, and no commit" in project.log()
    assert "git clone" not in project.log()


def test_a_branch_beats_a_tag_of_the_same_name(project: Project, upstream: Upstream) -> None:
    upstream.work.git("tag", "both")
    upstream.work.git("push", "-q", "origin", "refs/tags/both")
    upstream.work.git("switch", "-q", "-c", "both")
    commit = upstream.push({"a.txt": "of the branch\n"}, to="HEAD:refs/heads/both")
    project.checks_out(str(upstream.bare), 'ref = "both"').run()
    assert project.made()["commit"] == commit


def test_history_as_deep_as_asked_for(project: Project, upstream: Upstream) -> None:
    for number in range(4):
        upstream.push({"a.txt": f"{number}\n"})
    for depth, commits in ((1, 1), (3, 3), (0, 5)):
        project.checks_out(str(upstream.bare), f"depth = {depth}").run()
        assert git(project.dest, "rev-list", "--count", "HEAD") == str(commits)


def test_a_partial_clone_holds_no_older_content(project: Project, upstream: Upstream) -> None:
    git(upstream.bare, "config", "uploadpack.allowFilter", "true")
    git(upstream.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    old = upstream.work.git("rev-parse", "HEAD:a.txt").decode().strip()
    upstream.push({"a.txt": "two\n"})
    project.checks_out(f"file://{upstream.bare}", 'depth = 0\nfilter = "blob:none"').run()
    assert (project.dest / "a.txt").read_text() == "two\n"
    assert project.made()["digest"] == upstream.digest()
    missing = git(project.dest, "rev-list", "--objects", "--missing=print", "HEAD")
    assert f"?{old}" in missing
    upstream.push({"a.txt": "three\n"})
    project.run()
    assert (project.dest / "a.txt").read_text() == "three\n"


def test_a_repository_with_sha256(project: Project, tmp_path: Path, environment: dict[str, str]) -> None:
    other = Repo.create(tmp_path / "sha256", environment, "--object-format=sha256")
    other.write("a.txt", "one\n")
    other.commit()
    project.checks_out(str(other.root)).run()
    assert project.made()["commit"] == other.git("rev-parse", "HEAD").decode().strip()
    assert project.verdicts() == {"src": "passed", "use": "reused"}


def test_what_a_stage_has_left_there_goes_and_ignored_caches_stay(project: Project, upstream: Upstream) -> None:
    upstream.push({".gitignore": "cache/\n", "c.txt": "c\n"})
    project.run()
    dest = project.dest
    (dest / "a.txt").write_text("spoilt\n")
    (dest / "c.txt").unlink()
    (dest / "new").mkdir()
    (dest / "new" / "file").write_text("left\n")
    subprocess.run(["git", "init", "-q", "nested"], cwd=dest, check=True)
    (dest / "nested" / "file").write_text("left\n")
    (dest / "cache").mkdir()
    (dest / "cache" / "kept").write_text("warm\n")
    git(dest, "switch", "-q", "-c", "of-a-stage")
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert (dest / "a.txt").read_text() == "one\n"
    assert (dest / "c.txt").exists()
    assert not (dest / "new").exists()
    assert not (dest / "nested").exists()
    assert (dest / "cache" / "kept").exists()
    assert git(dest, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"


def test_a_second_clone_needs_little_of_the_remote(project: Project, upstream: Upstream) -> None:
    upstream.push({"big": os.urandom(200_000)})
    project.run()
    shutil.rmtree(project.dest)
    project.run()
    assert "git fetch" not in project.log()
    assert (project.dest / "big").stat().st_size == 200_000


@pytest.mark.parametrize("damage", ["objects", "worktree", "mirror", "lock", "head"])
def test_what_is_broken_here_is_made_anew_once(project: Project, upstream: Upstream, damage: str) -> None:
    project.run()
    [mirror] = (project.repo.root / ".git/gofigure/sources/mirrors").glob("*.git")
    dest = project.dest
    if damage == "objects":
        for file in [*mirror.glob("objects/??/*"), *mirror.glob("objects/pack/*")]:
            file.chmod(0o600)
            file.write_bytes(b"damaged")
    elif damage == "worktree":
        (dest / ".git").unlink()
    elif damage == "mirror":
        shutil.rmtree(mirror)
    elif damage == "lock":
        (Path(git(dest, "rev-parse", "--absolute-git-dir")) / "index.lock").touch()
    else:
        (mirror / "HEAD").unlink()
    upstream.push({"a.txt": "two\n"})
    assert project.verdicts() == {"src": "passed", "use": "passed"}
    assert (dest / "a.txt").read_text() == "two\n"
    assert project.made()["digest"] == upstream.digest()


def test_files_of_git_lfs(project: Project, upstream: Upstream) -> None:
    if shutil.which("git-lfs") is None:
        pytest.skip("there is no git-lfs")
    upstream.work.git("lfs", "install", "--local")
    upstream.work.git("lfs", "track", "*.bin")
    upstream.push({"x.bin": b"\0large\0"})
    upstream.work.git("lfs", "push", "origin", "HEAD")
    project.checks_out(str(upstream.bare)).run()
    assert b"git-lfs" in (project.dest / "x.bin").read_bytes()
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    project.checks_out(str(upstream.bare), "lfs = true").run()
    assert (project.dest / "x.bin").read_bytes() == b"\0large\0"
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert "is still" in project.log(), "contents in the place of pointers are no change"
