"""What is no content may become it while it is watched, and the other way round."""

from __future__ import annotations

import os
import shutil

import pytest
from support.backend import finish, folders, heard, paths, watched, watching
from support.repo import Repo

from gofigure.triggers.backends.base import Backend

ALLOW = ("-c", "protocol.file.allow=always")


@pytest.fixture
def tree(repo: Repo) -> Repo:
    repo.write("a.py", "one")
    repo.write(".gitignore", "gen/\n")
    repo.commit()
    repo.write("gen/deep/x", "one")
    repo.write("gen/other/y", "one")
    return repo


@pytest.fixture
def inner(tree: Repo) -> Repo:
    """A repository to take in."""
    made = Repo.create(tree.root.parent / "inner", tree.env)
    made.write("lib/x.py", "x")
    made.commit()
    return made


def _asked(backend: Backend) -> set[bytes]:
    """What it says although nothing has made it readable; it is asked every few seconds."""
    waking = backend.read()
    later = finish(backend)
    return {path for one in (waking, later) if one is not None for path in one.paths}


def _add(tree: Repo, inner: Repo) -> Repo:
    tree.git(*ALLOW, "submodule", "--quiet", "add", os.fspath(inner.root), "sub")
    return tree.at(tree.root / "sub")


def test_a_file_in_an_ignored_folder_is_added_to_git(tree: Repo) -> None:
    with watching(tree) as backend:
        tree.git("add", "-f", "gen/deep/x")
        assert _asked(backend) == {b"gen/deep/x"}
        assert watched(backend) == folders(tree.root, "other")
        tree.write("gen/deep/x", "two")
        assert paths(backend) == {b"gen/deep/x"}
        assert _asked(backend) == set()


def test_a_repository_inside_stops_being_one(tree: Repo, inner: Repo) -> None:
    inner.write("y")
    os.rename(inner.root, tree.root / "nested")
    with watching(tree) as backend:
        tree.write("nested/lib/x.py", "two")
        assert heard(backend) is None
        shutil.rmtree(tree.root / "nested/.git")
        assert {b"nested", b"nested/y", b"nested/lib/x.py"} <= paths(backend)
        tree.write("nested/lib/x.py", "three")
        assert paths(backend) == {b"nested/lib/x.py"}
        assert watched(backend) == folders(tree.root, "gen")


def test_a_folder_becomes_a_repository(tree: Repo) -> None:
    tree.write("nested/lib/x.py", "one")
    with watching(tree) as backend:
        Repo.create(tree.root / "nested", tree.env)
        assert b"nested" in paths(backend)
        assert watched(backend) == folders(tree.root, "gen", "lib")
        tree.write("nested/lib/x.py", "two")
        tree.write("nested/y", "two")
        assert heard(backend) is None


def test_a_new_submodule(tree: Repo, inner: Repo) -> None:
    with watching(tree) as backend:
        sub = _add(tree, inner)
        heard(backend)
        _asked(backend)
        sub.write("lib/x.py", "two")
        assert paths(backend) == {b"sub/lib/x.py"}
        sub.commit()
        assert paths(backend) == {b"sub"}


def test_a_commit_in_a_submodule(tree: Repo, inner: Repo) -> None:
    sub = _add(tree, inner)
    tree.commit()
    sub.write("lib/x.py", "two")
    sub.git("add", "-A")
    with watching(tree) as backend:
        tree.git("status")
        sub.git("status")
        assert heard(backend) is None
        sub.git("commit", "-q", "-m", "on its branch")
        assert paths(backend) == {b"sub"}
        sub.git("checkout", "-q", "--detach")
        assert paths(backend) == {b"sub"}
        sub.git("commit", "-q", "--allow-empty", "-m", "detached")
        assert paths(backend) == {b"sub"}
        sub.git("reset", "-q", "--soft", "HEAD~1")
        assert paths(backend) == {b"sub"}


def test_a_submodule_that_keeps_its_repository_in_place(tree: Repo, inner: Repo) -> None:
    os.rename(inner.root, tree.root / "sub")
    tree.git("add", "sub")
    tree.commit()
    with watching(tree) as backend:
        tree.at(tree.root / "sub").git("commit", "-q", "--allow-empty", "-m", "2")
        assert paths(backend) == {b"sub"}
        os.rename(tree.root / "sub", tree.root.parent / "outside")
        assert b"sub" in paths(backend)
        tree.at(tree.root.parent / "outside").git("commit", "-q", "--allow-empty", "-m", "3")
        assert heard(backend) is None


def test_a_submodule_of_a_linked_worktree(tree: Repo, inner: Repo) -> None:
    _add(tree, inner)
    tree.commit()
    tree.git("worktree", "add", "-q", "../linked")
    linked = tree.at(tree.root.parent / "linked")
    linked.git(*ALLOW, "submodule", "--quiet", "update", "--init")
    with watching(linked) as backend:
        linked.at(linked.root / "sub").git("commit", "-q", "--allow-empty", "-m", "2")
        assert paths(backend) == {b"sub"}
