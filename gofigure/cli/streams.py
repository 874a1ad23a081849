"""The standard streams, any of which may be closed, full, or without a reader."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO


def open_missing() -> None:
    """Give a stream that was closed when we were started a place to write to: nothing then need ask for None."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - until the process ends
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - until the process ends
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")  # a name of odd bytes is no reason to fail


def write(stream: TextIO, text: str) -> OSError | None:
    """Write it now; what kept it from being written, after which the stream takes everything in silence."""
    try:
        stream.write(text)
        stream.flush()  # whoever reads at the other end of a pipe waits as well
    except OSError as error:
        silence(stream)
        return error
    return None


def flush(stream: TextIO) -> OSError | None:
    return write(stream, "")


def silence(stream: TextIO) -> None:
    """Let what its buffer still holds, and all that follows, go nowhere: else it would fail again at every write."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()
