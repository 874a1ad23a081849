"""Real processes: an exact environment, a marker of one's own, and a check that nobody is left."""

from __future__ import annotations

import os
import sys
import uuid
from typing import TYPE_CHECKING

import pytest

from gofigure.process import family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


@pytest.fixture
def env() -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "PYTHONPATH": ROOT}


@pytest.fixture
def marker() -> Iterator[tuple[str, str]]:
    mark = ("GOFIGURE_TEST", uuid.uuid4().hex)
    yield mark
    left = family.marked("=".join(mark).encode())
    for pid in left:
        os.kill(pid, 9)
    assert not left, "processes outlived the test"


@pytest.fixture
def log(tmp_path: Path) -> Callable[[object], str]:
    return lambda token: str(tmp_path / f"log-{token}")


@pytest.fixture
def stubborn(tmp_path: Path) -> list[str]:
    """A program that double-forks, makes a session, ignores INT and TERM; it prints "ready" when it has."""
    script = tmp_path / "stubborn.py"
    script.write_text(
        "import os, signal, sys\n"
        "pipe = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n"
        "            signal.signal(number, signal.SIG_IGN)\n"
        "        os.write(pipe[1], b'x')\n"
        "        while True:\n"
        "            signal.pause()\n"
        "    os._exit(0)\n"
        "os.read(pipe[0], 1)\n"
        "for number in (signal.SIGINT, signal.SIGTERM):\n"
        "    signal.signal(number, signal.SIG_IGN)\n"
        "print('ready', flush=True)\n"
        "while sys.argv[1:] == ['stay']:\n"
        "    signal.pause()\n"
    )
    return [sys.executable, str(script)]
