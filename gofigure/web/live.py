"""What tells open pages that something has changed: the ledger is looked at while somebody is connected.

Nobody who runs anything tells the page: a hook in another terminal knows nothing of it. The store's file changes with
each of its transactions, so its stamp is asked for ten times in a second, which costs microseconds, and costs nothing
while no page is open. What is sent is a stamp, never a difference: who comes back after any time compares it with what
it shows, so nothing can be lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

_EVERY = 0.1  # seconds
_LEAST = 0.25  # seconds between two words: a run of many short stages is not to be slowed by who looks on
_SILENCE = 15.0  # after which a word is sent in any case: what lies between may forget a silent connection
# Two transactions within one tick of the file system's clock have the same stamp.
_TICK_NS = 20_000_000
_ASK_AROUND = 3.0  # seconds; longer where asking takes longer: a hundredth of the time at the most
_SHARE = 100


class News(NamedTuple):
    """The state of all, by name."""

    stamp: str
    facts: dict[str, Any]


class Live:
    """Knows which state is the present one. All in the event loop's thread."""

    def __init__(
        self,
        files: tuple[str, ...],
        tell: Callable[[], Awaitable[dict[str, Any]]],
        around: Callable[[], Awaitable[bool]],
    ) -> None:
        self._files = files
        self._tell = tell
        self._around = around
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._seen: tuple[object, ...] = ()
        self._is_fresh = False
        self._told: News | None = None
        self._listeners = 0
        self._changed = asyncio.Condition()
        self._due = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self.closing = False

    @property
    def stamp(self) -> str:
        """The name of the present state. Looks first: who asks between two looks gets no old one."""
        self._look()
        return f"{self._epoch}.{self._count}"

    def bump(self) -> None:
        """Something has changed that no file tells of."""
        self._count += 1

    async def listen(self, seen: str) -> AsyncIterator[News | None]:
        """The present state unless that was seen, and each one after it; None now and then: nothing new."""
        self._listeners += 1
        if self._listeners == 1:
            self._keep(asyncio.create_task(self._watch()))
        try:
            while not self.closing:
                news = await self._next(seen)
                if self.closing:
                    return
                seen = news.stamp if news is not None else seen
                yield news
                await asyncio.sleep(_LEAST)
        finally:
            self._listeners -= 1

    async def close(self) -> None:
        """End all who listen."""
        self.closing = True
        async with self._changed:
            self._changed.notify_all()
        for task in self._tasks:
            task.cancel()

    async def _next(self, seen: str) -> News | None:
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SILENCE):
                    await self._changed.wait_for(lambda: self.closing or f"{self._epoch}.{self._count}" != seen)
                    return await self._news()
        return None

    async def _news(self) -> News:
        """Asked for once, however many listen."""
        stamp = f"{self._epoch}.{self._count}"
        if self._told is None or self._told.stamp != stamp:
            self._told = News(stamp, {**await self._tell(), "stamp": stamp})
        return self._told

    async def _watch(self) -> None:
        """As long as anybody listens."""
        told = -1
        while self._listeners and not self.closing:
            self._look()
            if told != self._count:
                told = self._count
                async with self._changed:
                    self._changed.notify_all()
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + 3600  # until it has answered
                self._keep(asyncio.create_task(self._ask_around()))
            await asyncio.sleep(_EVERY)

    async def _ask_around(self) -> None:
        began = time.monotonic()
        if await self._around():
            self.bump()
        took = time.monotonic() - began
        self._due = time.monotonic() + max(_ASK_AROUND, took * _SHARE)

    def _look(self) -> None:
        stamps = tuple(map(_stamp, self._files))
        if stamps != self._seen or self._is_fresh:
            self._seen = stamps
            self._count += 1
        newest = max((one[2] for one in stamps if one), default=0)
        self._is_fresh = 0 <= time.time_ns() - newest < _TICK_NS

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_ino, info.st_size, info.st_mtime_ns
