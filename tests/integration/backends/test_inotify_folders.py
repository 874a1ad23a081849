"""Folders come, go and move: each that can hold content is watched, at each moment after the last event."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from support.backend import finish, folders, heard, paths, repository_of, watched, watching
from support.repo import Repo

from gofigure.triggers.backends.choice import choose


@pytest.fixture
def tree(repo: Repo) -> Repo:
    for name in ("src/a.py", "src/deep/er/b.py", "docs/c.md"):
        repo.write(name, "x")
    repo.commit()
    return repo


def test_new_folders_whose_files_come_at_once_miss_nothing(tree: Repo) -> None:
    with watching(tree) as backend:
        for number in range(200):
            subprocess.run(f"mkdir -p n{number}/b/c && echo x > n{number}/b/c/f", shell=True, cwd=tree.root, check=True)
            if number % 3 == 0:  # at other times several come together
                assert b"n%d/b/c/f" % number in paths(backend)
        heard(backend)
        assert watched(backend) == folders(tree.root)
        tree.write("n199/b/c/f", "y")
        assert paths(backend) == {b"n199/b/c/f"}


def test_files_that_come_while_the_folder_above_is_looked_into_are_told(tree: Repo) -> None:
    writer = subprocess.Popen(
        "i=0; while [ $i -lt 200 ]; do mkdir -p m$i/b/c; echo x > m$i/b/c/f; i=$((i+1)); done",
        shell=True,
        cwd=tree.root,
    )
    told: set[bytes] = set()
    with watching(tree) as backend:
        while writer.poll() is None:
            told |= paths(backend)
        told |= paths(backend)
        assert watched(backend) == folders(tree.root)
    # What was there before the first look is seen by that.
    first = min((int(path.split(b"/")[0][1:]) for path in told), default=200)
    assert {b"m%d/b/c/f" % number for number in range(first + 1, 200)} <= told


def test_a_folder_that_was_there_untracked_before_is_watched_and_told_of(tree: Repo) -> None:
    tree.write("untracked/x/y", "1")
    (tree.root / "empty").mkdir()
    backend = choose(os.fspath(tree.root), repository_of(tree), poll=False, interval=None)
    try:
        assert backend.unfinished
        said = finish(backend)
        assert said is not None
        assert said.paths == {b"untracked/x/y"}
        assert watched(backend) == folders(tree.root)
    finally:
        backend.close()


def test_a_big_folder_is_renamed(tree: Repo) -> None:
    for number in range(300):
        tree.write(f"big/f{number % 30}/g{number}/file", "x")
    with watching(tree) as backend:
        os.rename(tree.root / "big", tree.root / "huge")
        assert b"big" in paths(backend)
        assert watched(backend) == folders(tree.root)
        tree.write("huge/f1/g1/file", "y")
        assert paths(backend) == {b"huge/f1/g1/file"}, "under its new name"
        os.rename(tree.root / "huge", tree.root.parent / "outside")
        heard(backend)
        assert watched(backend) == folders(tree.root)
        (tree.root.parent / "outside/f1/g1/file").write_text("z")
        assert heard(backend) is None
        os.rename(tree.root.parent / "outside", tree.root / "docs/back")
        assert b"docs/back/f1/g1/file" in paths(backend)
        assert watched(backend) == folders(tree.root)


def test_two_folders_change_places(tree: Repo) -> None:
    with watching(tree) as backend:
        os.rename(tree.root / "src", tree.root / "t")
        os.rename(tree.root / "docs", tree.root / "src")
        os.rename(tree.root / "t", tree.root / "docs")
        assert {b"src", b"docs"} <= paths(backend)
        tree.write("docs/deep/er/b.py", "y")
        assert paths(backend) == {b"docs/deep/er/b.py"}
        tree.write("src/c.md", "y")
        assert paths(backend) == {b"src/c.md"}


def test_a_folder_becomes_a_file_becomes_a_link_becomes_a_folder(tree: Repo) -> None:
    place, elsewhere = tree.root / "docs", tree.root.parent / "elsewhere"
    (elsewhere / "below").mkdir(parents=True)
    with watching(tree) as backend:
        shutil.rmtree(place)
        place.write_text("a file")
        assert b"docs" in paths(backend)
        place.unlink()
        place.symlink_to(elsewhere)
        assert b"docs" in paths(backend)
        (elsewhere / "below/x").write_text("no matter")
        (elsewhere / "x").write_text("no matter")
        assert heard(backend) is None
        place.unlink()
        place.mkdir()
        (place / "c.md").write_text("x")
        assert b"docs/c.md" in paths(backend)
        (place / "c.md").write_text("y")
        assert paths(backend) == {b"docs/c.md"}
        assert watched(backend) == folders(tree.root)


def test_links_to_folders_are_never_followed(tree: Repo) -> None:
    elsewhere = tree.root.parent / "elsewhere"
    elsewhere.mkdir()
    (tree.root / "link").symlink_to(elsewhere)
    (tree.root / "src/loop").symlink_to("..")
    tree.commit()
    with watching(tree) as backend:
        assert watched(backend) == folders(tree.root)
        (elsewhere / "x").write_text("no matter")
        assert heard(backend) is None
        (tree.root / "new").mkdir()
        (tree.root / "new/link").symlink_to(elsewhere)
        assert paths(backend) == {b"new/link"}


def test_a_tracked_folder_in_whose_place_is_a_link_is_not_watched(tree: Repo) -> None:
    elsewhere = tree.root.parent / "elsewhere"
    os.rename(tree.root / "src", elsewhere)
    (tree.root / "src").symlink_to(elsewhere)
    backend = choose(os.fspath(tree.root), repository_of(tree), poll=False, interval=None)
    try:
        assert watched(backend) == folders(tree.root), "from the start"
        finish(backend)
        assert watched(backend) == folders(tree.root)
    finally:
        backend.close()


def test_removed_and_made_again(tree: Repo) -> None:
    with watching(tree) as backend:
        for _ in range(20):
            shutil.rmtree(tree.root / "src")
            tree.write("src/deep/er/b.py", "x")
        assert b"src/deep/er/b.py" in paths(backend)
        assert watched(backend) == folders(tree.root)
        shutil.rmtree(tree.root / "src")
        assert b"src/deep/er/b.py" in paths(backend)
        assert backend.words == "inotify, 2 folders"


def test_a_repository_inside_is_not_content_and_a_submodule_is(tree: Repo) -> None:
    inner = Repo.create(tree.root.parent / "inner", tree.env)
    inner.write("lib/x.py", "x")
    inner.write(".gitignore", "node_modules/\n")
    inner.commit()
    tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", os.fspath(inner.root), "sub")
    tree.commit()
    other = Repo.create(tree.root / "vendor/other", tree.env)
    other.write("deep/x", "x")
    tree.write("sub/node_modules/x/y", "x")
    with watching(tree) as backend:
        inside = {os.stat(tree.root / name).st_ino for name in ("vendor/other", ".git/modules/sub")}
        assert watched(backend) == folders(tree.root, "other", "node_modules") | inside
        tree.write("sub/node_modules/new/y", "x")
        other.write("deep/x", "y")
        other.write("y", "y")
        other.commit()
        assert heard(backend) is None
        tree.write("sub/lib/x.py", "y")
        assert paths(backend) == {b"sub/lib/x.py"}
