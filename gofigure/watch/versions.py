"""What stood in a few files after a run: to show what two tools disagree on, when it is again what it was before."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterable, Mapping

from gofigure.runner.clean import clean
from gofigure.snapshot.select import show

_FILES = 5
_BYTES = 100_000
_LINES = 20

Versions = Mapping[bytes, list[str]]  # path -> lines


def kept(root: str, paths: Iterable[bytes]) -> Versions:
    """What stands in the first few of these files now; none that is large, or no file."""
    found: dict[bytes, list[str]] = {}
    for path in sorted(paths)[:_FILES]:
        text = _text(os.path.join(os.fsencode(root), path))
        if text is not None:
            found[path] = text
    return found


def difference(root: str, then: Versions) -> str:
    """The first lines of a patch from what stood there then to what stands there now; safe to show."""
    lines: list[str] = []
    for path, before in then.items():
        now = _text(os.path.join(os.fsencode(root), path))
        name = show(path)
        lines += difflib.unified_diff(before, now or [], f"{name} (one)", f"{name} (the other)", lineterm="", n=1)
    more = [f"... {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
    return "\n".join([*map(clean, lines[:_LINES]), *more])


def _text(path: bytes) -> list[str] | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return None
            data = file.read(_BYTES + 1)
    except OSError:
        return None
    return data.decode("utf-8", "backslashreplace").splitlines() if len(data) <= _BYTES else None
