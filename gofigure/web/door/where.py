"""Where a page is to be reached, and where it is."""

from __future__ import annotations

import ipaddress
import socket
import zlib
from collections.abc import Callable
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.web.door.published import LOOPBACK


class Where(NamedTuple):
    """Where a page is to be reached."""

    host: str = LOOPBACK
    port: int = 0  # 0: the one that it had here last, if that is free, or any
    socket: str = ""  # a Unix socket's path, absolute, instead
    certificate: str = ""  # with key: TLS
    key: str = ""
    published: bool = False  # in a container: the address is that of its host, which an engine forwards to us

    @property
    def scheme(self) -> str:
        return "https" if self.certificate else "http"

    def url(self, port: int) -> str:
        return f"unix:{self.socket}" if self.socket else f"{self.scheme}://{_bracketed(self.host)}:{port}"

    def hosts(self, port: int) -> frozenset[str]:
        """What a browser that was given our address says; of a socket the name alone, as any port may lead there."""
        if self.socket:
            return frozenset(("localhost", LOOPBACK))
        names = {_bracketed(self.host)}
        if ipaddress.ip_address(self.host).is_loopback:
            names.add("localhost")
        return frozenset(f"{name}:{port}" for name in names)

    def cookie(self, port: int) -> str:
        """Its name: cookies are shared by all ports of a host, so each page has one of its own."""
        if self.socket:
            return f"gofigure-{zlib.crc32(f'{socket.gethostname()}:{self.socket}'.encode(errors='replace')):08x}"
        return f"gofigure-{port}"


class Address(NamedTuple):
    """Where a page is reached."""

    url: str
    ticket: Callable[[], str]


def refuse_unsafe(where: Where) -> None:
    """Raise GofigureError for an address that others could reach without TLS."""
    if where.socket:
        return
    if bool(where.certificate) != bool(where.key):
        raise GofigureError("TLS needs both: --certificate and --key")
    try:
        address = ipaddress.ip_address(where.host)
    except ValueError:
        raise GofigureError(f"{where.host} is no IP address", hint=f"--host {LOOPBACK}") from None
    if address.is_unspecified:
        raise GofigureError(f"{where.host} means every address of this machine", hint="name the one that is meant")
    if not address.is_loopback and not where.certificate:
        raise GofigureError(
            f"{where.host} can be reached by others, who could read and steer this",
            hint="--certificate FILE --key FILE for TLS; or keep it here, and use: ssh -L",
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
