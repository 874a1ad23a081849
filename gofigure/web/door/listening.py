"""The socket at which a page is reached."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterator

from gofigure.errors import GofigureError
from gofigure.web.door.published import EVERYWHERE, LOOPBACK
from gofigure.web.door.where import Where

BACKLOG = 128


@contextlib.contextmanager
def listening(where: Where, before: int) -> Iterator[socket.socket]:
    """While it lasts. `before`: the port that is tried first, 0: none. Raises GofigureError."""
    if not where.socket:
        with _listen(where, before) as made:
            yield made
        return
    with _listen_at(where.socket) as made:
        own = _identity(where.socket)
        try:
            yield made
        finally:
            if own is not None and _identity(where.socket) == own:  # or another's has taken the place
                with contextlib.suppress(OSError):
                    os.unlink(where.socket)


def _listen(where: Where, before: int) -> socket.socket:
    ports = (where.port,) if where.port else (before, 0) if before else (0,)
    for port in ports:
        try:
            return _listen_on(EVERYWHERE if where.published else where.host, port)
        except OSError as error:
            if port == ports[-1]:
                raise _refusal(where.host, port, error) from error
    raise AssertionError(ports)


def _listen_on(host: str, port: int) -> socket.socket:
    """Raises OSError."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _refusal(host: str, port: int, error: OSError) -> GofigureError:
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return GofigureError(f"this machine has no address {host}", hint=f"--host {LOOPBACK}, or one that it has")
    if not port:
        return GofigureError(f"{host} cannot be used: {error.strerror}", hint=f"--host {LOOPBACK}")
    return GofigureError(f"{host}:{port} cannot be had: {error.strerror}", hint="--port 0 takes a free one")


def _listen_at(path: str) -> socket.socket:
    """For its owner alone. One that a killed page has left makes room: only one page of a working tree lives."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _make_room(path)
        before = os.umask(0o177)
        try:
            made.bind(path)
        finally:
            os.umask(before)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise GofigureError(
            f"{path} cannot be used: {error.strerror or error}", hint="a short path in a folder of your own"
        ) from error
    return made


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
    raise GofigureError(f"{path} is in use", hint="--socket PATH: another one")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return info.st_dev, info.st_ino
