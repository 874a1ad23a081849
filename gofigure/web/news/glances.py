"""Looks at what lies around the store: one at a time, whoever asks, and none where there was one a moment ago."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable

from gofigure.errors import GofigureError

# Who asks by a program may have one so often: seconds, and a tenth of the time at the most.
_MOMENT = 1.0
_SHARE = 10


class Glances:
    """`look` says whether anything is otherwise than before. In the event loop's thread."""

    def __init__(self, look: Callable[[], Awaitable[bool]]) -> None:
        self._look = look
        self._under_way: asyncio.Task[bool] | None = None
        self._began = -math.inf
        self._took = 0.0

    async def look(self) -> bool:
        """One that is under way is enough for all who come meanwhile."""
        return await asyncio.shield(self._begun())

    async def look_if_old(self, patience: float) -> bool:
        """For who may wait so many seconds; whether by this asking something else is known than before."""
        is_first = self._under_way is None
        if is_first and time.monotonic() < self._began + max(_MOMENT, self._took * _SHARE):
            return False
        look = self._begun()
        with contextlib.suppress(TimeoutError, GofigureError):  # a page that is asked for says it in its own words
            return await asyncio.wait_for(asyncio.shield(look), patience) and is_first
        return False

    def _begun(self) -> asyncio.Task[bool]:
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._timed())
        return self._under_way

    async def _timed(self) -> bool:
        self._began = time.monotonic()
        try:
            return await self._look()
        finally:
            self._took = time.monotonic() - self._began
            self._under_way = None
