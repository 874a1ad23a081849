"""Where the output of stages goes: to a pipe as it is, to a terminal made harmless."""

from __future__ import annotations

import os
import sys

from gofigure.cli.harmless import Harmless
from gofigure.cli.terminal import paint_for

_LONGEST_LINE = 64 * 1024


class Output:
    """Takes what stages print. `single`: no line says whose it is."""

    def __init__(self, *, single: bool) -> None:
        self._single = single
        self._whose = ""
        self._held: dict[str, bytes] = {}  # of each stage, the line that it has only begun
        self._ends_line = True
        self._cleaner = _cleaner()

    def begin(self, stage: str, words: str = "") -> None:
        """What follows is a stage's."""
        if stage == self._whose:
            return
        self._finish_line()
        self._whose = stage
        if not self._single:
            self.write(f"==> {stage}{f' ({words})' if words else ''} <==\n".encode())

    def write(self, data: bytes) -> None:
        """More of the stage that has begun."""
        self._ends_line = data.endswith(b"\n")
        if self._cleaner is not None:
            sys.stdout.write(self._cleaner.feed(data))
        else:
            sys.stdout.buffer.write(data)
        sys.stdout.flush()

    def take(self, stage: str, data: bytes) -> None:
        """More of one of several stages that print at the same time: only whole lines are mixed."""
        if not self._single:
            data = self._held.pop(stage, b"") + data
            end = data.rfind(b"\n") + 1
            if len(data) - end < _LONGEST_LINE:
                data, self._held[stage] = data[:end], data[end:]
        if data:
            self.begin(stage)
            self.write(data)

    def end(self, stage: str) -> None:
        """All of a stage's is here."""
        if held := self._held.pop(stage, b""):
            self.begin(stage)
            self.write(held)
        if stage == self._whose:
            self._finish_line()
            self._whose = ""

    def _finish_line(self) -> None:
        if self._cleaner is not None:
            sys.stdout.write(self._cleaner.end() + ("" if self._ends_line else "\n"))
            self._cleaner = _cleaner()
        elif not self._ends_line and not self._single:
            sys.stdout.buffer.write(b"\n")
        self._ends_line = True
        sys.stdout.flush()


def _cleaner() -> Harmless | None:
    return Harmless(colours=paint_for(sys.stdout, os.environ).on) if sys.stdout.isatty() else None
