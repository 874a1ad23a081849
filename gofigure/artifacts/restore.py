"""Put back what is lacking: each file is written beside its place, or on the same disk, and gets its name at once.

A crash leaves the old file, or none, or the new one. No folder on the way is ever a link.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gofigure.artifacts import blobs
from gofigure.artifacts.blobs import GoneError
from gofigure.artifacts.keep import MANY, THREADS
from gofigure.artifacts.manifest import Item, new_place
from gofigure.artifacts.walk import BESIDE
from gofigure.digest.stamp import stamp_of
from gofigure.digest.tree import EXECUTABLE, FOLDER, LINK
from gofigure.snapshot.select import show

if TYPE_CHECKING:
    from gofigure.artifacts.standing import Lacking

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class CannotPutBackError(Exception):
    """In words: which, and why."""


def put_back(folder: str, root: str, lacking: Sequence[Lacking]) -> None:
    """`folder`: of all artifacts; `root`: of the workspace. Raises CannotPutBackError at the first that cannot be."""
    top = os.open(root, _FOLDER)
    try:
        if sum(one.item.size for one in lacking) < MANY:
            for one in lacking:
                _one(folder, top, one)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(THREADS) as pool:
            doing = [pool.submit(_one, folder, top, one) for one in lacking]
            try:
                for each in doing:
                    each.result()
            finally:
                for each in doing:
                    each.cancel()
    finally:
        os.close(top)


def remove(root: str, paths: Iterable[bytes]) -> None:
    """Take away files of a workspace in which nothing is anybody's own."""
    top = os.open(root, _FOLDER)
    try:
        for path in paths:
            with contextlib.suppress(OSError):
                parent = _parent(top, path, make=False)
                try:
                    os.unlink(path.rpartition(b"/")[2], dir_fd=parent)
                finally:
                    os.close(parent)
    finally:
        os.close(top)


def _one(folder: str, top: int, lacking: Lacking) -> None:
    item = lacking.item
    try:
        parent = _parent(top, item.path)
        try:
            _put(folder, parent, lacking)
        finally:
            os.close(parent)
    except GoneError:
        raise CannotPutBackError(f"what was kept of {show(item.path)} is gone") from None
    except OSError as error:
        raise CannotPutBackError(f"{show(item.path)}: {error.strerror or error}") from None


def _parent(top: int, path: bytes, *, make: bool = True) -> int:
    """The folder of a path, made where there is none; never through a link. Raises OSError."""
    at = os.dup(top)
    for name in path.split(b"/")[:-1]:
        try:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, dir_fd=at)
            below = os.open(name, _FOLDER, dir_fd=at)
        finally:
            os.close(at)
        at = below
    return at


def _put(folder: str, parent: int, lacking: Lacking) -> None:
    item = lacking.item
    name = item.path.rpartition(b"/")[2]
    if item.kind == FOLDER:
        os.mkdir(name, dir_fd=parent)
        return
    beside = is_elsewhere(parent, folder)
    new = name + BESIDE if beside else os.fsencode(new_place(folder))
    where = parent if beside else None
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new, dir_fd=where)  # of a process that was killed
    try:
        _written(folder, item, new, where)
        now = _stamp(name, parent)
        if now != lacking.instead:
            raise CannotPutBackError(f"{show(item.path)} was changed just now")
        os.rename(new, name, src_dir_fd=where, dst_dir_fd=parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new, dir_fd=where)


def is_elsewhere(parent: int, folder: str) -> bool:
    """Whether nothing can be renamed from one into the other."""
    return os.fstat(parent).st_dev != os.stat(folder).st_dev


def _stamp(name: bytes, parent: int) -> object:
    try:
        return stamp_of(os.stat(name, dir_fd=parent, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _written(folder: str, item: Item, new: bytes, where: int | None) -> None:
    """The new file, whole."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    out = os.open(new, flags, 0o666, dir_fd=where)  # the umask of whoever runs this decides, as with what a stage makes
    try:
        blobs.write_to(folder, item.digest, item.size, out)
        if item.kind == EXECUTABLE:
            mode = stat.S_IMODE(os.fstat(out).st_mode)
            os.fchmod(out, mode | (mode & 0o444) >> 2)
        if item.kind == LINK:
            text = os.pread(out, item.size, 0)
    finally:
        os.close(out)
    if item.kind == LINK:
        os.unlink(new, dir_fd=where)
        os.symlink(text, new, dir_fd=where)
