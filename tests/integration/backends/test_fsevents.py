"""The backend of other systems, tried here: watchfiles says less than the kernel, and must not be believed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backend import repository_of, wait
from support.repo import Repo
from support.rig import PATIENCE

from gofigure.triggers.backends import fsevents
from gofigure.triggers.backends.fsevents import FileSystemEvents
from gofigure.triggers.backends.ignoring import Ignoring
from gofigure.triggers.backends.root import Root


@pytest.fixture
def backend(repo: Repo) -> Iterator[FileSystemEvents]:
    repo.write("src/a.py", "one")
    repo.write(".gitignore", "node_modules/\n")
    repo.write("node_modules/x/y")
    repo.commit()
    made = FileSystemEvents(Root(os.fspath(repo.root)), Ignoring(repository_of(repo)), asked=None)
    assert wait(made).lost == "", "it says when it has begun"
    yield made
    made.close()


def _told(backend: FileSystemEvents, path: bytes) -> set[bytes]:
    """All that it says until it has told of `path`."""
    told: set[bytes] = set()
    until = time.monotonic() + PATIENCE
    while path not in told:
        assert time.monotonic() < until
        told |= wait(backend).paths
    return told


def test_changes_are_told(backend: FileSystemEvents, repo: Repo) -> None:
    repo.write("src/a.py", "two")
    assert _told(backend, b"src/a.py") == {b"src/a.py"}
    assert backend.degraded == ""
    assert backend.interval == 30


def test_ignored_folders_litter_and_our_own_files_are_not(backend: FileSystemEvents, repo: Repo) -> None:
    for name in ("node_modules/x/y", "node_modules/z", ".git/x", "src/.a.py.swp", ".gofigure", "src/node_modules/x"):
        repo.write(name, "two")
    repo.write("last")
    assert _told(backend, b"last") <= {b"last", b"src"}


def test_a_name_that_is_no_utf8_does_not_end_it_watchfiles_348(backend: FileSystemEvents, repo: Repo) -> None:
    repo.write(b"src/\xff", "x")
    assert "started again" in wait(backend).lost
    repo.write("src/a.py", "two")
    assert b"src/a.py" in _told(backend, b"src/a.py")
    assert backend.degraded == ""


def test_what_cannot_work_at_all_is_a_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fsevents, "_PAUSE", 0)
    monkeypatch.setattr(fsevents, "_watch", lambda *_: iter(os.scandir(tmp_path / "nowhere")))
    backend = FileSystemEvents(Root(os.fspath(tmp_path)), Ignoring(None), asked=None)
    try:
        assert "FileNotFoundError" in wait(backend).lost
        assert "a scan every 1 s" in backend.degraded
        assert backend.interval == 1
    finally:
        backend.close()


def test_what_is_remembered_of_folders_has_a_bound(
    backend: FileSystemEvents, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fsevents, "_MOST", 5)
    for number in range(12):
        (repo.root / f"src/t{number}").mkdir()
        _told(backend, b"src/t%d" % number)
    assert len(backend._ignored) <= 5


def test_a_file_in_an_ignored_folder_is_added_to_git(backend: FileSystemEvents, repo: Repo) -> None:
    repo.write("node_modules/x/y", "two")
    repo.write("src/a.py", "two")
    assert b"node_modules/x/y" not in _told(backend, b"src/a.py")
    repo.git("add", "-f", "node_modules/x/y")
    repo.write("node_modules/x/y", "three")
    _told(backend, b"node_modules/x/y")


def test_a_commit_in_a_submodule(backend: FileSystemEvents, repo: Repo) -> None:
    inner = Repo.create(repo.root.parent / "inner", repo.env)
    inner.write("x")
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", os.fspath(inner.root), "sub")
    repo.write("last")
    _told(backend, b"last")
    repo.at(repo.root / "sub").git("commit", "-q", "--allow-empty", "-m", "2")
    _told(backend, b".git/modules/sub/HEAD.lock")
