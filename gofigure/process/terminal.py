"""The person's terminal, lent to one program by way of a pseudo-terminal: so there is a log, and it is masked."""

from __future__ import annotations

import contextlib
import os
import termios
import tty

from gofigure.process.foreground import as_background
from gofigure.process.pipes import CHUNK
from gofigure.process.spawn import CannotStart

_THEIRS = "/dev/tty"  # in a hook, standard input is something else


class NeedsTerminal(CannotStart):
    """Nobody can be asked: there is no terminal, or somebody else has it."""


class Terminal:
    """The program gets `name` as its own, controlling terminal; we pass on what it says and what is typed.

    The person's terminal passes everything on unseen meanwhile, Ctrl-C too: what a key does is for the program's
    terminal to say. `give_back` puts the person's one right again, and must follow.
    """

    def __init__(self) -> None:
        self.keyboard = _open()
        try:
            self._before = termios.tcgetattr(self.keyboard)
            self.fd, self.theirs = os.openpty()  # their side is for the caller to close
        except (OSError, termios.error) as error:
            os.close(self.keyboard)
            raise NeedsTerminal(f"it needs a terminal, and none can be had: {error}") from None
        self.name = os.ttyname(self.theirs)
        self.pending = b""  # typed, and not yet taken
        self._at_margin = True
        termios.tcsetattr(self.theirs, termios.TCSANOW, self._before)
        self.resize()

    def lend(self) -> None:
        with contextlib.suppress(termios.error), as_background():
            tty.setraw(self.keyboard, termios.TCSANOW)

    def forward(self) -> bool:
        """Pass on what is typed; False: the person's terminal has gone."""
        try:
            typed = os.read(self.keyboard, CHUNK)
        except OSError:
            return False
        self.pending += typed
        self.push()
        return bool(typed)

    def push(self) -> None:
        """Hand over what could not be taken before."""
        try:
            while self.pending:
                self.pending = self.pending[os.write(self.fd, self.pending) :]
        except BlockingIOError:
            return
        except OSError:  # nobody is there to read it any more
            self.pending = b""

    def show(self, data: bytes) -> None:
        """On the person's screen; one that has gone is no reason to stop."""
        if data:
            self._at_margin = data.endswith(b"\n")
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self.keyboard, data) :]

    def resize(self) -> None:
        """As large as the person's; the system tells the program if that is new."""
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetwinsize(self.fd, termios.tcgetwinsize(self.keyboard))

    def give_back(self) -> None:
        """The person's terminal as it was, the cursor where a line begins."""
        if self.keyboard < 0:
            return
        if not self._at_margin:
            self.show(b"\r\n")
        with contextlib.suppress(termios.error), as_background():
            termios.tcsetattr(self.keyboard, termios.TCSANOW, self._before)
        os.close(self.keyboard)
        self.keyboard = -1


def _open() -> int:
    try:
        fd = os.open(_THEIRS, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        raise NeedsTerminal("it needs a terminal, and there is none here") from None
    try:
        ours = os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        ours = False
    if not ours:  # whoever reads from it in the background is stopped
        os.close(fd)
        raise NeedsTerminal("it needs a terminal, and this runs in the background")
    return fd
