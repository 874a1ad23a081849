"""Looking writes nothing of the user's, and needs no lock of git's (design decision 1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.eye import everything, eye
from support.repo import Repo
from support.shapes import SHAPES, seed

CONFIG = '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\n'


def _clean(repo: Repo) -> None:
    seed(repo)


def _committed_shape(name: str) -> Callable[[Repo], None]:
    def build(repo: Repo) -> None:
        SHAPES[name](repo)
        repo.git("add", "-A")
        repo.git("commit", "-q", "--allow-empty", "-m", "x")

    return build


LOOKS = [["digest"], ["digest", "--staged"], ["digest", "--commit", "HEAD"], ["digest", "README"], ["status"],
         ["status", "--staged"], ["why", "s"]]  # fmt: skip


@pytest.mark.parametrize("shape", ["clean", "split_index", "untracked_cache", "text_auto"])
def test_a_look_at_a_clean_tree_leaves_every_byte_as_it_was(repo: Repo, shape: str) -> None:
    """The index, the working tree and the object store; lint-staged and pre-commit rewrite all three."""
    repo.config(CONFIG)
    _committed_shape(shape)(repo)
    (repo.root / "src/a.py").touch()  # its stat differs from the index: `git status` would like to refresh it
    assert repo.gofigure("allow").returncode == 0
    before = everything(repo.root)
    for args in LOOKS:
        done = repo.gofigure(*args)
        assert done.returncode == 0, done.stderr
        now = everything(repo.root)
        assert now == before, (args, sorted(set(now.items()) ^ set(before.items())))
    assert not list((repo.root / ".git/gofigure").glob("scratch*"))


@pytest.mark.parametrize("shape", ["staged_and_edited_again", "intent_to_add", "conflict", "clean_filter", "unborn"])
def test_a_look_at_a_changed_tree_leaves_index_and_files_as_they_were(repo: Repo, shape: str) -> None:
    SHAPES[shape](repo)
    repo.config(CONFIG)
    assert repo.gofigure("allow").returncode == 0
    before = everything(repo.root, objects=False)
    for args in LOOKS:
        done = repo.gofigure(*args)
        assert done.returncode in (0, 2), done.stderr  # 2: a conflict has no --staged, an unborn HEAD no commit
        now = everything(repo.root, objects=False)
        assert now == before, (args, sorted(set(now.items()) ^ set(before.items())))


@pytest.mark.parametrize("shape", ["edited", "text_auto", "clean_filter", "assume_unchanged_and_filtered"])
def test_edits_that_nobody_staged_leave_nothing_in_the_object_store(repo: Repo, shape: str) -> None:
    """What git cleans for us goes into a store of our own."""
    SHAPES[shape](repo)
    looking = eye(repo)
    before = everything(repo.root)
    for remember in (True, False):
        looking.here(remember=remember)
        looking.index(remember=remember)
        looking.commit(remember=remember)
    assert everything(repo.root) == before


def test_no_lock_of_gits_is_needed(repo: Repo) -> None:
    """Another git, or an editor, may hold it: `git write-tree` itself would end with 128."""
    seed(repo)
    repo.write("src/a.py", "print(2)\n")
    repo.git("add", "-A")
    repo.write("README", "edited\n")
    looking = eye(repo)
    expected = looking.here().tree, looking.index().tree, looking.commit().tree
    lock = repo.root / ".git/index.lock"
    lock.write_bytes(b"")
    assert repo.try_git("add", "README").returncode != 0
    assert (looking.here().tree, looking.index().tree, looking.commit().tree) == expected
    assert (
        looking.here(remember=False).tree,
        looking.index(remember=False).tree,
        looking.commit(remember=False).tree,
    ) == expected
    assert lock.read_bytes() == b""


def test_a_git_directory_that_cannot_be_written_is_enough_to_look(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scratch folder elsewhere will do."""
    seed(repo)
    repo.write("README", "edited\n")
    looking = eye(repo)
    expected = looking.here(remember=False).tree
    import os

    real = os.mkdir

    def mkdir(path: str, *args: int) -> None:
        if "scratch" in str(path):
            raise PermissionError(13, "Permission denied", path)
        real(path, *args)

    monkeypatch.setattr(os, "mkdir", mkdir)
    assert looking.here(remember=False).tree == expected
    assert looking.index(remember=False).tree == looking.commit(remember=False).tree
