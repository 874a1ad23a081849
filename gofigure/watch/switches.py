"""Jobs that no change starts, by a person's wish: kept beside the watcher's files, and so for one working tree.

One small file for each job, so that two who move two switches never undo each other's.
"""

from __future__ import annotations

import contextlib
import os
import stat

from gofigure.digest.content import digest_bytes
from gofigure.errors import StoreUnwritable
from gofigure.triggers.background import write_whole

_FOLDER = "off"
_LONGEST = 64 * 1024  # bytes of a name


def place_of(folder: str) -> str:
    """Where they lie; its stamp changes with each switch that is moved. `folder`: watch.place.folder_of."""
    return os.path.join(folder, _FOLDER)


def switched_off(folder: str) -> frozenset[str]:
    """Jobs that no change starts, whether or not they are still there, and whether or not a watcher lives."""
    try:
        names = os.listdir(place_of(folder))
    except OSError:
        return frozenset()
    said = (_read(os.path.join(place_of(folder), name)) for name in names)
    return frozenset(job for job in said if job)


def switch(folder: str, job: str, *, off: bool) -> None:
    """Have no change start a job any more, or have it again. Raises StoreUnwritable."""
    name = digest_bytes(job.encode("utf-8", "surrogatepass")).hex()[:32]
    path = os.path.join(place_of(folder), name)
    try:
        if off:
            os.makedirs(place_of(folder), mode=0o700, exist_ok=True)
            write_whole(path, job.encode("utf-8", "surrogatepass"))
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror}") from error


def _read(path: str) -> str:
    """The job's name; "" for what is none of ours, or was not finished."""
    if "." in os.path.basename(path):
        return ""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        with open(fd, encoding="utf-8", errors="surrogatepass") as file:
            info = os.fstat(fd)
            return file.read() if stat.S_ISREG(info.st_mode) and info.st_size <= _LONGEST else ""
    except (OSError, ValueError):
        return ""
