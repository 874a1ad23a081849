"""`gofigure watch --ui`: the page in a process of its own beside the watcher, as long as that lives."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator

from gofigure.cli.guard import say
from gofigure.cli.here import Here
from gofigure.errors import GofigureError
from gofigure.process.spawn import spawn

_PATIENCE = 15.0  # seconds
_CHUNK = 4096


@contextlib.contextmanager
def page_beside(where: Here) -> Iterator[None]:
    """Start it and say where it is. It ends when its input does: also when this process is killed."""
    ours, theirs = os.pipe(), os.pipe()
    argv = [sys.executable, "-P", "-m", "gofigure", "ui", "--json", "--until-eof"]
    try:
        try:
            spawn(argv, env=where.environ, cwd=where.project.root, stdin=theirs[0], stdout=ours[1])
        finally:
            os.close(theirs[0])
            os.close(ours[1])
        say(f"the page: {_address(ours[0])}")
        yield
    finally:
        os.close(theirs[1])
        os.close(ours[0])


def _address(fd: int) -> str:
    """What it prints first. Raises GofigureError."""
    said, until = b"", time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(ValueError, KeyError):
            return str(json.loads(said)["address"])
        ready, _, _ = select.select([fd], [], [], max(0.0, until - time.monotonic()))
        data = os.read(fd, _CHUNK) if ready else b""
        if not data:
            raise GofigureError("the page does not start", hint="gofigure ui")
        said += data


def end_with_input() -> None:
    """End this process, as TERM does, when whoever started it has gone."""

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, _CHUNK):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
