"""What tells open pages that something has changed: the ledger is looked at while somebody is connected.

Nobody who runs anything tells the page: a hook in another terminal knows nothing of it. The store's file changes with
each of its transactions, so its stamp is asked for ten times in a second, which costs microseconds, and costs nothing
while no page is open. What is sent is a stamp, never a difference: who comes back after any time compares it with what
it shows, so nothing can be lost.

Who wakes whom: the first that listens starts the watch, which ends with the last. The watch alone wakes those that
listen, when the present state has got another name; each then sends it to its browser. A name is given by the watch's
own look at the files, by a round that has found something else (the watch begins those), and by `bump`, which anybody
calls; these wake nobody: the watch sees it within a tenth of a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

from gofigure.web.news.present import Present
from gofigure.web.news.rounds import Rounds

_EVERY = 0.1  # seconds
_LEAST = 0.25  # seconds between two words: a run of many short stages is not to be slowed by who looks on
_SILENCE = 15.0  # after which a word is sent in any case: what lies between may forget a silent connection


class News(NamedTuple):
    """The state of all, by name."""

    stamp: str
    facts: dict[str, Any]


class Live:
    """Knows which state is the present one. All in the event loop's thread."""

    def __init__(
        self,
        files: tuple[str, ...],
        engine: Callable[[], object],
        tell: Callable[[], Awaitable[dict[str, Any]]],
        around: Callable[[], Awaitable[bool]],
    ) -> None:
        """`files`, `engine`: see Present; `tell` gathers the facts of a state; `around`: see Rounds."""
        self._present = Present(files, engine)
        self._tell = tell
        self._rounds = Rounds(around, self.bump)
        self._newest: News | None = None  # that was gathered
        self._listeners = 0
        self._watching: asyncio.Task[None] | None = None
        self._renamed = asyncio.Condition()
        self.closing = False

    @property
    def stamp(self) -> str:
        """The name of the present state. Looks first: who asks between two looks gets no old one."""
        self._present.look()
        return self._present.name

    def bump(self) -> None:
        """Something has changed that no file tells of."""
        self._present.bump()

    async def listen(self, seen: str) -> AsyncIterator[News | None]:
        """The present state unless that was seen, and each one after it; None now and then: nothing new."""
        self._listeners += 1
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
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
        async with self._renamed:
            self._renamed.notify_all()
        if self._watching is not None:
            self._watching.cancel()
        self._rounds.end()

    async def _next(self, seen: str) -> News | None:
        async with self._renamed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SILENCE):
                    await self._renamed.wait_for(lambda: self.closing or self._present.name != seen)
                    return await self._news()
        return None

    async def _news(self) -> News:
        """Gathered once, however many listen."""
        name = self._present.name
        if self._newest is None or self._newest.stamp != name:
            self._newest = News(name, {**await self._tell(), "stamp": name})
        return self._newest

    async def _watch(self) -> None:
        """As long as anybody listens."""
        told = ""
        try:
            while self._listeners and not self.closing:
                self._present.look()
                if told != self._present.name:
                    told = self._present.name
                    async with self._renamed:
                        self._renamed.notify_all()
                self._rounds.go_on()
                await asyncio.sleep(_EVERY)
        finally:
            self._watching = None
