"""What clusters say of a stage's deploys, asked only when a person wants to know, by a `gofigure` of its own.

The page speaks to no cluster itself: a slow or a hostile one must hold up nobody, and who asks one has to pass all
that a deploy has to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from gofigure.errors import GofigureError
from gofigure.model import PAGE_VARIABLE
from gofigure.process.capture import Running, start
from gofigure.web.page import Look

_PATIENCE = 120.0  # seconds
_MOST_WORDS = 4000


class Looks:
    """In the event loop's thread; what is asked runs in another."""

    def __init__(self, root: str, environ: Mapping[str, str], changed: Callable[[], None]) -> None:
        self._root = root
        self._environ = {**environ, PAGE_VARIABLE: "1"}
        self._changed = changed
        self._known: dict[str, Look] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: set[Running] = set()

    @property
    def known(self) -> Mapping[str, Look]:
        return dict(self._known)

    def ask(self, stage: str) -> None:
        """Begin to; once at a time for each stage."""
        if self._known.get(stage, Look(0)).under_way:
            return
        self._put(stage, Look(time.time_ns(), under_way=True))
        task = asyncio.create_task(self._ask(stage))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """End what nobody waits for any more, as Ctrl-C does; it only looks."""
        for running in list(self._under_way):
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGINT)

    async def _ask(self, stage: str) -> None:
        try:
            said = await asyncio.to_thread(self._said, stage)
            self._put(stage, Look(time.time_ns(), said=said))
        except GofigureError as error:
            self._put(stage, Look(time.time_ns(), error=f"{error}\n{error.hint}".strip()))

    def _said(self, stage: str) -> Mapping[str, Any]:
        """Raises GofigureError with what was complained of."""
        argv = [sys.executable, "-P", "-m", "gofigure", "rollback", "--list", "--live", "--json", "--", stage]
        running = start(argv, env=self._environ, cwd=self._root)
        self._under_way.add(running)
        try:
            done = running.finish(_PATIENCE)
        finally:
            self._under_way.discard(running)
        try:
            said = json.loads(done.out) if done.code == 0 else None
        except ValueError:
            said = None
        if not isinstance(said, dict) or not isinstance(said.get("live"), dict):
            words = done.err.decode(errors="replace").strip()[:_MOST_WORDS]
            raise GofigureError(words or f"it ended with code {done.code}")
        live: Mapping[str, Any] = said["live"]
        return live

    def _put(self, stage: str, look: Look) -> None:
        self._known[stage] = look
        self._changed()
