"""Which repositories may run their configuration here: a list that is kept outside all of them.

A repository is allowed by its place and by a random token in its git directory. A fresh clone at the same place,
or a copy in another one, has no token that this list knows for that place, and so runs nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.errors import GofigureError, NotAllowedError

_TOKEN_BYTES = 16
DATA_VARIABLE = "GOFIGURE_DATA"  # set by our hook script


class Trust(NamedTuple):
    """Where the two halves of a permission live."""

    home: str  # the folder that holds `.gofigure`
    token_file: str  # inside the repository's own state
    record: str  # outside


def trust_for(home: str, state_dir: str, environ: Mapping[str, str]) -> Trust:
    home = os.path.realpath(home)
    name = digest_bytes(os.fsencode(home)).hex()[:32]
    return Trust(home, os.path.join(state_dir, "token"), os.path.join(data_home(environ), "gofigure", "allowed", name))


def data_home(environ: Mapping[str, str]) -> str:
    """Where permissions are kept (XDG Base Directory). A hook is told at installation: what starts it may not know."""
    told = environ.get(DATA_VARIABLE) or environ.get("XDG_DATA_HOME")
    return told or os.path.join(os.path.expanduser("~"), ".local", "share")


def token_of(trust: Trust) -> bytes | None:
    """The repository's token if it is allowed, else None."""
    token = _read(trust.token_file)
    if len(token) == 2 * _TOKEN_BYTES and _read(trust.record) == token + b" " + os.fsencode(trust.home) + b"\n":
        return token
    return None


def require(trust: Trust) -> bytes:
    """The repository's token. Raises NotAllowedError if nobody has said yes on this machine."""
    token = token_of(trust)
    if token is None:
        raise NotAllowedError(
            f"the configuration in {trust.home} has not been allowed to run on this machine",
            hint="read .gofigure.toml, then: gofigure allow",
        )
    return token


def allow(trust: Trust) -> bytes:
    """Say yes; a token that came with the folder is replaced by one of our own."""
    token = token_of(trust)
    if token is None:
        token = os.urandom(_TOKEN_BYTES).hex().encode()
        _write(trust.token_file, token)
        _write(trust.record, token + b" " + os.fsencode(trust.home) + b"\n")
    return token


def deny(trust: Trust) -> None:
    """Take the yes back."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(trust.record)


def _read(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(fd, 8192)
    except OSError:  # a folder
        return b""
    finally:
        os.close(fd)


def _make_private(folder: str) -> None:
    """Make a folder, and those above it that are missing, for the user alone (basedir-spec); makedirs would not."""
    if not os.path.isdir(folder):
        _make_private(os.path.dirname(folder))
        os.mkdir(folder, 0o700)


def _write(path: str, data: bytes) -> None:
    """Write a private file whole or not at all."""
    own = f"{path}.{os.getpid()}"
    try:
        _make_private(os.path.dirname(path))
        fd = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(data)
        os.replace(own, path)
    except OSError as error:
        raise GofigureError(f"{path} cannot be written: {error.strerror}") from error
