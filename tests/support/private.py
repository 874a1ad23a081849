"""Private checkouts, made in this process, and what a new clone of the same tree would hold."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gofigure.errors import GitError
from gofigure.events import Event
from gofigure.git.environment import GitVariables
from gofigure.git.objects import tree_of
from gofigure.git.repository import Head, Repository, answer, ask
from gofigure.workspace.private import Wanted, private_checkout
from support.repo import Repo


def repository_of(repo: Repo) -> Repository:
    return answer(ask(str(repo.root), repo.env, GitVariables()))


class Made:
    """A private checkout that is open."""

    def __init__(self, repository: Repository, repo: Repo, said: list[Event]) -> None:
        self.repository = repository
        self.root = root = Path(repository.root)
        self.repo = repo.at(root)
        self.said = said

    @property
    def slot(self) -> Path:
        return self.root.parent


@contextlib.contextmanager
def private(
    repo: Repo, tree: str = "HEAD", *, shared: Sequence[bytes] = (), env: Mapping[str, str] = {}
) -> Iterator[Made]:
    """A private checkout of a commit, or of a tree's id."""
    repository = repository_of(repo)
    try:
        commit, oid = tree_of(repository.git, tree)
        head: Head | None = Head(commit, oid)
    except GitError:
        head, oid = repository.head, tree
    said: list[Event] = []
    with private_checkout(repository, Wanted(oid, head, shared), {**repo.env, **env}, said.append) as checkout:
        yield Made(checkout.repository, repo, said)


class KilledError(Exception):
    """Stands for `kill -9`: nothing is put in order."""


@contextlib.contextmanager
def killed_in(repo: Repo, tree: str = "HEAD", *, shared: Sequence[bytes] = ()) -> Iterator[Made]:
    """... whose run is killed when the block is done."""
    with contextlib.suppress(KilledError), private(repo, tree, shared=shared) as made:
        yield made
        raise KilledError


def files(root: Path) -> dict[bytes, tuple[object, ...]]:
    """Every file and link with its content and whether it is executable; no `.git`."""
    found: dict[bytes, tuple[object, ...]] = {}
    top = os.fsencode(root)
    for parent, folders, names in os.walk(top):
        for name in [*folders, *names]:
            place = os.path.join(parent, name)
            path = os.path.relpath(place, top)
            if os.path.islink(place):
                found[path] = ("link", os.readlink(place))
            elif name in names and name != b".git":
                mode = os.lstat(place).st_mode
                content = Path(os.fsdecode(place)).read_bytes() if stat.S_ISREG(mode) else None
                found[path] = ("file", content, bool(mode & 0o100))
        folders[:] = [name for name in folders if name != b".git"]
    return found


def cloned(repo: Repo, tree: str, folder: Path) -> dict[bytes, tuple[object, ...]]:
    """What git itself makes of a tree, in an empty folder."""
    folder.mkdir()
    env = {"GIT_INDEX_FILE": str(folder.with_name(folder.name + ".index")), "GIT_NO_REPLACE_OBJECTS": "1"}
    place = os.fsdecode(repo.git("rev-parse", "--absolute-git-dir")).rstrip("\n")
    repo.git(
        "-C",
        str(folder),
        "--git-dir",
        place,
        "--work-tree",
        str(folder),
        "-c",
        "core.sparseCheckout=false",
        "read-tree",
        "--reset",
        "-u",
        tree,
        env=env,
    )
    return files(folder)


def inodes(root: Path) -> dict[str, tuple[int, int]]:
    """Which file each path is, and when it was written."""
    found = {}
    for path in root.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            info = path.lstat()
            found[str(path.relative_to(root))] = (info.st_ino, info.st_mtime_ns)
    return found
