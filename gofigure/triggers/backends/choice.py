"""Which backend: events, where they can be had and can be believed; else a scan, and why is said."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

from gofigure.git.repository import Repository
from gofigure.triggers.backends import mounts, pace
from gofigure.triggers.backends.base import Backend
from gofigure.triggers.backends.root import Root
from gofigure.triggers.backends.scan import Scan

if TYPE_CHECKING:
    from gofigure.triggers.backends.kernel import Kernel

_PATIENCE = 500  # milliseconds
_NO_INODES = ("fuse", "sshfs")


def choose(
    root: str,
    repository: Repository | None,
    *,
    poll: bool,
    interval: float | None,
    listing: bytes | None = None,
) -> Backend:
    """A backend for a working tree, or for a folder outside git.

    `poll`: a person wants no events; `interval`: how often a person wants looks without a reason, in seconds;
    `listing`: `git ls-files -v -z`, where somebody has asked for it already.
    """
    table = mounts.read_mounts()
    kind = mounts.kind_of_mount(root, table)
    top = Root(root, has_inodes=not kind.startswith(_NO_INODES))
    if poll:
        return Scan(top, why="as asked for", asked=pace.POLL if interval is None else interval)
    if mounts.is_remote(kind):
        said = f"{kind} does not tell of all changes"
        return Scan(top, why=said, degraded=f"{said}; with the files on a local disk there are events", asked=interval)
    if sys.platform != "linux":
        return _elsewhere(top, repository, interval)
    return _with_inotify(top, repository, interval, mounts.remote_below(root, table), listing)


def _with_inotify(
    top: Root,
    repository: Repository | None,
    interval: float | None,
    remote: dict[str, str],
    listing: bytes | None = None,
) -> Backend:
    from gofigure.triggers.backends.ignoring import Ignoring

    ignoring = Ignoring(repository, listing)
    if listing is None:
        ignoring.ask()  # git works while the rest is loaded
    try:
        from gofigure.triggers.backends.inotify import Inotify
        from gofigure.triggers.backends.kernel import Instance

        kernel = Instance()
    except OSError as error:
        ignoring.close()
        raised = "sudo sysctl fs.inotify.max_user_instances=1024, or ulimit -n 4096"
        why = f"no inotify instance is to be had: {error.strerror}"
        return Scan(top, why=why, degraded=f"{why}; try: {raised}", asked=interval)
    if repository is not None and is_deaf(kernel, repository, top.path):
        kernel.close()
        ignoring.close()
        why = "no event came for a file that was made to try it"
        return Scan(top, why=why, degraded=f"{why}; with the files on a local disk there are events", asked=interval)
    without = ", ".join(f"{point} is on {kind}" for point, kind in remote.items())
    said = f"{without}: changes there are seen by a scan" if without else ""
    return Inotify(top, ignoring, kernel, asked=interval, without=said)


def is_deaf(kernel: Kernel, repository: Repository, root: str) -> bool:
    """Try it with a file in the git directory; whether no event came. Where that cannot be tried: no."""
    folder = os.path.join(repository.git_dir, "gofigure")
    place = os.path.join(folder, f"events-{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.stat(folder).st_dev != os.stat(root).st_dev:
            return False
        from gofigure.triggers.backends.kernel import FOLDER

        number = kernel.add_watch(os.fsencode(folder), FOLDER)
    except OSError:
        return False
    try:
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        os.unlink(place)
    except OSError:
        return False
    else:
        poll = select.poll()
        poll.register(kernel, select.POLLIN)
        return not poll.poll(_PATIENCE)
    finally:
        kernel.rm_watch(number)
        kernel.read(timeout=0)


def _elsewhere(top: Root, repository: Repository | None, interval: float | None) -> Backend:
    try:
        from gofigure.triggers.backends.fsevents import FileSystemEvents
    except ImportError as error:
        why = f"watchfiles cannot be loaded: {error}"
        return Scan(top, why=why, degraded=why, asked=interval)
    from gofigure.triggers.backends.ignoring import Ignoring

    return FileSystemEvents(top, Ignoring(repository), asked=interval)
