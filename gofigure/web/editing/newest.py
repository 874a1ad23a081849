"""Work in another process, of which only the newest matters: an older one, or one without a client, is ended."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Newest:
    """One is at work at a time. In the event loop's thread."""

    def __init__(self) -> None:
        self._stop = _Stop()
        self._turn = asyncio.Lock()

    async def ask(self, work: Callable[[int], T], gone: Coroutine[Any, Any, object]) -> T:
        """What `work` says, in a thread; its descriptor is readable once `gone` has ended, or a newer one has come."""
        self.end()
        stop = self._stop = _Stop()
        leaving = asyncio.create_task(gone)
        leaving.add_done_callback(lambda _: stop.now())
        try:
            async with self._turn:
                return await asyncio.to_thread(stop.around, work)
        finally:
            leaving.cancel()

    def end(self) -> None:
        self._stop.now()


class _Stop:
    """A pipe whose other end is closed: so any thread can say it, before there is somebody to hear it or after."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_over = False
        self._open = -1

    def around(self, work: Callable[[int], T]) -> T:
        told = self._begin()
        try:
            return work(told)
        finally:
            self.now()
            os.close(told)

    def now(self) -> None:
        with self._lock:
            self._is_over = True
            if self._open >= 0:
                os.close(self._open)
            self._open = -1

    def _begin(self) -> int:
        with self._lock:
            told, own = os.pipe()
            if self._is_over:
                os.close(own)
            else:
                self._open = own
            return told
