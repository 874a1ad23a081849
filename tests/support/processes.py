"""Who bears the marker of a test."""

from __future__ import annotations

import os
import time
from pathlib import Path

from gofigure.process import family


def bearers(marker: tuple[str, str]) -> set[int]:
    return family.marked("=".join(marker).encode())


def at_least(count: int, marker: tuple[str, str]) -> bool:
    """Whether so many bear it, or soon will: in the middle of an exec a process shows no environment."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if len(bearers(marker)) >= count:
            return True  # a second look could meet another exec
        os.sched_yield()
    return False


def command_line(pid: int) -> bytes:
    """What a process was started with; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def guardians(pid: int) -> set[int]:
    """Those of a process's children that would end its stages, were it killed."""
    children = {one.pid for one in family.table().values() if one.parent == pid}
    return {child for child in children if b"process.guardian" in command_line(child)}
