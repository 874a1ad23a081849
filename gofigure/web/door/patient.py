"""Connections that ask nothing, or read no answer: each costs a descriptor, and one program can make a thousand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from gofigure.web.door.peers import Address

_MOST = 256  # at once
_PATIENCE = 10.0  # seconds for a request's first lines to come in whole, and for a part of an answer to be read
_WORDS = b"""this page is for the user who started it
as that user, type in a terminal: gofigure ui
where a browser runs as another one: gofigure ui --socket PATH, and ssh -L
"""
_REFUSED = (
    b"HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\n"
    b"cache-control: no-store\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(_WORDS), _WORDS)
)

Whose = Callable[[Address | None, Address | None], bool]


class Patient(H11Protocol):
    """Ends a connection on which no whole request comes, or from which nothing is read; takes no more than so many, and
    of another user none.
    """

    def __init__(self, *args: Any, is_anothers: Whose | None = None, **kwargs: Any) -> None:
        """`is_anothers`: whether a connection, by both its ends, is of somebody who gets no answer here."""
        super().__init__(*args, **kwargs)
        self._is_anothers = is_anothers
        self._has_read = False  # since we looked: enough of a long answer for more to be written
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        if self._is_anothers is not None and self._is_anothers(self.client, self.server):
            self.connections.discard(self)  # it takes nobody's place
            transport.write(_REFUSED)
            transport.abort()  # what was written is with the kernel already
        elif len(self.connections) > _MOST:
            transport.close()
        else:
            self._wait()
            self._look_later(0)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._next_look is not None:
            self._next_look.cancel()

    def resume_writing(self) -> None:
        self._has_read = True
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():  # TLS hands over what had come before
            return
        super().data_received(data)
        if not self._is_answering():
            self._wait()

    def handle_events(self) -> None:
        """What comes is parsed here, and no code of ours runs: what fails is the sender's doing.

        (A wrong chunk after the answer has begun, for one, which cannot be answered by 400 any more.)
        """
        try:
            super().handle_events()
        except Exception:  # noqa: BLE001 - of whichever kind
            self.transport.abort()

    def _wait(self) -> None:
        self.loop.call_later(_PATIENCE, self._lose_patience)

    def _lose_patience(self) -> None:
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.close()

    def _look_later(self, unread: int) -> None:
        self._next_look = self.loop.call_later(_PATIENCE, self._look, unread)

    def _look(self, before: int) -> None:
        """Whether something of what was `before` has been read; one that is closing waits for that, too."""
        if self.scheme == "https" and self.transport.is_closing():  # asyncio has a patience of its own for these
            return
        unread = self.transport.get_write_buffer_size()
        if unread and unread >= before > 0 and not self._has_read:
            self.transport.abort()
            return
        self._has_read = False
        self._look_later(unread)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn has none before the first request
        return cycle is not None and not cycle.response_complete
