"""One who looks again and again leaves nothing behind, and trips over nothing that was left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backend import repository_of
from support.repo import Repo

from gofigure.events import ignore
from gofigure.model import Snapshot
from gofigure.snapshot.looking import Looking
from gofigure.store.store import Store


class Days:
    """A look that stays open, and the folder that it writes to."""

    def __init__(self, repo: Repo, store: Store) -> None:
        self._repository = repository_of(repo)
        self._store = store
        self._looking = Looking(self._repository.root, self._repository, None)

    @property
    def folder(self) -> Path:
        [folder] = Path(self._repository.state_dir).glob("scratch-*")
        return folder

    def look(self) -> Snapshot:
        with_head = repository_of(Repo(Path(self._repository.root), self._repository.git.env))
        return self._looking.begin(with_head).here(self._store.contents, ignore)

    def files(self) -> int:
        return sum(len(files) for _, _, files in os.walk(self.folder))

    def close(self) -> None:
        self._looking.close()


@pytest.fixture
def days(repo: Repo) -> Iterator[Days]:
    """Of a repository in which git cleans what it reads."""
    repo.git("config", "filter.up.clean", "tr a-z A-Z")
    repo.write(".gitattributes", "*.csv filter=up\n")
    repo.write("a.csv", "0\n")
    repo.commit()
    with Store.in_memory() as store:
        made = Days(repo, store)
        yield made
        made.close()


@pytest.mark.parametrize("lock", ["index.lock", "index-without-conflicts.lock"])
def test_a_lock_that_a_killed_git_has_left_is_in_nobodys_way(days: Days, repo: Repo, lock: str) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.write("b", "other")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("b", "main")
    repo.commit()
    repo.try_git("merge", "-q", "other")
    repo.write("a.csv", "one\n")
    before = days.look().tree
    (days.folder / lock).touch()
    repo.write("a.csv", "two\n")
    assert days.look().tree != before


def test_what_is_written_to_name_cleaned_files_is_removed(days: Days, repo: Repo) -> None:
    seen, sizes = set(), set()
    for number in range(5):
        repo.write("a.csv", f"line {number}\n")
        seen.add(days.look().tree)
        sizes.add(days.files())
    assert len(seen) == 5
    assert len(sizes) == 1


def test_what_is_written_to_name_an_index_goes_with_it(days: Days, repo: Repo) -> None:
    seen, sizes = set(), set()
    for number in range(5):
        repo.write("b", f"line {number}\n")
        repo.git("add", "b")
        seen.add(days.look().tree)
        sizes.add(days.files())
    assert len(seen) == 5
    assert len(sizes) == 1


def test_looks_at_one_index_keep_what_names_it(days: Days, repo: Repo) -> None:
    repo.write("b", "staged\n")
    repo.git("add", "b")
    days.look()
    before = days.look().tree
    repo.write("a.csv", "one\n")
    days.look()
    repo.write("a.csv", "0\n")
    assert days.look().tree == before
