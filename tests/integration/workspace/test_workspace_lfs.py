"""Git LFS: a stage that reads a pointer where a file is meant proves nothing; a private checkout has the files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.eye import eye
from support.private import private
from support.repo import Repo
from support.rig import said, stages

from gofigure.git.program import Git
from gofigure.process.capture import Running

CONTENT = b"\0real content\n" * 200


@pytest.fixture(autouse=True)
def _git_lfs() -> None:
    if shutil.which("git-lfs") is None:
        assert "CI" not in os.environ, "git-lfs is missing here, where everything must be tried"
        pytest.skip("git-lfs is not installed")


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.git("lfs", "install", "--local", "--skip-repo")
    # Whoever asks for a file that is not here gets an error at once, and not the network.
    repo.git("config", "lfs.url", f"file://{repo.root.parent}/remote")
    repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    repo.write("a.bin", CONTENT)
    repo.write("deep/b.bin", b"second")
    repo.write("plain.txt", "plain\n")
    repo.config(
        "[jobs.j]\nstages = ['bin', 'txt']\n"
        f"[stages.bin]\nrun = 'cp a.bin {repo.root.parent}/read'\ninputs = ['**/*.bin']\n"
        "[stages.txt]\nrun = 'cat plain.txt'\ninputs = ['*.txt']\n"
    )
    repo.gofigure("allow")
    assert repo.commit("one").returncode == 0
    assert len(repo.git("show", "HEAD:a.bin")) < 200, "a pointer is committed"
    return repo


def _unsmudged(repo: Repo) -> None:
    """As after a clone with GIT_LFS_SKIP_SMUDGE: pointers in the working tree."""
    for path in ("a.bin", "deep/b.bin"):
        (repo.root / path).unlink()
    repo.git("checkout", "--", "a.bin", "deep/b.bin", env={"GIT_LFS_SKIP_SMUDGE": "1"})
    assert (repo.root / "a.bin").read_bytes().startswith(b"version https://git-lfs")


def _store(repo: Repo) -> Path:
    return repo.root / ".git/lfs/objects"


def _ran(repo: Repo, *args: str) -> Any:
    return stages(repo.json("run", *args))


def test_a_pointer_in_the_working_tree_proves_nothing_and_the_mend_is_told(project: Repo) -> None:
    _unsmudged(project)
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "a.bin and 1 more: Git LFS pointers, not the files (git lfs pull)" in said(done)
    ran = stages(project.json("history"))
    assert (ran["bin"]["proven"], ran["txt"]["proven"]) == (False, True)
    assert ran["bin"]["note"] == "not proven: a.bin: a Git LFS pointer, not the file itself (git lfs pull)"
    project.git("lfs", "checkout")
    assert (project.root / "a.bin").read_bytes() == CONTENT
    ran = _ran(project)
    assert (ran["bin"]["verdict"], ran["bin"]["proven"]) == ("passed", True)
    _unsmudged(project)
    ran = _ran(project)
    assert (ran["bin"]["verdict"], ran["bin"]["proven"]) == ("passed", False), "what is proven is not what stands here"
    assert _ran(project, "--staged")["bin"]["verdict"] == "reused", "and it is what is being committed"


def test_every_way_of_writing_attributes(project: Repo) -> None:
    _unsmudged(project)
    assert set(eye(project).here().unprovable) == {b"a.bin", b"deep/b.bin"}
    project.write(".gitattributes", "")
    assert not eye(project).here().unprovable, "nothing hands them to the filter"
    project.write("deep/.gitattributes", "[attr]big filter=lfs\n*.bin filter=lfs\n")
    assert set(eye(project).here().unprovable) == {b"deep/b.bin"}, "one that git does not know yet"
    project.git("add", "-A")
    assert set(eye(project).here().unprovable) == {b"deep/b.bin"}
    project.write("deep/b.bin", b"smudged")
    assert not eye(project).here().unprovable


def test_without_the_filter_nothing_is_asked(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from gofigure.git import lfs

    asked: list[object] = []
    original = lfs.start_filtered

    def start_filtered(git: Git, index_file: str | None = None) -> Running:
        asked.append(index_file)
        return original(git, index_file)

    monkeypatch.setattr(lfs, "start_filtered", start_filtered)
    eye(project).here()
    assert len(asked) == 1
    project.write(".gitattributes", "*.txt text\n# filter=lfsx\n")
    eye(project).here()
    assert len(asked) == 1


def test_a_private_checkout_has_the_files_from_the_local_store(project: Repo) -> None:
    project.write("a.bin", b"staged " + CONTENT)
    project.git("add", "-A")
    project.write("a.bin", b"not staged")
    ran = _ran(project, "--staged")
    assert (ran["bin"]["place"], ran["bin"]["verdict"], ran["bin"]["proven"]) == ("private", "passed", True)
    assert (project.root.parent / "read").read_bytes() == b"staged " + CONTENT
    assert (project.root / "a.bin").read_bytes() == b"not staged"


def test_what_is_not_in_the_store_is_not_fetched_and_comes_when_it_is_there(project: Repo) -> None:
    moved = project.root.parent / "store"
    project.write("a.bin", b"other")
    project.commit("two")
    _store(project).rename(moved)
    # A server that says what it is asked: nothing may ask it.
    project.git("config", "lfs.url", "http://127.0.0.1:9/never")
    done = project.gofigure("run", "--commit", "HEAD~1")
    assert done.returncode == 0, said(done)
    assert "Traceback" not in said(done)
    assert not (project.root / ".git/lfs/logs").exists() or "127.0.0.1" not in "".join(
        log.read_text() for log in (project.root / ".git/lfs/logs").iterdir()
    )
    ran = stages(project.json("history"))
    assert (ran["bin"]["place"], ran["bin"]["verdict"], ran["bin"]["proven"]) == ("private", "passed", False)
    assert "not proven: a.bin a Git LFS pointer, not the file itself (git lfs pull)" in ran["bin"]["note"]
    shutil.rmtree(_store(project), ignore_errors=True)
    moved.rename(_store(project))
    ran = _ran(project, "--commit", "HEAD~1")
    assert (ran["bin"]["verdict"], ran["bin"]["proven"]) == ("passed", True), ran["bin"]
    assert (project.root.parent / "read").read_bytes() == CONTENT


def test_a_switch_leaves_what_is_the_same_alone(project: Repo) -> None:
    with private(project) as made:
        before = (made.root / "a.bin").stat()
        assert (made.root / "a.bin").read_bytes() == CONTENT
    project.write("deep/b.bin", b"third")
    project.commit("two")
    with private(project) as made:
        assert (made.root / "a.bin").stat().st_ino == before.st_ino
        assert (made.root / "deep/b.bin").read_bytes() == b"third"
        assert made.repo.git("status", "--porcelain") == b""
