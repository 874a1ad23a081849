"""The digest of one file's content: plain blake3, so that `b3sum FILE` prints the same."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from blake3 import blake3

SIZE = 32  # bytes in a digest

# Threads lose on small inputs and win above about a quarter of a MiB (borg#9959).
_THREADS_FROM = 1 << 20
_BIG = 32 << 20


class Content(NamedTuple):
    """A file's bytes as found on disk, in brief."""

    digest: bytes
    size: int
    has_cr: bool  # a carriage return is in it: end-of-line conversion could change it


class NotAFileError(Exception):
    """Neither a regular file nor a symbolic link: a FIFO, socket or device, or gone."""


def digest_bytes(data: bytes) -> bytes:
    """blake3 of `data`: 32 bytes."""
    if len(data) >= _THREADS_FROM:
        return blake3(data, max_threads=blake3.AUTO).digest()
    return blake3(data).digest()


class BigFileError(Exception):
    """A regular file that is better read in pieces than held in memory."""


class Digesting(Protocol):
    """A digest under way."""

    def update(self, data: bytes, /) -> object: ...

    def digest(self) -> bytes: ...


def digesting() -> Digesting:
    """For content that comes in pieces, best of a MiB or more: the same digest as that of the whole."""
    return blake3(max_threads=blake3.AUTO)


def read_regular(path: bytes) -> bytes:
    """All bytes of a regular file; links are not followed and a FIFO cannot block.

    Raises NotAFileError for anything that is not a regular file, BigFileError from 32 MiB on, OSError as the system
    says it.
    """
    fd = _open(path)
    try:
        size = _size(fd, path)
        if size >= _BIG:
            raise BigFileError(path)
        # One read takes it whole; a second one sees the end, or what was appended meanwhile.
        data = os.read(fd, size + 1)
        if len(data) != size:
            data = b"".join([data, *_pieces(fd)])
        return data
    finally:
        os.close(fd)


def _open(path: bytes) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _size(fd: int, path: bytes) -> int:
    info = os.fstat(fd)
    if not stat.S_ISREG(info.st_mode):
        raise NotAFileError(path)
    return info.st_size


def _pieces(fd: int) -> Iterator[bytes]:
    while piece := os.read(fd, 4 << 20):
        yield piece


def digest_path(path: bytes, *, link: bool) -> Content:
    """Digest what is at `path`: a link's text, or a regular file's bytes."""
    try:
        data = os.readlink(path) if link else read_regular(path)
    except BigFileError:
        return _digest_big(path, None)[0]
    return Content(digest_bytes(data), len(data), not link and b"\r" in data)


def _digest_big(path: bytes, object_hasher: Hasher | None) -> tuple[Content, int]:
    """Digest a file piece by piece, feeding another hasher on the way; and the size that it had at first."""
    fd = _open(path)
    try:
        announced = _size(fd, path)
        if object_hasher is not None:
            object_hasher.update(b"blob %d\0" % announced)
        hasher, size, has_cr = blake3(max_threads=blake3.AUTO), 0, False
        for piece in _pieces(fd):
            hasher.update(piece)
            size += len(piece)
            has_cr = has_cr or b"\r" in piece
            if object_hasher is not None:
                object_hasher.update(piece)
        return Content(hasher.digest(), size, has_cr), announced
    finally:
        os.close(fd)


class Hasher(Protocol):
    """A hashlib object."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def _object_hasher(hex_length: int) -> Hasher:
    """Git's own hash: 40 hex digits mean SHA-1, 64 SHA-256."""
    import hashlib

    new = hashlib.sha256 if hex_length == 64 else hashlib.sha1
    return new(usedforsecurity=False)


def git_object_id(kind: bytes, data: bytes, *, hex_length: int) -> str:
    r"""The id that git gives `data` (gitformat-loose, "blob <size>\0"); `hex_length`: see _object_hasher."""
    hasher = _object_hasher(hex_length)
    hasher.update(b"%s %d\0" % (kind, len(data)))
    hasher.update(data)
    return hasher.hexdigest()


def digest_if_blob(path: bytes, *, link: bool, oid: str) -> bytes | None:
    """The digest of the file at `path`, if its bytes are exactly git's blob `oid`; otherwise None.

    The id is computed from the very bytes that are digested, so a file that changes meanwhile, or that a
    checkout filter changed, can never be remembered under the wrong id.
    """
    try:
        data = os.readlink(path) if link else read_regular(path)
    except BigFileError:
        hasher = _object_hasher(len(oid))
        content, announced = _digest_big(path, hasher)
        return content.digest if content.size == announced and hasher.hexdigest() == oid else None
    except (OSError, NotAFileError):
        return None
    if git_object_id(b"blob", data, hex_length=len(oid)) != oid:
        return None
    return digest_bytes(data)
