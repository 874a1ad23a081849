"""A backend over a real repository, and what the kernel says that it watches."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gofigure.git.environment import GitVariables
from gofigure.git.repository import Repository, answer, ask
from gofigure.triggers.backends.base import Backend, Waking
from gofigure.triggers.backends.choice import choose
from support.repo import Repo
from support.rig import PATIENCE


def repository_of(repo: Repo) -> Repository:
    return answer(ask(os.fspath(repo.root), repo.env, GitVariables()))


@contextmanager
def watching(repo: Repo, *, in_git: bool = True) -> Iterator[Backend]:
    """The backend that is chosen; ready, and with nothing to say."""
    backend = choose(os.fspath(repo.root), repository_of(repo) if in_git else None, poll=False, interval=None)
    try:
        finish(backend)
        yield backend
    finally:
        backend.close()


def finish(backend: Backend) -> Waking | None:
    """Let it do all that it has put off; what it said meanwhile."""
    said: list[Waking] = []
    while backend.unfinished:
        said += filter(None, [backend.complete()])
    return _together(said)


def heard(backend: Backend) -> Waking | None:
    """What it says of all that has happened until now: the kernel tells at once, so there is nothing to wait for."""
    said: list[Waking] = []
    while _readable(backend, 0):
        said += filter(None, [backend.read()])
    return _together([*said, *filter(None, [finish(backend)])])


def paths(backend: Backend) -> set[bytes]:
    waking = heard(backend)
    return set(waking.paths) if waking else set()


def wait(backend: Backend) -> Waking:
    """The next thing that it says."""
    while True:
        assert _readable(backend, PATIENCE), "it never said anything"
        waking = backend.read()
        if waking is not None:
            return waking


def _readable(backend: Backend, seconds: float) -> bool:
    poll = select.poll()
    poll.register(backend.fileno(), select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _together(said: list[Waking]) -> Waking | None:
    if not said:
        return None
    return Waking(frozenset().union(*(one.paths for one in said)), "; ".join(one.lost for one in said if one.lost))


def watched(backend: Backend) -> set[int]:
    """The inodes of the folders that the kernel watches for it (proc(5), fdinfo)."""
    lines = Path(f"/proc/self/fdinfo/{backend.fileno()}").read_text().splitlines()
    return {int(line.split(" ino:")[1].split(" ")[0], 16) for line in lines if line.startswith("inotify ")}


def folders(root: Path, *without: str) -> set[int]:
    """The inodes of all folders below, less git's and those that are named, with what is below them."""
    found = set()
    for place, names, _ in os.walk(root):
        names[:] = [name for name in names if name not in (".git", *without)]
        found.add(os.stat(place).st_ino)
    return found
