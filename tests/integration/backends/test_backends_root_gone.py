"""The watched folder is deleted or moved: every backend says so, and makes nothing again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from support.repo import Repo
from support.backend import finish, repository_of

from gofigure.errors import RootGone
from gofigure.triggers.backends.base import CHECK_EVERY, Backend
from gofigure.triggers.backends.choice import choose
from gofigure.triggers.backends.fsevents import FileSystemEvents
from gofigure.triggers.backends.ignoring import Ignoring
from gofigure.triggers.backends.root import Root


@pytest.fixture(params=["inotify", "scan", "watchfiles"])
def backend(request: pytest.FixtureRequest, repo: Repo) -> Iterator[Backend]:
    repo.write("a/b")
    repo.commit()
    root = os.fspath(repo.root)
    made: Backend
    if request.param == "watchfiles":
        made = FileSystemEvents(Root(root), Ignoring(repository_of(repo)), asked=None)
    else:
        made = choose(root, repository_of(repo), poll=request.param == "scan", interval=None)
    finish(made)
    yield made
    made.close()


def test_it_is_asked_often_enough() -> None:
    assert CHECK_EVERY < 5


def test_deleted(backend: Backend, repo: Repo) -> None:
    backend.read()
    shutil.rmtree(repo.root)
    with pytest.raises(RootGone, match="was deleted or moved"):
        backend.read()
    backend.complete()
    assert not repo.root.exists()


def test_moved_and_another_one_in_its_place(backend: Backend, repo: Repo) -> None:
    os.rename(repo.root, repo.root.parent / "moved")
    repo.root.mkdir()
    with pytest.raises(RootGone):
        backend.read()
    assert list(repo.root.iterdir()) == []


def test_the_folder_above_is_moved(backend: Backend, repo: Repo) -> None:
    above = repo.root.parent
    os.rename(above, above.parent / "elsewhere")
    try:
        with pytest.raises(RootGone):
            backend.read()
        assert not above.exists()
    finally:
        os.rename(above.parent / "elsewhere", above)
