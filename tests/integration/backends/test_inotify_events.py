"""Which events are a reason to look, and which are not."""

from __future__ import annotations

import os

import pytest
from support.repo import Repo
from support.backend import heard, paths, watching


@pytest.fixture
def tree(repo: Repo) -> Repo:
    repo.write("src/a.py", "one")
    repo.write("src/deep/b.py", "two")
    repo.write(".gitignore", "node_modules/\n*.log\n")
    repo.commit()
    return repo


def test_a_write_a_new_file_a_removal_a_mode_and_a_rename(tree: Repo) -> None:
    with watching(tree) as backend:
        tree.write("src/a.py", "other")
        assert paths(backend) == {b"src/a.py"}
        tree.write("src/deep/new.py", "x")
        assert paths(backend) == {b"src/deep/new.py"}
        os.unlink(tree.root / "src/a.py")
        assert paths(backend) == {b"src/a.py"}
        (tree.root / "src/deep/b.py").chmod(0o755)
        assert paths(backend) == {b"src/deep/b.py"}
        os.rename(tree.root / "src/deep/b.py", tree.root / "c.py")
        assert paths(backend) == {b"src/deep/b.py", b"c.py"}
        assert heard(backend) is None


@pytest.mark.parametrize("issue", ["bacon#254", "chokidar#175"])
def test_a_file_that_an_editor_puts_in_place_of_the_old_one_is_seen_each_time(tree: Repo, issue: str) -> None:
    with watching(tree) as backend:
        for number in range(3):
            tree.write("src/.goutputstream-XYZ", f"text {number}")
            assert heard(backend) is None
            os.rename(tree.root / "src/.goutputstream-XYZ", tree.root / "src/a.py")
            assert paths(backend) == {b"src/a.py"}


def test_what_editors_leave_lying_is_no_reason_to_look(tree: Repo) -> None:
    with watching(tree) as backend:
        for name in ("4913", ".a.py.swp", "a.py~", ".#a.py", "#a.py#", "a.py___jb_tmp___"):
            tree.write(f"src/{name}", "x").unlink()
        assert heard(backend) is None


def test_what_gofigure_writes_itself_is_no_reason_to_look(tree: Repo) -> None:
    with watching(tree) as backend:
        for name in (".gofigure", ".gofigure-journal", ".git/index.lock", ".git/gofigure/x"):
            tree.write(name, "x")
        assert heard(backend) is None
        tree.write(".gofigure.local.toml", "x")
        assert paths(backend) == {b".gofigure.local.toml"}


def test_a_look_makes_no_events(tree: Repo) -> None:
    with watching(tree) as backend:
        tree.git("status", "--porcelain")
        tree.git("diff")
        assert heard(backend) is None


def test_a_hard_link_is_seen_when_it_is_made_and_when_it_is_written_through(tree: Repo) -> None:
    with watching(tree) as backend:
        os.link(tree.root / "src/a.py", tree.root / "src/deep/also.py")
        assert b"src/deep/also.py" in paths(backend)
        tree.write("src/deep/also.py", "changed for both")
        assert paths(backend) == {b"src/deep/also.py"}


def test_names_that_are_no_utf8_are_names_like_others(tree: Repo) -> None:
    with watching(tree) as backend:
        tree.write(b"src/\xff\xfe.py", "x")
        assert paths(backend) == {b"src/\xff\xfe.py"}
        tree.write(b"\xe9t\xe9/na\nme", "x")
        assert paths(backend) == {b"\xe9t\xe9/na\nme"}
        tree.write(b"\xe9t\xe9/na\nme", "y")
        assert paths(backend) == {b"\xe9t\xe9/na\nme"}


def test_a_folder_of_its_own_is_no_content(tree: Repo) -> None:
    with watching(tree) as backend:
        (tree.root / "empty").mkdir()
        (tree.root / "src").chmod(0o755)
        os.utime(tree.root / "src")
        assert heard(backend) is None


def test_a_file_is_told_of_at_once(tree: Repo) -> None:
    with watching(tree) as backend, (tree.root / "src/a.py").open("w") as file:
        file.write("half")
        file.flush()
        assert paths(backend) == {b"src/a.py"}, "before it is closed"


def test_words(tree: Repo) -> None:
    with watching(tree) as backend:
        assert backend.words == "inotify, 3 folders"
        assert backend.degraded == ""
        assert backend.interval == 30
        backend.took(0.5)
        assert backend.interval == 150


def test_a_folder_outside_git(tree: Repo) -> None:
    tree.write(".gofigure.d/lock")
    with watching(tree, in_git=False) as backend:
        tree.write("src/a.py", "other")
        tree.write("new/x.log", "x")
        tree.write(".gofigure.d/lock", "x")
        assert paths(backend) == {b"src/a.py", b"new/x.log"}
