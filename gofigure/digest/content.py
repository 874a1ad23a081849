"""The digest of one file's content: plain blake3, so that `b3sum FILE` prints the same."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from blake3 import blake3

SIZE = 32  # bytes in a digest

# Threads lose on small inputs and win above about a quarter of a MiB (borg#9959).
_THREADS_FROM = 1 << 20


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


def read_regular(path: bytes) -> bytes:
    """All bytes of a regular file; links are not followed and a FIFO cannot block.

    Raises NotAFileError for anything that is not a regular file, OSError as the system says it.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            raise NotAFileError(path)
        # One read takes it whole; a second one sees the end, or what was appended meanwhile.
        data = os.read(fd, info.st_size + 1)
        if len(data) != info.st_size:
            chunks = [data]
            while chunk := os.read(fd, 1 << 20):
                chunks.append(chunk)
            data = b"".join(chunks)
        return data
    finally:
        os.close(fd)


def digest_path(path: bytes, *, link: bool) -> Content:
    """Digest what is at `path`: a link's text, or a regular file's bytes."""
    data = os.readlink(path) if link else read_regular(path)
    return Content(digest_bytes(data), len(data), not link and b"\r" in data)


def git_object_id(kind: bytes, data: bytes, *, hex_length: int) -> str:
    r"""The id that git gives `data`; `hex_length` 40 means SHA-1, 64 SHA-256 (gitformat-loose, "blob <size>\0")."""
    import hashlib

    header = b"%s %d\0" % (kind, len(data))
    new = hashlib.sha256 if hex_length == 64 else hashlib.sha1
    hasher = new(header, usedforsecurity=False)
    hasher.update(data)
    return hasher.hexdigest()


def digest_if_blob(path: bytes, *, link: bool, oid: str) -> bytes | None:
    """The digest of the file at `path`, if its bytes are exactly git's blob `oid`; otherwise None.

    The id is computed from the very bytes that are digested, so a file that changes meanwhile, or that a
    checkout filter changed, can never be remembered under the wrong id.
    """
    try:
        data = os.readlink(path) if link else read_regular(path)
    except (OSError, NotAFileError):
        return None
    if git_object_id(b"blob", data, hex_length=len(oid)) != oid:
        return None
    return digest_bytes(data)
