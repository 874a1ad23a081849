"""A text from the page into its file: first it is made to wait for a yes, then it is written, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat

from gofigure import trust
from gofigure.errors import GofigureError
from gofigure.project import Project
from gofigure.trust import Layer
from gofigure.web.editing.sources import Source, again


class ChangedError(GofigureError):
    """Somebody else has written the file since it was read."""


def refuse_changed(now: Source, seen: object) -> None:
    """Raise ChangedError where somebody else has written the file."""
    if now.seen != seen:
        raise ChangedError(f"{now.name} has changed on disk since you began", hint="reload it, or compare")


def save(project: Project, before: Source, data: bytes) -> bool:
    """Put these bytes in the place of those that were read; whether they wait for a yes now.

    Raises ChangedError where others stand there by now, GofigureError where it cannot be done.
    """
    _refuse_locked(before)
    # Before the bytes can be seen by anybody who runs them: killed in between, one yes too many is asked for.
    waits = trust.hold(project.trust, Layer(before.name, data), before.data or b"")
    place = before.path
    own = f"{place}.{os.getpid()}"
    try:
        mode = stat.S_IMODE(os.lstat(place).st_mode) if before.data is not None else None
        with contextlib.suppress(FileNotFoundError):
            os.unlink(own)  # of one with our number that was killed
        fd = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            with open(fd, "wb") as file:
                if mode is not None:
                    os.fchmod(fd, mode)
                file.write(data)
                file.flush()
                os.fsync(fd)
            now = again(project, before)
            _refuse_locked(now)
            refuse_changed(now, before.seen)
            os.replace(own, place)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(own)
            raise
        _sync(os.path.dirname(place))
    except OSError as error:
        raise GofigureError(f"{before.path} cannot be written: {error.strerror}") from error
    return waits


def _refuse_locked(own: Source) -> None:
    if own.locked:
        raise GofigureError(f"{own.name} cannot be written here: {own.locked}")


def _sync(folder: str) -> None:
    with contextlib.suppress(OSError):  # a file system that knows no such thing
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
