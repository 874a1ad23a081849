"""Signals as something to poll for: none is lost between two looks, none strikes in the middle of a step."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

_ASK_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Signals:
    """While installed, requests to stop are counted, and they and ended children make `fd` readable."""

    def __init__(self) -> None:
        self.fd = -1
        self.asked: list[str] = []  # names of the requests to stop, in order
        self._write = -1
        self._before: dict[signal.Signals, Any] = {}
        self._wakeup_before = -1

    def install(self) -> None:
        self.fd, self._write = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._write, False)
        # a full pipe wakes as well as an empty one with a byte more
        self._wakeup_before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _ignore)
        for number in _ASK_TO_STOP:
            # nohup, or a shell's background job: who started us does not want us stopped by it
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._ask)

    def restore(self) -> None:
        for number, handler in self._before.items():
            # None: it was not set from Python, and cannot be put back
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._before.clear()
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self.fd)
        os.close(self._write)

    def listen(self, number: signal.Signals) -> None:
        """Let this signal make `fd` readable too."""
        if number not in self._before:
            self._before[number] = signal.signal(number, _ignore)

    def clear(self) -> None:
        """Make `fd` unreadable until the next signal."""
        try:
            while len(os.read(self.fd, 4096)) == 4096:
                continue
        except BlockingIOError:
            return

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self.asked.append(signal.Signals(number).name)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """The byte in the pipe says it all."""
