"""Faults of our own, told once each; of what strangers send, which servers like to write about, nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import ClientDisconnect

_MOST = 16  # different ones: who finds one must not fill a disk
_THEIRS = ("socket", "transport", "protocol")  # what asyncio names where a connection went wrong

Tell = Callable[[BaseException], str]  # writes a report, says so, and returns where it is


class Bugs:
    """In the event loop's thread."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: dict[object, str] = {}

    def told(self, error: BaseException) -> str:
        """Where its report is; "": nowhere, as there are too many."""
        frames = traceback.extract_tb(error.__traceback__)
        kind = type(error), (frames[-1].filename, frames[-1].lineno) if frames else None
        if kind not in self._told and len(self._told) < _MOST:
            self._told[kind] = self._tell(error)
        return self._told.get(kind, "")

    @contextlib.contextmanager
    def instead_of_logs(self) -> Iterator[None]:
        """While it lasts, servers write nothing: an exception in an answer is told, all else is the sender's affair.

        It outlasts the event loop, at whose end all that is still to be answered is cut off.
        """
        handlers = {"uvicorn": _Heard(self), "asyncio": logging.NullHandler()}
        for name, handler in handlers.items():
            logging.getLogger(name).addHandler(handler)
        try:
            yield
        finally:
            for name, handler in handlers.items():
                logging.getLogger(name).removeHandler(handler)

    def heard_of(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What an event loop says that nobody waits for."""
        error = context.get("exception")
        if isinstance(error, Exception) and not any(word in context for word in _THEIRS):
            self.told(error)


class _Heard(logging.Handler):
    def __init__(self, bugs: Bugs) -> None:
        super().__init__()
        self._bugs = bugs

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception) and not isinstance(error, ClientDisconnect):
            self._bugs.told(error)
