"""Serve the page until it is stopped: on loopback, on a Unix socket, or with TLS on an address that is named.

In a container it is loopback of the host: see `published`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import uvicorn

from gofigure.project import Project
from gofigure.watch.place import folder_of
from gofigure.web.app import make_app
from gofigure.web.bugs import Bugs, Tell
from gofigure.web.door.guard import Door
from gofigure.web.door.listening import BACKLOG, listening
from gofigure.web.door.patient import Patient
from gofigure.web.door.peers import is_anothers, users_of
from gofigure.web.door.place import Card, Place, last_card
from gofigure.web.door.published import network
from gofigure.web.door.tls import Loop, context_of
from gofigure.web.door.where import Address, Where, refuse_unsafe
from gofigure.web.editing.codes import Announce
from gofigure.web.site import Setting, Site

_DESCRIPTORS = 4096
_GRACE = 1  # seconds


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
    tell_bug: Tell = str,
) -> None:
    """Serve until INT or TERM; `tell` is called once it answers. The place has been taken. Raises GofigureError.

    `announce`: shows what the page has saved, with a code, where a person sits; called in a thread.
    `tell_bug`: writes a report of a fault of our own, and returns where it is.
    """
    refuse_unsafe(where)
    tls = context_of(where.certificate, where.key) if where.certificate else None
    _raise_limit()
    last = last_card(folder_of(project.lock_file))
    setting = Setting(project, environ, read_only, last.tabs, announce, commands)
    bugs = Bugs(tell_bug)
    with (
        contextlib.suppress(KeyboardInterrupt),  # which is how it is ended
        bugs.instead_of_logs(),
        listening(where, last.port) as made,
        asyncio.Runner(loop_factory=Loop) as runner,
    ):
        runner.run(_serve(setting, where, place, made, tls, tell, bugs))


def _raise_limit() -> None:
    """Each connection is a descriptor, and a shell gives 1024. Runs get what we have: so no more than harms nobody."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(
    setting: Setting,
    where: Where,
    place: Place,
    made: socket.socket,
    tls: ssl.SSLContext | None,
    tell: Callable[[Address], None],
    bugs: Bugs,
) -> None:
    asyncio.get_running_loop().set_exception_handler(bugs.heard_of)
    site = Site(setting)
    port = 0 if where.socket else made.getsockname()[1]
    around = network() if where.published else None
    door = Door(where.hosts(port), where.scheme, where.cookie(port), setting.read_only, around, bool(where.socket))
    url = where.url(port)
    config = uvicorn.Config(
        make_app(site, door, bugs),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http=_protocol(setting.environ, where),
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=30,
        backlog=BACKLOG,
    )
    config.load()
    config.ssl = tls  # read already, so that what is wrong with it could be said
    server = _Server(config, site)
    place.publish(Card(os.getpid(), url, port, site.sessions.key, setting.read_only, site.sessions.tabs))

    def told() -> None:
        tell(Address(url, site.sessions.ticket))

    server.told = told
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish is respected
        hung_up = partial(server.handle_exit, signal.SIGHUP, None)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)  # uvicorn knows INT and TERM
    try:
        await server.serve(sockets=[made])
    finally:
        site.reader.close()


def _protocol(environ: Mapping[str, str], where: Where) -> type[asyncio.Protocol]:
    """What talks with who comes: with no other user, unless an engine forwards or a socket's rights say who may."""
    if where.published or where.socket:
        return Patient
    made = partial(Patient, is_anothers=partial(is_anothers, users_of(environ)))
    return cast("type[asyncio.Protocol]", made)  # all that uvicorn does with it is to call it


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
