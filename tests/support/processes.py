"""Who bears the marker of a test."""

from __future__ import annotations

import os
import time

from gofigure.process import family


def bearers(marker: tuple[str, str]) -> set[int]:
    return family.marked("=".join(marker).encode())


def at_least(count: int, marker: tuple[str, str]) -> bool:
    """Whether so many bear it, or soon will: in the middle of an exec a process shows no environment."""
    until = time.monotonic() + 10
    while len(bearers(marker)) < count and time.monotonic() < until:
        os.sched_yield()
    return len(bearers(marker)) >= count
