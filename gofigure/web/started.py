"""Runs that a page has asked for: `gofigure run` in a process and a session of its own, which outlives the page."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from gofigure.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED
from gofigure.model import PAGE_VARIABLE
from gofigure.process.spawn import CannotStart, apart, spawn
from gofigure.web.page import Waiting

_MOMENT = 1.0  # seconds
_MOST_WORDS = 4000
_KEPT = 5  # refusals that are shown


class Started:
    """Starts them, and knows what those said that could not run."""

    def __init__(self, root: str, environ: Mapping[str, str], changed: Callable[[], None]) -> None:
        self._root = root
        self._environ = {**environ, PAGE_VARIABLE: "1"}  # it has the rights of a page, and no more
        self._changed = changed
        self._waiting: dict[int, Waiting] = {}
        self._count = 0

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(self._waiting.values())

    def start(self, args: Sequence[str]) -> None:
        """Start `gofigure ARGS`, and come back at once; in the event loop's thread."""
        self._count += 1
        number, command = self._count, shlex.join(("gofigure", *args))
        self._put(Waiting(number, command, time.time_ns()))
        # What it prints is on record; what it complains of goes into a file without a name, which needs no reader.
        complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        argv = [sys.executable, "-P", "-m", "gofigure", *args]  # -P: no module of the project's is taken for ours
        try:
            null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            try:
                pid = spawn(argv, env=self._environ, cwd=self._root, stdout=null, stderr=complaints.fileno())
            finally:
                os.close(null)
        except CannotStart as error:
            self._put(self._waiting[number]._replace(error=str(error)))
            return
        self._waiting[number] = self._waiting[number]._replace(pid=pid)
        loop = asyncio.get_running_loop()

        def wait() -> None:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # so that nobody else has its number before it is let go
            with contextlib.suppress(RuntimeError):  # the page has ended before it
                loop.call_soon_threadsafe(self._ended, number, pid, complaints)

        loop.call_later(_MOMENT, self._changed)  # it may have to wait
        threading.Thread(target=wait, daemon=True).start()

    def dismiss(self, number: int) -> None:
        """The person has read what it said, or takes back what still waits: as Ctrl-C does."""
        one = self._waiting.get(number, Waiting(0, "", 0))
        if one.pid:
            os.kill(one.pid, signal.SIGINT)  # it is our child, and was not let go yet
        elif one.error:
            del self._waiting[number]
            self._changed()

    def _ended(self, number: int, pid: int, complaints: IO[bytes]) -> None:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        apart.discard(pid)
        with complaints:
            complaints.seek(0)
            said = complaints.read(_MOST_WORDS).decode(errors="replace").strip()
        waited = self._waiting.pop(number)
        if code not in (EXIT_PASSED, EXIT_FAILED, EXIT_INTERRUPTED):  # those are on record
            self._put(waited._replace(pid=0, error=said or f"it ended with code {code}"))
        self._changed()

    def _put(self, waiting: Waiting) -> None:
        self._waiting[waiting.number] = waiting
        refused = [number for number, one in self._waiting.items() if one.error]
        for number in refused[:-_KEPT]:
            del self._waiting[number]
        self._changed()
