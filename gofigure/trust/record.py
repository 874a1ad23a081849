"""What is kept outside all repositories: who may run a configuration here, and the bytes that were approved."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gofigure.digest.content import digest_bytes, read_regular
from gofigure.digest.frame import digest_value
from gofigure.errors import GofigureError

if TYPE_CHECKING:
    from gofigure.git.repository import Repository

_TOKEN_BYTES = 16
_REVOKED = b"revoked "
DATA_VARIABLE = "GOFIGURE_DATA"  # set by our hook script
_KEPT = 100  # texts, and as many worktrees; or else
_KEPT_OF_EACH = 4  # where a configuration has many files
_TEXT, _LAST = "text-", "last-"


class Layer(NamedTuple):
    """One file of a configuration, as it was read: these very bytes are judged, parsed and run."""

    name: str  # relative to the root of the working tree
    data: bytes


class Trust(NamedTuple):
    """Where the two halves of a permission live, and what it is about."""

    home: str  # the folder that holds `.gofigure`
    token_file: str  # inside the repository's own state
    record: str  # outside
    approved: str  # outside: a folder of the texts that were approved
    root: str  # of this working tree
    repository: Repository | None


def trust_for(home: str, state_dir: str, root: str, repository: Repository | None, environ: Mapping[str, str]) -> Trust:
    home = os.path.realpath(home)
    name = digest_bytes(os.fsencode(home)).hex()[:32]
    data = os.path.join(data_home(environ), "gofigure")
    token_file = os.path.join(state_dir, "token")
    return Trust(
        home, token_file, os.path.join(data, "allowed", name), os.path.join(data, "approved", name), root, repository
    )


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


def make_token(trust: Trust) -> bytes:
    """Allow the repository; a token that came with the folder is replaced by one of our own."""
    token = token_of(trust) or _revoked(trust)
    if token is None:
        _forget_approved(trust)
        token = os.urandom(_TOKEN_BYTES).hex().encode()
        # The record first: where it cannot be written, a permission that another home gave stays as it is.
        _write(trust.record, token + b" " + os.fsencode(trust.home) + b"\n")
        _write(trust.token_file, token)
    elif token_of(trust) is None:
        _write(trust.record, token + b" " + os.fsencode(trust.home) + b"\n")
    return token


def revoke(trust: Trust) -> None:
    """Take the permission back; what is remembered here stays, for the day when it is given again."""
    token = token_of(trust)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(trust.record)
    _forget_approved(trust)
    if token is not None:
        _write(trust.record, _REVOKED + token + b" " + os.fsencode(trust.home) + b"\n")


def _revoked(trust: Trust) -> bytes | None:
    """The repository's token, if it was allowed once, here."""
    token = _read(trust.token_file)
    known = _REVOKED + token + b" " + os.fsencode(trust.home) + b"\n"
    return token if len(token) == 2 * _TOKEN_BYTES and _read(trust.record) == known else None


def is_approved(trust: Trust, token: bytes, layer: Layer) -> bool:
    try:
        return stat.S_ISREG(os.lstat(os.path.join(trust.approved, _text_name(token, layer))).st_mode)
    except OSError:
        return False


def approve(trust: Trust, token: bytes, layer: Layer, files: int = 1) -> None:
    """Keep these bytes as approved; they are one of `files`. Raises GofigureError where that cannot be written."""
    _write(os.path.join(trust.approved, _text_name(token, layer)), layer.data)
    note_use(trust, token, layer)
    _prune(trust, max(_KEPT, _KEPT_OF_EACH * files))


def note_use(trust: Trust, token: bytes, layer: Layer) -> None:
    """Remember which approved text was in use in this working tree last; written only when it is another one."""
    text, last = _text_name(token, layer), os.path.join(trust.approved, _last_name(trust, token, layer.name))
    if _read(last) == text.encode():
        return
    with contextlib.suppress(OSError, GofigureError):  # it only makes the next difference longer
        _write(last, text.encode())
        os.utime(os.path.join(trust.approved, text))


def last_used(trust: Trust, token: bytes, name: str) -> bytes | None:
    """The approved text of a layer that was in use in this working tree last; None if there was none."""
    text = _read(os.path.join(trust.approved, _last_name(trust, token, name))).decode("ascii", "replace")
    return _read_text(trust, text)


def approved_texts(trust: Trust, token: bytes, name: str) -> list[bytes]:
    """All texts of a layer that were approved and are still kept, in any working tree."""
    found = []
    with contextlib.suppress(OSError):  # another process may be pruning
        for entry in os.listdir(trust.approved):
            data = _read_text(trust, entry)
            if data is not None and entry == _text_name(token, Layer(name, data)):
                found.append(data)
    return found


def _read_text(trust: Trust, text: str) -> bytes | None:
    try:
        return read_regular(os.fsencode(os.path.join(trust.approved, text))) if text.startswith(_TEXT) else None
    except OSError:
        return None


def _text_name(token: bytes, layer: Layer) -> str:
    # The token makes the name one that nobody else can tell: where the home folder itself is a working tree, a pull
    # could otherwise bring an approval along.
    return _TEXT + digest_value("gofigure 2026-11 approved configuration", [token, layer.name, layer.data]).hex()


def _last_name(trust: Trust, token: bytes, name: str) -> str:
    return _LAST + digest_value("gofigure 2026-11 configuration in use", [token, os.fsencode(trust.root), name]).hex()


def _prune(trust: Trust, kept: int) -> None:
    for kind in (_TEXT, _LAST):
        with contextlib.suppress(OSError):  # another process may be doing the same
            found = [entry for entry in os.scandir(trust.approved) if entry.name.startswith(kind)]
            for entry in sorted(found, key=lambda entry: entry.stat().st_mtime_ns)[:-kept]:
                os.unlink(entry.path)


def _forget_approved(trust: Trust) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for name in os.listdir(trust.approved):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(trust.approved, name))
        os.rmdir(trust.approved)


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


def make_private(folder: str) -> None:
    """Make a folder, and those above it that are missing, for the user alone (basedir-spec); makedirs would not."""
    if not os.path.isdir(folder):
        make_private(os.path.dirname(folder))
        with contextlib.suppress(FileExistsError):  # another process was quicker
            os.mkdir(folder, 0o700)


def _write(path: str, data: bytes) -> None:
    """Write a private file whole or not at all."""
    own = f"{path}.{os.getpid()}"
    try:
        make_private(os.path.dirname(path))
        fd = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(data)
        os.replace(own, path)
    except OSError as error:
        raise GofigureError(f"{path} cannot be written: {error.strerror}") from error
