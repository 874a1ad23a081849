"""Keys as they are pressed, and the terminal as it was before, whichever way we leave."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import termios
from typing import TYPE_CHECKING, Any

from gofigure.process.foreground import as_background, has_terminal

if TYPE_CHECKING:
    from types import FrameType

_KEY = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b|[^\x1b]")
_NAMES = {b"\x1b[A": "k", b"\x1b[B": "j", b"\x1bOA": "k", b"\x1bOB": "j", b"\x1b": "esc"}
_LOCAL, _CHARACTERS = 3, 6  # places in what tcgetattr gives


def keys_of(typed: bytes) -> list[str]:
    """The names of the keys: a letter, or "esc"; arrows are "j" and "k", what is none of these is passed over."""
    found = []
    for key in _KEY.findall(typed):
        name = _NAMES.get(key, "" if len(key) > 1 else key.decode("ascii", "ignore"))
        if name:
            found.append(name)
    return found


class Keyboard:
    """A terminal that hands over each key at once and does not show it; Ctrl-C and Ctrl-Z go on to be signals.

    `wake` becomes readable when the terminal has another size, or is ours again.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.wake, self._woken = -1, -1
        self._before: list[Any] | None = None
        self._handlers: dict[signal.Signals, Any] = {}
        self._open = True  # until its end
        self._set = False
        self.was_away = False  # others may have written on the screen

    def __enter__(self) -> Keyboard:
        self.wake, self._woken = os.pipe()
        for fd in (self.wake, self._woken):
            os.set_blocking(fd, False)
        try:
            self._before = termios.tcgetattr(self.fd)
        except termios.error:
            self._open = False
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            self._handlers[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, self._stop)
        for number in (signal.SIGCONT, signal.SIGWINCH):
            self._handlers[number] = signal.signal(number, self._wake)
        self.grab()
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self.give_back()
        for fd in (self.wake, self._woken):
            os.close(fd)

    def grab(self) -> None:
        """Set it as we need it, if it is ours."""
        if self._before is None or self._set or not has_terminal(self.fd):
            return
        self._apply(local=~(termios.ICANON | termios.ECHO))
        self._set = True

    def give_back(self, *, lent: bool = False) -> None:
        """As it was. `lent`: to a program that we wait for: Ctrl-Z would stop it, and nobody would go on."""
        if self._before is None:
            return
        self._apply(no_stop=lent)
        self._set = False

    def _apply(self, *, local: int = -1, no_stop: bool = False) -> None:
        wanted = list(self._before or ())
        wanted[_LOCAL] &= local
        wanted[_CHARACTERS] = list(wanted[_CHARACTERS])
        if no_stop:
            wanted[_CHARACTERS][termios.VSUSP] = bytes([os.fpathconf(self.fd, "PC_VDISABLE") & 0xFF])
        if local != -1:
            wanted[_CHARACTERS][termios.VMIN], wanted[_CHARACTERS][termios.VTIME] = 1, 0
        with contextlib.suppress(termios.error), as_background():
            termios.tcsetattr(self.fd, termios.TCSANOW, wanted)

    def listens(self) -> bool:
        """Whether what is typed is for us: not from the background, where reading would stop us."""
        return self._open and has_terminal(self.fd)

    def read(self) -> list[str]:
        try:
            typed = os.read(self.fd, 1024)
        except OSError:
            typed = b""
        self._open = bool(typed)  # a window that was closed, for one who wants to go on without it
        return keys_of(typed)

    def clear(self) -> None:
        """Nothing wakes until the next time."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.wake, 4096):
                continue

    def grab_again(self) -> None:
        """Set it once more: a shell has set it as it likes meanwhile."""
        self._set = False
        self.grab()

    def _wake(self, number: int, _frame: FrameType | None) -> None:
        self.was_away = self.was_away or number == signal.SIGCONT
        with contextlib.suppress(OSError):
            os.write(self._woken, b"!")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        """Ctrl-Z: the shell gets its terminal back first. Where there is no shell, the system stops nobody."""
        self.give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._stop)
        self.grab()
