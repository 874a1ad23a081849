"""Keeps a watch on every folder that can hold content, a slice of time at a time.

A folder is first watched and then looked into: so what comes meanwhile is seen twice, never not at all. What is
found in a folder that had no watch may have changed at any time before; it is a reason to look again.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Collection, Iterable
from typing import NamedTuple

from gofigure.git.exclude import is_own
from gofigure.triggers.backends.heads import Heads
from gofigure.triggers.backends.ignoring import Ignoring
from gofigure.triggers.backends.kernel import Kernel
from gofigure.triggers.backends.watches import NoWatch, Watches, is_below

_STATE = b".gofigure.d"  # outside git, at the top; see snapshot.folder
_HINTS = 1000  # paths that are told; a hint need not be whole
_BATCH = 2000  # folders in one question to git


class Found(NamedTuple):
    """What a folder holds; names are paths from the top."""

    folders: list[bytes]
    others: list[bytes]
    is_repository: bool


class Cover:
    """All paths are relative to the top."""

    def __init__(self, top: bytes, kernel: Kernel, watches: Watches, ignoring: Ignoring) -> None:
        self._top = top
        self._watches = watches
        self._ignoring = ignoring
        self._unasked: list[bytes] = []  # folders, while it is not known whether git leaves them out
        self._todo: list[bytes] = []  # folders to watch and to look into
        self._visited: set[bytes] | None = None  # in a walk over everything: where it has been
        self._trusted = True  # in such a walk: a folder that has a watch has the right one
        self._again = False
        self._found: set[bytes] = set()
        self.lacking: dict[bytes, str] = {}  # folders without a watch, and why: see NoWatch
        self.closed: set[bytes] = set()  # repositories that are no content; watched only for their `.git`, which may go
        self.heads = Heads(top, kernel)

    @property
    def unfinished(self) -> bool:
        return bool(self._unasked or self._todo) or self._visited is not None

    def start(self) -> None:
        """Watch the top, and at once all folders of tracked files: one look is to follow anyway."""
        self._add(b"")
        for folder in sorted(self._ignoring.tracked()):  # each after the one that holds it
            parent = folder.rpartition(b"/")[0]
            if parent in self._watches or parent in self.lacking:
                self._add(folder)
        self._walk()

    def check_all(self, *, trusted: bool) -> None:
        """Walk over everything: watch what is to be watched, and nothing else.

        `trusted`: false where events were lost, so that a watch may be for another folder than it seems.
        """
        self._trusted = self._trusted and trusted
        if self._visited is None:
            self._walk()
        else:
            self._again = True

    def came(self, folders: Iterable[bytes]) -> None:
        """Something that is or was a folder has come there."""
        self._unasked += folders

    def went(self, folders: set[bytes]) -> bool:
        """They, and all below them, are no longer there, under these names; whether any of them mattered."""
        lacking = [path for path in self.lacking if is_below(path, folders)] if self.lacking else []
        for path in lacking:
            del self.lacking[path]
        self.closed = {path for path in self.closed if not is_below(path, folders)}
        self.heads.drop_below(folders)
        return self._watches.drop_below(folders) or bool(lacking)

    def retry(self) -> None:
        """Try once more where there was no watch to be had."""
        self._todo += self.lacking

    def work(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.unfinished and time.monotonic() < until:
            if self._unasked:
                self._ask()
            elif self._todo:
                self._enter(self._todo.pop())
            else:
                self._end_walk()

    def take_found(self) -> frozenset[bytes]:
        """What stood in folders when they got their watch, since the last call; once everything is done."""
        if self.unfinished or not self._found:
            return frozenset()
        found = frozenset(self._found)
        self._found.clear()
        return found

    def _walk(self) -> None:
        self._visited = set()
        self._todo.append(b"")

    def _end_walk(self) -> None:
        if self._visited is not None:
            self._watches.keep_only(self._visited)
            self.heads.keep_only(self._visited)
            self.closed &= self._visited
            self.lacking = {path: why for path, why in self.lacking.items() if path in self._visited}
        self._visited = None
        if self._again:
            self._again = False
            self._walk()
        else:
            self._trusted = True

    def _ask(self) -> None:
        asked, self._unasked = self._unasked[-_BATCH:], self._unasked[:-_BATCH]
        ignored = self._ignoring.among(asked)
        self._todo += (folder for folder in asked if folder not in ignored)

    def _add(self, path: bytes) -> bool:
        """Whether this is a folder that was neither watched until now nor found to be one that cannot be watched."""
        try:
            added = self._watches.add(path)
        except NoWatch as why:
            is_new = path not in self.lacking
            self.lacking[path] = str(why)
            return is_new
        self.lacking.pop(path, None)
        return added == "new"

    def _enter(self, path: bytes) -> None:
        has_its_watch = self._visited is not None and self._trusted and path in self._watches
        is_new = not has_its_watch and self._add(path)
        if path not in self._watches and path not in self.lacking:
            return  # no folder, or no longer
        if self._visited is not None:
            if path in self._visited and not is_new:
                return
            self._visited.add(path)
        elif not is_new:
            return  # it was looked into when it got its watch
        self._look_into(path, is_new=is_new)

    def _look_into(self, path: bytes, *, is_new: bool) -> None:
        try:
            found = _found(self._top, path)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                self.lacking[path] = error.strerror or ""
            return
        if found.is_repository and not self._ignoring.takes_in(path):
            self.closed.add(path)
            self.lacking.pop(path, None)
            return
        if found.is_repository and self._ignoring.asks_git:
            self.heads.watch(path)
        is_new = is_new or path in self.closed
        self.closed.discard(path)
        if is_new and len(self._found) < _HINTS:
            self._found.update(found.others)
        known: Collection[bytes] = self._ignoring.tracked() if found.folders and self._visited is not None else ()
        for folder in found.folders:
            (self._todo if folder in known else self._unasked).append(folder)


def _found(top: bytes, folder: bytes) -> Found:
    folders, others, is_repository = [], [], False
    with os.scandir(os.path.join(top, folder)) as entries:
        for entry in entries:
            path = os.path.join(folder, entry.name)
            if entry.name == b".git":
                is_repository = folder != b""
            elif entry.is_dir(follow_symlinks=False):
                if path != _STATE:
                    folders.append(path)
            elif not is_own(path):
                others.append(path)
    return Found(folders, others, is_repository)
