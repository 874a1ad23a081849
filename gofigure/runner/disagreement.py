"""What two runs do not agree on, as a patch: files as the one has left them, and as they stand after the other.

A stale run keeps what changed under it, a few small files, beside its logs; they go with these.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable

from gofigure.digest.content import digest_bytes
from gofigure.process.log_files import folder_of
from gofigure.runner.clean import clean
from gofigure.snapshot.select import show
from gofigure.store.store import Store

_FILES = 3
_BYTES = 64 * 1024  # of each
_LINES = 20
_FOLDER = "left"


def keep(root: str, files: Iterable[bytes], logs: str) -> None:
    """Copy the first of the files to a run's logs, as they stand now. What cannot be read or written is left out."""
    with contextlib.suppress(OSError):
        os.mkdir(os.path.join(logs, _FOLDER), 0o700)
    for path in sorted(files)[:_FILES]:
        with contextlib.suppress(OSError):
            content = _read(os.path.join(os.fsencode(root), path))
            with open(_kept(logs, path), "wb") as copy:
                copy.write(content)


def disagreement(
    store: Store, state_dir: str, job: str, root: str, files: Iterable[bytes], hide: Callable[[str], str] = str
) -> list[str]:
    """The first lines of the patch from what the last stale run but one has left to what stands there now.

    For a job that stops; [] where that run kept none of the files. `hide`: see Recorder.
    """
    run = store.windows.stale_before_last(job, root)
    row = store.history.run(run) if run is not None else None
    logs = folder_of(state_dir, row.id, row.started_ns) if row is not None else None
    if logs is None:
        return []
    from difflib import unified_diff

    lines: list[str] = []
    for path in sorted(files)[:_FILES]:
        with contextlib.suppress(OSError):
            then, now = _read(_kept(logs, path)), _read(os.path.join(os.fsencode(root), path))
            names = f"{show(path)}, after run {run}", f"{show(path)}, now"
            lines += unified_diff(_lines(then), _lines(now), *names, n=1, lineterm="")
    return [hide(clean(line)) for line in lines[:_LINES]]


def _kept(logs: str, path: bytes) -> str:
    return os.path.join(logs, _FOLDER, digest_bytes(path).hex()[:32])


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "backslashreplace").splitlines()


def _read(place: str | bytes) -> bytes:
    """Its first bytes. Raises OSError for a link, which may lead anywhere."""
    opened = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(opened, "rb") as file:
        return file.read(_BYTES)
