"""Linux: the kernel tells of every change in a watched folder, and of what it could not tell.

State, not history: an event about a folder means "look what is there now". So no order of events can confuse it,
and lost ones cost one walk over everything.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from gofigure.git.exclude import is_written_by_us
from gofigure.triggers.backends import kernel, pace, shortage
from gofigure.triggers.backends.base import SLICE, Waking
from gofigure.triggers.backends.cover import Cover
from gofigure.triggers.backends.ignoring import Ignoring
from gofigure.triggers.backends.left_out import LeftOut
from gofigure.triggers.backends.litter import is_litter
from gofigure.triggers.backends.root import Root
from gofigure.triggers.backends.watches import Watches

_RETRY = 60.0  # seconds until it is tried again to watch what could not be watched
_RULES = b".gitignore"
_OWN = (b".git", b".gofigure.d")
OVERFLOW = "the queue of events was full, and some were lost"


class Heard:
    """What a number of events amount to."""

    def __init__(self) -> None:
        self.paths: set[bytes] = set()
        self.moved: set[bytes] = set()
        self.came: set[bytes] = set()
        self.rules = False
        self.lost = ""


class Inotify:
    """Watches every folder that can hold content; the top and the folders of tracked files from the start."""

    def __init__(
        self, root: Root, ignoring: Ignoring, instance: kernel.Kernel, *, asked: float | None, without: str = ""
    ) -> None:
        """`asked`: see Scan; `without`: what inside it gives no events, in words. Both are closed by `close`."""
        self._root = root
        self._top = os.fsencode(root.path)
        self._kernel = instance
        self._ignoring = ignoring
        self._watches = Watches(self._top, instance)
        self._cover = Cover(self._top, instance, self._watches, ignoring)
        self._left_out = LeftOut(ignoring)
        self._asked = asked
        self._without = without
        self._unmounted: set[bytes] = set()  # folders on which something may be mounted again; no event would tell
        self._took = 0.0
        self._tried = time.monotonic()
        self._index = ignoring.index()
        self._cover.start()

    @property
    def words(self) -> str:
        count = len(self._watches)
        return f"inotify, {count} folder{'s' if count != 1 else ''}"

    @property
    def degraded(self) -> str:
        return shortage.in_words(self._without, self._cover.lacking, len(self._watches), self.interval)

    @property
    def interval(self) -> float:
        scans = self._without or shortage.is_limited(self._cover.lacking)
        return pace.scanning(self._took, self._asked) if scans else pace.safety(self._took, self._asked)

    @property
    def unfinished(self) -> bool:
        return self._cover.unfinished or self._left_out.unfinished

    def fileno(self) -> int:
        return self._kernel.fileno()

    def read(self) -> Waking | None:
        self._root.check()
        heard = self._hear(self._kernel.read(timeout=0))
        heard.rules = self._has_another_index() or heard.rules
        heard.lost = self._mounted_again() or heard.lost
        if heard.lost:
            self._cover.check_all(trusted=False)
            self._left_out.forget()
        elif heard.rules:
            self._cover.check_all(trusted=True)
            self._left_out.forget()
        heard.paths = self._left_out.that_matter(heard.paths)
        if heard.moved and self._cover.went(heard.moved):
            heard.paths |= heard.moved
        self._cover.came(heard.came)
        if heard.came:
            self._cover.work(SLICE)
        return self._waking(heard.paths, heard.lost)

    def complete(self) -> Waking | None:
        if self._left_out.unfinished:
            self._left_out.ask()
        self._cover.work(SLICE)
        return self._waking(set(), "")

    def took(self, seconds: float) -> None:
        self._took = seconds
        if self._cover.lacking and time.monotonic() - self._tried > _RETRY:
            self._tried = time.monotonic()
            self._cover.retry()

    def close(self) -> None:
        self._ignoring.close()
        self._kernel.close()

    def _mounted_again(self) -> str:
        """What is to be said if something was mounted where something was unmounted before; "" if not."""
        for path in tuple(self._unmounted):
            place = os.path.join(self._top, path)
            if os.path.ismount(place):
                self._unmounted.clear()  # a walk over everything finds them all
                return f"{os.fsdecode(path)} was mounted"
            if not os.path.isdir(place):
                self._unmounted.discard(path)
        return ""

    def _has_another_index(self) -> bool:
        """Whether git may take in now what it left out: `git add -f`, a new submodule."""
        before, self._index = self._index, self._ignoring.index()
        return self._index != before

    def _waking(self, paths: set[bytes], lost: str) -> Waking | None:
        found = self._cover.take_found().union(paths)
        return Waking(found, lost) if found or lost else None

    def _hear(self, events: Iterable[kernel.Event]) -> Heard:
        heard = Heard()
        for event in events:
            if event.mask & kernel.OVERFLOW:
                heard.lost = OVERFLOW
                continue
            folder = self._watches.path(event.wd)
            if folder is None:
                self._hear_of_module(heard, event)
                continue
            if event.mask & kernel.UNMOUNT:
                self._unmounted.add(folder)
                heard.lost = f"{os.fsdecode(folder)} was unmounted"
            if event.mask & kernel.IGNORED:
                self._watches.ended(event.wd)
            elif event.name:
                self._hear_of(heard, folder, event.name, event.mask)
        return heard

    def _hear_of(self, heard: Heard, folder: bytes, name: bytes, mask: int) -> None:
        """Something has happened to `name` in a watched folder."""
        path = os.path.join(folder, name)
        if name == b".git" and folder and mask & (kernel.CREATED | kernel.MOVED | kernel.DELETED):
            heard.paths.add(folder)  # it is a repository of its own now, or is no longer
            heard.rules = True
        if path in _OWN or name == b".git" or folder in self._cover.closed or is_written_by_us(path):
            return
        if not mask & kernel.IS_FOLDER:
            if not is_litter(name):
                heard.paths.add(path)
            heard.rules = heard.rules or name == _RULES
            return
        if mask & kernel.MOVED or (mask & kernel.DELETED and path in self._cover.lacking):
            heard.moved.add(path)
        if mask & (kernel.CREATED | kernel.MOVED):
            heard.came.add(path)
        elif mask & kernel.ATTRIB and self._permission_changed(path):
            heard.paths.add(path)
            heard.came.add(path)

    def _hear_of_module(self, heard: Heard, event: kernel.Event) -> None:
        module = self._cover.heads.moved(event.wd, event.name)
        if module is not None:
            heard.paths.add(module)
        if event.mask & kernel.IGNORED:
            self._cover.heads.ended(event.wd)

    def _permission_changed(self, path: bytes) -> bool:
        """Whether a folder has become readable, or is not any longer."""
        return (path in self._cover.lacking) == os.access(os.path.join(self._top, path), os.R_OK | os.X_OK)
