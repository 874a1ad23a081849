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
from gofigure.git.settings import is_partial
from gofigure.workspace.modules import check_out_modules
from gofigure.workspace.share import link, unlink
from gofigure.workspace.slots import Last, Slot, acquire, checkouts_home, forget_the_rest


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
    """Bring the place to the wanted tree; if that fails, from nothing. What cannot be had at all leaves nothing."""
    if _is_whole(slot):
        try:
            return _checked_out(slot, repository, wanted)
        except (GitError, OSError):
            observe(Progress("making the private checkout anew", 0, 0))
    else:
        observe(Progress("making a private checkout", 0, 0))
    slot.empty()
    try:
        return _checked_out(slot, repository, wanted)
    except (GitError, OSError) as error:
        with contextlib.suppress(OSError):
            slot.empty()
        if isinstance(error, GitError) and is_partial(repository):
            raise GitError("some of its files were never fetched, as this is a partial clone") from error
        raise


def _is_whole(slot: Slot) -> bool:
    """Whether both folders are there, as folders: a stage may have made one a link into the user's own files."""
    places = (os.path.join(slot.folder, name) for name in ("git", "tree"))
    return all(os.path.isdir(place) and not os.path.islink(place) for place in places)


def _checked_out(slot: Slot, repository: Repository, wanted: Wanted) -> Checkout:
    git_dir, tree = os.path.join(slot.folder, "git"), os.path.join(slot.folder, "tree")
    was_left, last = slot.was_left, slot.last()
    slot.begin()
    slot.note(last._replace(tree=""))  # until all is done
    if was_left:
        _end_git(git_dir)
    forget_the_rest(git_dir)  # the slot is ours: whoever left it is dead
    ready = checkout.prepare(repository, git_dir, tree, wanted.head)
    for path in last.links:
        if path not in wanted.shared or last.source != repository.root:
            unlink(path, last.source, tree)
    conversion = _bring(ready, last, wanted.tree, was_left=was_left)
    check_out_modules(repository, ready, wanted.tree, os.path.join(slot.folder, "modules"))
    now = Last(repository.root, wanted.tree, conversion, _stamp(ready.index_file), tuple(wanted.shared))
    slot.note(now)  # before the links are made: they must be found again
    for path in wanted.shared:
        link(path, repository.root, tree)
    return Checkout(ready, frozenset(wanted.shared))


def _bring(ready: Repository, last: Last, tree: str, *, was_left: bool) -> str:
    """Bring the files from one tree to another; the rules of conversion by which that was done."""
    is_new = not os.path.exists(ready.index_file)
    rules = checkout.start_conversion(ready)
    try:
        if not is_new and _stamp(ready.index_file) != last.stamp:
            checkout.drop_flags(ready)
        differs = checkout.differences(ready, last.tree, tree) if last.tree else None
        checkout.switch(ready, tree)
    finally:
        conversion = checkout.conversion(ready, rules)
    if not is_new and (differs is None or differs.attributes or conversion != last.conversion):
        os.unlink(ready.index_file)  # then git writes every file, as in a new clone
        checkout.switch(ready, tree)
    if not is_new and (was_left or differs is None or differs.ignores):
        checkout.clean(ready)
    return conversion


def _stamp(path: str) -> str:
    try:
        info = os.lstat(path)
    except OSError:
        return ""
    return f"{info.st_ino} {info.st_size} {info.st_mtime_ns}"  # not the ctime: a look at it makes a hard link


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
