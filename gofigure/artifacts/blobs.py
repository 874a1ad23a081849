"""The contents of what is kept, each under its digest: compressed, or as it is where that saves nothing.

A file that was written by halves is not what it is called. That is found when it is read, as is whatever else has
happened to it; then it is removed, and counts as gone. So nothing has to wait for the disk when it is written.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gofigure.artifacts.manifest import new_place
from gofigure.digest.content import digesting

if TYPE_CHECKING:
    from gofigure.digest.content import Digesting

_PIECE = 1 << 20
_SMALL = 512  # bytes that are not worth compressing
_TRIED = 1 << 16  # bytes by which it is tried whether compressing saves anything
_SAVES = 0.9
_CLONED_FROM = 1 << 16
_FICLONE = 0x40049409  # ioctl_ficlone(2)
_LEVEL = 1  # zstd's fastest: outputs are written often, and are to be there soon
_PACKED = ".z"


class GoneError(Exception):
    """What was kept is not there, or is damaged."""


class ChangedError(Exception):
    """A file changed while it was kept: its path, where that is known."""


def place_of(folder: str, digest: bytes) -> str:
    name = digest.hex()
    return os.path.join(folder, "blobs", name[:2], name[2:])


def has(folder: str, digest: bytes) -> bool:
    place = place_of(folder, digest)
    return os.path.exists(place + _PACKED) or os.path.exists(place)


def pieces(fd: int) -> Iterator[bytes]:
    os.lseek(fd, 0, os.SEEK_SET)
    while piece := os.read(fd, _PIECE):
        yield piece


def digest_of(fd: int) -> bytes:
    hasher = digesting()
    for piece in pieces(fd):
        hasher.update(piece)
    return hasher.digest()


def add(folder: str, fd: int, digest: bytes) -> None:
    """Keep the content of an open file. Raises ChangedError where that is not what was digested, and OSError."""
    if has(folder, digest):
        return
    new, place = new_place(folder), place_of(folder, digest)
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
    try:
        out = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            found, suffix = _written(fd, out)
        finally:
            os.close(out)
        if found != digest:
            raise ChangedError
        os.rename(new, place + suffix)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new)


def add_bytes(folder: str, data: bytes, digest: bytes) -> None:
    """Keep content that is in memory, and small."""
    if has(folder, digest):
        return
    new, place = new_place(folder), place_of(folder, digest)
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
    packed = _packed(data)
    try:
        with open(new, "xb") as file:
            file.write(data if packed is None else packed)
        os.rename(new, place if packed is None else place + _PACKED)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new)


def _packed(data: bytes) -> bytes | None:
    """It in less space; None where that is not worth it."""
    if len(data) < _SMALL:
        return None
    import zstandard

    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(data)
    return packed if len(packed) < _SAVES * len(data) else None


def _written(fd: int, out: int) -> tuple[bytes, str]:
    """The digest of what was read, and how it was written."""
    if os.fstat(fd).st_size >= _CLONED_FROM and clone(fd, out):
        return digest_of(out), ""
    start = os.pread(fd, _TRIED, 0)
    hasher = digesting()
    if _packed(start) is None:
        for piece in pieces(fd):
            hasher.update(piece)
            _write(out, piece)
        return hasher.digest(), ""
    import zstandard

    packing = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
    for piece in pieces(fd):
        hasher.update(piece)
        _write(out, packing.compress(piece))
    _write(out, packing.flush())
    return hasher.digest(), _PACKED


def clone(fd: int, out: int) -> bool:
    """Let one file share the blocks of another, where the file system can: each is still written by itself."""
    try:
        fcntl.ioctl(out, _FICLONE, fd)
    except OSError:
        return False
    return True


def write_to(folder: str, digest: bytes, size: int, out: int) -> None:
    """Write content into an open, empty file. Raises GoneError where it is not there or damaged, and OSError."""
    place = place_of(folder, digest)
    for suffix in (_PACKED, ""):
        try:
            fd = os.open(place + suffix, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            if _read_into(fd, out, size, packed=bool(suffix)) == digest:
                return
        finally:
            os.close(fd)
        with contextlib.suppress(OSError):
            os.unlink(place + suffix)
        os.ftruncate(out, 0)
        os.lseek(out, 0, os.SEEK_SET)
    raise GoneError


def reading(folder: str, digest: bytes, size: int) -> Iterator[bytes]:
    """Content, piece by piece. Raises GoneError where it is not there, or turns out to be damaged at the end."""
    place = place_of(folder, digest)
    for suffix in (_PACKED, ""):
        try:
            fd = os.open(place + suffix, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        hasher, left = digesting(), size
        try:
            for piece in _unpacked(fd) if suffix else pieces(fd):
                left -= len(piece)
                if left < 0:
                    raise GoneError
                hasher.update(piece)
                yield piece
        except (ValueError, OSError):
            raise GoneError from None
        finally:
            os.close(fd)
        if hasher.digest() != digest:
            raise GoneError
        return
    raise GoneError


def prove(folder: str, digest: bytes, size: int) -> None:
    """Remove what is kept of a content if it is damaged."""
    with open(os.devnull, "wb") as nowhere, contextlib.suppress(GoneError, OSError):
        write_to(folder, digest, size, nowhere.fileno())


def _read_into(fd: int, out: int, size: int, *, packed: bool) -> bytes:
    """The digest of what was written; b"" for more than that can be, or nothing that was ever packed."""
    if not packed and size >= _CLONED_FROM and clone(fd, out):
        return digest_of(out)
    hasher: Digesting = digesting()
    written = 0
    try:
        for piece in _unpacked(fd) if packed else pieces(fd):
            written += len(piece)
            if written > size:
                return b""
            hasher.update(piece)
            _write(out, piece)
    except ValueError:
        return b""
    return hasher.digest()


def _unpacked(fd: int) -> Iterator[bytes]:
    """Raises ValueError for what was never packed."""
    import zstandard

    unpacking = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    try:
        with open(fd, "rb", buffering=0, closefd=False) as file:
            yield from unpacking.read_to_iter(file, read_size=_PIECE, write_size=_PIECE)
    except zstandard.ZstdError as error:
        raise ValueError from error


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
