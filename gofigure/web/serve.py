"""Serve the page until it is stopped: on loopback, on a Unix socket, or with TLS on an address that is named.

In a container it is loopback of the host: see `published`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import signal
import socket
import stat
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import uvicorn

from gofigure.errors import GofigureError
from gofigure.project import Project
from gofigure.watch.place import folder_of
from gofigure.web.app import make_app
from gofigure.web.codes import Announce
from gofigure.web.guard import Door
from gofigure.web.patient import Patient
from gofigure.web.place import Card, Place, last_port
from gofigure.web.published import EVERYWHERE, LOOPBACK, network
from gofigure.web.site import Setting, Site

_BACKLOG = 128
_GRACE = 1  # seconds


class Where(NamedTuple):
    """Where a page is to be reached."""

    host: str = LOOPBACK
    port: int = 0  # 0: the one that it had here last, if that is free, or any
    socket: str = ""  # a Unix socket's path, instead
    certificate: str = ""  # with key: TLS
    key: str = ""
    published: bool = False  # in a container: the address is that of its host, which an engine forwards to us


class Address(NamedTuple):
    """Where a page is reached."""

    url: str
    tickets: Callable[[], str]  # makes an address that opens it once

    def login(self) -> str:
        return f"{self.url}/login?ticket={self.tickets()}"


def serve(
    project: Project,
    environ: Mapping[str, str],
    where: Where,
    place: Place,
    *,
    read_only: bool,
    tell: Callable[[Address], None],
    announce: Announce | None = None,
    commands: Callable[[], Sequence[Any]] = tuple,
) -> None:
    """Serve until INT or TERM; `tell` is called once it answers. The place has been taken. Raises GofigureError.

    `announce`: shows what the page has saved, with a code, where a person sits; called in a thread.
    """
    refuse_unsafe(where)
    listening = _listen(where, last_port(folder_of(project.lock_file)))
    try:
        asyncio.run(_serve(Setting(project, environ, read_only, announce, commands), where, place, listening, tell))
    except KeyboardInterrupt:
        pass  # which is how it is ended
    finally:
        listening.close()
        if where.socket:
            with contextlib.suppress(OSError):
                os.unlink(where.socket)


async def _serve(
    setting: Setting, where: Where, place: Place, listening: socket.socket, tell: Callable[[Address], None]
) -> None:
    site = Site(setting)
    scheme = "https" if where.certificate else "http"
    port = 0 if where.socket else listening.getsockname()[1]
    around = network() if where.published else None
    door = Door(_hosts(where, port), scheme, f"gofigure-{port}", setting.read_only, around)
    url = f"unix:{where.socket}" if where.socket else f"{scheme}://{_bracketed(where.host)}:{port}"
    config = uvicorn.Config(
        make_app(site, door),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http=Patient,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=30,
        ssl_certfile=where.certificate or None,
        ssl_keyfile=where.key or None,
    )
    server = _Server(config, site)
    place.publish(Card(os.getpid(), url, port, site.sessions.key, setting.read_only))

    def told() -> None:
        tell(Address(url, site.sessions.ticket))

    server.told = told
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish is respected
        hung_up = partial(server.handle_exit, signal.SIGHUP, None)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)  # uvicorn knows INT and TERM
    try:
        await server.serve(sockets=[listening])
    finally:
        site.reader.close()


class _Server(uvicorn.Server):
    """Says when it answers, and ends streams when it is to end."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site
        self.told: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.told()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._site.close()
        await super().shutdown(sockets)


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


def _hosts(where: Where, port: int) -> frozenset[str]:
    """What a browser that was given our address says."""
    if where.socket:
        return frozenset(("localhost",))
    names = {_bracketed(where.host)}
    if ipaddress.ip_address(where.host).is_loopback:
        names.add("localhost")
    return frozenset(f"{name}:{port}" for name in names)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(where: Where, before: int) -> socket.socket:
    """Raises GofigureError."""
    if where.socket:
        return _listen_at(where.socket)
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    ports = (where.port,) if where.port else (before, 0) if before else (0,)
    for port in ports:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((EVERYWHERE if where.published else where.host, port))
        except OSError as error:
            listening.close()
            if port == ports[-1]:
                raise GofigureError(
                    f"{where.host}:{port} cannot be had: {error.strerror}", hint="--port 0 takes a free one"
                ) from error
            continue
        listening.listen(_BACKLOG)
        return listening
    raise AssertionError(ports)


def _listen_at(path: str) -> socket.socket:
    """For its owner alone. One that a killed page has left makes room: only one page of a working tree lives."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _make_room(path)
        before = os.umask(0o177)
        try:
            listening.bind(path)
        finally:
            os.umask(before)
    except OSError as error:
        listening.close()
        raise GofigureError(f"{path} cannot be used: {error.strerror or error}") from error
    listening.listen(_BACKLOG)
    return listening


def _make_room(path: str) -> None:
    """Remove a socket that nobody listens at. Raises GofigureError where somebody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                os.unlink(path)
            return
    raise GofigureError(f"{path} is in use")
