"""What git leaves out is never watched."""

from __future__ import annotations

import pytest
from support.backend import folders, heard, paths, repository_of, watched, watching
from support.repo import Repo

from gofigure.git.exclude import is_ignored
from gofigure.triggers.backends.inotify import Inotify


@pytest.fixture
def tree(repo: Repo) -> Repo:
    repo.write("src/a.py", "one")
    repo.write(".gitignore", "node_modules/\n/target\n")
    repo.commit()
    return repo


def test_folders_that_are_ignored_are_not_watched(tree: Repo) -> None:
    for number in range(50):
        tree.write(f"node_modules/p{number}/lib/x.js")
        tree.write(f"src/node_modules/p{number}/x.js")
    tree.write("target/debug/x")
    with watching(tree) as backend:
        assert watched(backend) == folders(tree.root, "node_modules", "target")
        assert backend.words == "inotify, 2 folders"
        tree.write("node_modules/p1/lib/x.js", "y")
        tree.write("target/debug/new/x", "y")
        assert heard(backend) is None


def test_one_that_comes_later_is_not_watched_either(tree: Repo) -> None:
    with watching(tree) as backend:
        for number in range(20):
            tree.write(f"packages/one/node_modules/p{number}/lib/x.js")
            tree.write(f"target/x{number}/y")
        tree.write("packages/one/index.js")
        assert paths(backend) == {b"packages/one/index.js"}
        assert watched(backend) == folders(tree.root, "node_modules", "target")
        tree.write("packages/one/node_modules/p1/lib/x.js", "y")
        assert heard(backend) is None


def test_an_ignored_folder_that_holds_something_tracked_is_watched(tree: Repo) -> None:
    tree.write("target/keep/x", "one")
    tree.write("target/debug/y", "one")
    tree.git("add", "-f", "target/keep/x")
    tree.commit()
    with watching(tree) as backend:
        assert watched(backend) == folders(tree.root, "debug")
        tree.write("target/keep/x", "two")
        assert paths(backend) == {b"target/keep/x"}


def test_one_that_a_checkout_brings_is_watched(tree: Repo) -> None:
    tree.git("checkout", "-q", "-b", "other")
    tree.write("target/keep/x", "one")
    tree.git("add", "-f", "target/keep/x")
    tree.commit()
    tree.git("checkout", "-q", "main")
    assert not (tree.root / "target").exists()
    with watching(tree) as backend:
        tree.git("checkout", "-q", "other")
        assert b"target/keep/x" in paths(backend)
        assert watched(backend) == folders(tree.root)


def test_the_rules_change(tree: Repo) -> None:
    tree.write("out/deep/x")
    tree.write("target/debug/x")
    with watching(tree) as backend:
        tree.write(".gitignore", "out/\n")
        assert {b".gitignore", b"target/debug/x"} <= paths(backend)
        assert watched(backend) == folders(tree.root, "out")
        tree.write("out/deep/x", "y")
        assert heard(backend) is None
        tree.write("target/debug/x", "y")
        assert paths(backend) == {b"target/debug/x"}
        tree.write("src/.gitignore", "x/\n")
        tree.write("src/x/y")
        assert paths(backend) == {b"src/.gitignore"}
        assert watched(backend) == folders(tree.root, "out", "x")


def test_the_rules_change_while_the_walk_over_a_change_of_rules_is_under_way(tree: Repo) -> None:
    tree.write("out/x")
    with watching(tree) as backend:
        assert isinstance(backend, Inotify)
        tree.write(".gitignore", "other/\n")
        backend.read()
        while b"out" not in (backend._cover._visited or ()):
            backend._cover.work(0.000001)
        tree.write(".gitignore", "out/\n")
        heard(backend)
        assert watched(backend) == folders(tree.root, "out")


def test_git_answers_for_a_path_inside_an_ignored_folder(tree: Repo) -> None:
    """Asked for it alone, git 2.39 says "internal error"."""
    tree.write("node_modules/a/b/c")
    assert is_ignored(repository_of(tree), b"node_modules/a/b")
    assert is_ignored(repository_of(tree), b"node_modules/a/b/c")
    assert not is_ignored(repository_of(tree), b"src/a.py")


def test_names_that_look_like_patterns(tree: Repo) -> None:
    tree.write(":(top)x/y")
    tree.write("*/y")
    with watching(tree) as backend:
        assert watched(backend) == folders(tree.root)
        tree.write(":!z/node_modules/x")
        tree.write(":!z/y")
        assert paths(backend) == {b":!z/y"}
        assert watched(backend) == folders(tree.root, "node_modules")


def test_a_log_that_grows_is_looked_for_once(tree: Repo) -> None:
    tree.write(".gitignore", "*.log\n")
    tree.commit()
    log = tree.write("src/server.log")
    with watching(tree) as backend:
        log.write_text("a line")
        assert paths(backend) == {b"src/server.log"}
        for _ in range(3):
            log.write_text("another line")
            assert heard(backend) is None
        tree.write("src/a.py", "two")
        assert paths(backend) == {b"src/a.py"}


def test_a_log_that_is_added_to_git_after_all_is_content(tree: Repo) -> None:
    tree.write(".gitignore", "*.log\n")
    tree.commit()
    log = tree.write("src/server.log")
    with watching(tree) as backend:
        log.write_text("a line")
        heard(backend)
        tree.git("add", "-f", "src/server.log")
        for number in range(2):
            log.write_text(f"line {number}")
            assert paths(backend) == {b"src/server.log"}


def test_a_file_that_the_rules_left_out_until_now(tree: Repo) -> None:
    tree.write(".gitignore", "*.log\n")
    log = tree.write("src/server.log")
    with watching(tree) as backend:
        log.write_text("a line")
        heard(backend)
        tree.write(".gitignore", "")
        heard(backend)
        log.write_text("another")
        assert paths(backend) == {b"src/server.log"}


def test_a_question_that_git_refuses_does_not_end_it(tree: Repo) -> None:
    """A configuration that is being written, say."""
    with watching(tree) as backend:
        config = tree.root / ".git/config"
        good = config.read_text()
        config.write_text(good + "[half")
        Repo.create(tree.root.parent / "elsewhere", tree.env).write("b/c")
        (tree.root.parent / "elsewhere").rename(tree.root / "nested")
        heard(backend)
        config.write_text(good)
        tree.write("src/a.py", "two")
        assert b"src/a.py" in paths(backend)
