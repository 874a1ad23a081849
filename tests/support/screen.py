"""A terminal with someone who looks at it: a pty, and an emulator of what it would show."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

import pyte

from support.rig import PATIENCE

# Becomes the program, once the terminal is its own: then ^C is a signal.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(2, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """A program on a terminal of its own. Look at `screen.display`, or at `raw` for what it wrote."""

    def __init__(
        self,
        argv: list[str],
        cwd: Path,
        env: Mapping[str, str],
        *,
        size: tuple[int, int] = (80, 24),
        stdin: bool = True,
        stdout: bool = True,
    ) -> None:
        self.screen = pyte.HistoryScreen(*size, history=5000, ratio=0.5)
        self.screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._master, theirs = pty.openpty()
        self._set_size(*size)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *argv],
            cwd=cwd,
            # pyte leaves lines as they are when it becomes narrower, as the Linux console does
            env={"TERM": "linux", **env},
            stdin=theirs if stdin else subprocess.DEVNULL,
            stdout=theirs if stdout else subprocess.PIPE,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    @property
    def lines(self) -> list[str]:
        """Everything that can be seen, scrolled back as far as it goes, without empty lines at the end."""
        above = ["".join(row[at].data for at in range(self.screen.columns)) for row in self.screen.history.top]
        return "\n".join(line.rstrip() for line in [*above, *self.screen.display]).rstrip("\n").split("\n")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def kill(self, number: int) -> None:
        self._process.send_signal(number)

    def until(self, words: str, lines: int = 1) -> None:
        """Read until the words can be seen, in as many lines."""
        end = time.monotonic() + PATIENCE
        while sum(words in line for line in self.lines) < lines:
            assert self._read(end), f"it never showed {words!r}, but:\n{self.text}"

    def hang_up(self) -> None:
        """The window is closed; nobody reads, nobody writes."""
        os.close(self._master)
        self._master = -1

    def finish(self) -> int:
        """Its exit code, when all it wrote was read."""
        end = time.monotonic() + PATIENCE
        while self._master >= 0 and self._read(end):
            pass
        return self._process.wait(timeout=PATIENCE)

    def answer(self) -> bytes:
        """What it wrote to its stdout, where that is no terminal."""
        assert self._process.stdout is not None
        return self._process.stdout.read()

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=PATIENCE)
        if self._process.stdout is not None:
            self._process.stdout.close()
        if self._master >= 0:
            os.close(self._master)

    def _read(self, end: float) -> bool:
        """Take in some output; False at its end."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"it hangs at:\n{self.text}"
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: nobody has it open any longer
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
