"""A private checkout of the content that a run is about, warm from the last time: made ready, used, put in order."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gofigure.errors import GitError
from gofigure.events import Observer, Progress
from gofigure.git import checkout
from gofigure.git.repository import Head, Repository
from gofigure.workspace.modules import check_out_modules
from gofigure.workspace.share import link, unlink
from gofigure.workspace.slots import Slot, acquire, checkouts_home


class Checkout(NamedTuple):
    """A folder that holds exactly one tree, and links to what is shared."""

    repository: Repository  # as git sees it from inside
    shared: frozenset[bytes]  # paths in it that are links, or folders of links


class Wanted(NamedTuple):
    """What is to be checked out."""

    tree: str  # git's tree id
    head: Head | None  # the commit that HEAD is at in it; None: none yet
    shared: Sequence[bytes]  # paths to link from the working tree


@contextlib.contextmanager
def private_checkout(
    repository: Repository, wanted: Wanted, environ: Mapping[str, str], observe: Observer
) -> Iterator[Checkout]:
    """A checkout that nobody else is in. Raises GitError or OSError where there can be none.

    Where the body raises, and where this process is killed, the next run in the same place puts it in order.
    """
    slot = acquire(checkouts_home(repository, environ), repository.root)
    try:
        ready = _made_ready(slot, repository, wanted, observe)
        yield ready
        _put_in_order(slot, ready)
    finally:
        slot.release()


def _made_ready(slot: Slot, repository: Repository, wanted: Wanted, observe: Observer) -> Checkout:
    """Bring the place to the wanted tree; if that fails, from nothing."""
    if not os.path.isdir(os.path.join(slot.folder, "git")):
        observe(Progress("making a private checkout", 0, 0))
        return _checked_out(slot, repository, wanted)
    try:
        return _checked_out(slot, repository, wanted)
    except (GitError, OSError):
        observe(Progress("making the private checkout anew", 0, 0))
        slot.empty()
        return _checked_out(slot, repository, wanted)


def _checked_out(slot: Slot, repository: Repository, wanted: Wanted) -> Checkout:
    tree = os.path.join(slot.folder, "tree")
    was_left = slot.was_left
    slot.begin()
    git_dir = os.path.join(slot.folder, "git")
    if was_left:
        _end_git(git_dir)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(git_dir, "index.lock"))  # the slot is ours: whoever made it is dead
    ready = checkout.prepare(repository, git_dir, tree, wanted.head)
    for path in set(slot.links()).difference(wanted.shared):
        unlink(path, repository.root, tree)
    checkout.switch(ready, wanted.tree)
    if was_left:
        checkout.clean(ready)
    check_out_modules(repository, ready, wanted.tree, os.path.join(slot.folder, "modules"))
    slot.note_links(wanted.shared)  # before they are made: they must be found again
    for path in wanted.shared:
        link(path, repository.root, tree)
    return Checkout(ready, frozenset(wanted.shared))


def _end_git(git_dir: str) -> None:
    """End the git that a killed run has started here: it may still be writing files, or wait for a filter.

    At once: what it leaves half done, the next switch puts right.
    """
    import signal

    from gofigure.process.ladder import end_all

    end_all(markers=[os.fsencode(f"GIT_DIR={git_dir}")], steps=((signal.SIGKILL, 2.0),))


def _put_in_order(slot: Slot, ready: Checkout) -> None:
    """Leave nothing behind but what git ignores, the tools' caches; where that fails, the next run will see to it."""
    with contextlib.suppress(GitError, OSError):
        checkout.clean(ready.repository)
        slot.end()
