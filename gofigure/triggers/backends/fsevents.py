"""Other systems than Linux: the library watchfiles, in a thread, since it can only be waited for.

It does not say when the system has lost events, and it ends at a name that is not UTF-8 (watchfiles#348): then it is
started again, and what it may have missed is said to be lost. It watches ignored folders like any other, as the
system offers nothing else; what happens there is no reason to look.
"""

from __future__ import annotations

import collections
import contextlib
import os
import threading
from collections.abc import Iterator

import watchfiles

from gofigure.git.exclude import is_written_by_us
from gofigure.triggers.backends import pace
from gofigure.triggers.backends.base import Waking
from gofigure.triggers.backends.ignoring import Ignoring
from gofigure.triggers.backends.litter import is_litter
from gofigure.triggers.backends.root import Root

_STEP, _AT_MOST = 20, 100  # milliseconds: a pause after which a group of changes is over, and its longest time
_FIRST = 200  # milliseconds without a change after which it is said that it has begun to watch
_ATTEMPTS = 5  # failures one after the other, without a change between them
_PAUSE = 0.2  # seconds, before it is started again
_MOST = 20_000  # folders that are remembered
_OWN = (b".git", b".gofigure.d")


class FileSystemEvents:
    """A backend; its thread only puts into a queue, and writes a byte to a pipe."""

    def __init__(self, root: Root, ignoring: Ignoring, *, asked: float | None) -> None:
        """`asked`: see Scan. Both are closed by `close`."""
        self._root = root
        self._folder = os.path.realpath(root.path)
        self._top = os.fsencode(self._folder) + b"/"
        self._ignoring = ignoring
        self._ignored: dict[bytes, bool] = {}
        self._index: tuple[int, ...] = ()  # of which that holds: see Ignoring.index
        self._asked = asked
        self._took = 0.0
        self._queue: collections.deque[Waking] = collections.deque()
        self._readable, self._writable = os.pipe()
        os.set_blocking(self._readable, False)
        os.set_blocking(self._writable, False)
        self._stop = threading.Event()
        self._given_up = ""
        self._thread = threading.Thread(target=self._attend, name="file system events", daemon=True)
        self._thread.start()
        self.unfinished = False

    @property
    def words(self) -> str:
        return "events of the system, by watchfiles"

    @property
    def degraded(self) -> str:
        if not self._given_up:
            return ""
        return f"watchfiles does not work here ({self._given_up}); there is a scan every {self.interval:.3g} s"

    @property
    def interval(self) -> float:
        return (pace.scanning if self._given_up else pace.safety)(self._took, self._asked)

    def fileno(self) -> int:
        return self._readable

    def read(self) -> Waking | None:
        self._root.check()
        with contextlib.suppress(BlockingIOError):
            while os.read(self._readable, 4096):
                pass
        told: set[bytes] = set()
        lost: list[str] = []
        while self._queue:
            paths, why = self._queue.popleft()
            told |= paths
            lost += [] if paths else [why]
        matter = frozenset(self._that_matter(told))
        return Waking(matter, "; ".join(filter(None, lost))) if matter or lost else None

    def complete(self) -> Waking | None:
        return None

    def took(self, seconds: float) -> None:
        self._took = seconds

    def close(self) -> None:
        self._stop.set()
        self._thread.join(2)
        self._ignoring.close()
        os.close(self._readable)
        os.close(self._writable)

    def _that_matter(self, paths: set[bytes]) -> Iterator[bytes]:
        yield from filter(_is_head_of_another, paths)
        inside = {path for path in paths if not _is_noise(path)}
        index = self._ignoring.index()
        if index != self._index or any(os.path.basename(path) == b".gitignore" for path in inside):
            self._ignored.clear()
        self._index = index
        folders = {os.path.dirname(path) for path in inside} - {b""}
        folders |= {path for path in inside if os.path.isdir(self._top + path)}
        unknown = sorted(folders.difference(self._ignored))
        if unknown:
            if len(unknown) + len(self._ignored) > _MOST:
                self._ignored = {folder: self._ignored[folder] for folder in folders.intersection(self._ignored)}
            ignored = self._ignoring.among(unknown)
            self._ignored |= {folder: folder in ignored for folder in unknown}
        for path in inside:
            if not self._ignored.get(os.path.dirname(path)) and not self._ignored.get(path):
                yield path

    def _attend(self) -> None:
        """The thread."""
        failed, before = 0, ""
        while not self._stop.is_set() and failed < _ATTEMPTS:
            attends = False
            try:
                for changes in _watch(self._folder, self._stop):
                    if not attends:
                        self._tell(Waking(lost=before))  # before this moment, nothing was told
                        attends = True
                    if changes:
                        failed = 0
                        self._tell(Waking(frozenset(self._inside(changes))))
            except Exception as error:  # noqa: BLE001 - whatever it is, the next one may do
                failed += 1
                before = f"watchfiles has ended ({type(error).__name__}: {error}), and was started again"
                self._stop.wait(_PAUSE)
        if failed == _ATTEMPTS:
            self._given_up = before.partition("(")[2].rpartition(")")[0]
            self._tell(Waking(lost=before))

    def _inside(self, changes: set[tuple[watchfiles.Change, str]]) -> Iterator[bytes]:
        for _, path in changes:
            yield os.fsencode(path).removeprefix(self._top)

    def _tell(self, waking: Waking) -> None:
        self._queue.append(waking)
        with contextlib.suppress(BlockingIOError, OSError):  # full, so it is readable; closed: nobody listens
            os.write(self._writable, b"x")


def _watch(root: str, stop: threading.Event) -> Iterator[set[tuple[watchfiles.Change, str]]]:
    return watchfiles.watch(
        root,
        watch_filter=None,
        debounce=_AT_MOST,
        step=_STEP,
        stop_event=stop,
        rust_timeout=_FIRST,
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=False,
        ignore_permission_denied=True,
    )


def _is_head_of_another(path: bytes) -> bool:
    """Whether this is the HEAD of a repository inside, or its lock: a submodule's commit is content here."""
    parts = path.split(b"/")
    is_inside = parts[:2] == [b".git", b"modules"] or b".git" in parts[1:]
    return is_inside and parts[-1] in (b"HEAD", b"HEAD.lock") and b"logs" not in parts


def _is_noise(path: bytes) -> bool:
    parts = path.split(b"/")
    return parts[0] in _OWN or b".git" in parts or is_written_by_us(path) or is_litter(parts[-1])
