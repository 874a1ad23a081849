"""Connections that ask nothing: they cost a descriptor each, and anybody on this machine can make a thousand."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_MOST = 256  # at once
_PATIENCE = 10.0  # seconds for a request's first lines to come in whole


class Patient(H11Protocol):
    """Ends a connection on which no whole request comes, and takes no more than so many."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > _MOST:
            transport.close()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_answering():
            self._wait()

    def _wait(self) -> None:
        self.loop.call_later(_PATIENCE, self._lose_patience)

    def _lose_patience(self) -> None:
        if not self._is_answering():
            self.transport.close()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn has none before the first request
        return cycle is not None and not cycle.response_complete
