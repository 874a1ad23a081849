"""When to ask around for what no file tells of: what git, the hooks and the folders say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from gofigure.errors import GofigureError

_PAUSE = 3.0  # seconds between two rounds; longer where a round takes longer: a three hundredth of the time at the most
_SHARE = 300


class Rounds:
    """One round at a time. In the event loop's thread."""

    def __init__(self, ask: Callable[[], Awaitable[bool]], changed: Callable[[], None]) -> None:
        """`ask` says whether something is otherwise than in the round before; then `changed` is called."""
        self._ask = ask
        self._changed = changed
        self._under_way: asyncio.Task[None] | None = None
        self._due = 0.0

    def go_on(self) -> None:
        """Begin the next round, if it is time and none is under way."""
        if self._under_way is None and time.monotonic() >= self._due:
            self._under_way = asyncio.create_task(self._round())

    def end(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()

    async def _round(self) -> None:
        began = time.monotonic()
        try:
            if await self._ask():
                self._changed()
        except (GofigureError, OSError):  # who asks for a page is told; it may be over before the next round
            pass
        finally:
            took = time.monotonic() - began
            self._due = time.monotonic() + max(_PAUSE, took * _SHARE)
            self._under_way = None
