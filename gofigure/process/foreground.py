"""A program that has the person's terminal while we go on with other things: a pager."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gofigure.process.pipes import ExitWatch
from gofigure.process.spawn import spawn

_GRACE_MS = 500


class Foreground:
    """A started program. `leave` must follow: it ends the program if it has not ended, and takes the terminal back.

    It has a process group of its own, which is the terminal's while it lives: what is typed is for it, Ctrl-C too.
    """

    def __init__(self, argv: Sequence[str], *, env: Mapping[str, str], keyboard: int) -> None:
        """`keyboard`: the terminal, as it is open here. Raises CannotStart."""
        self._keyboard = keyboard
        self._exit = ExitWatch(spawn(argv, env=env, stdin=keyboard, session=False, group=True))
        self._hand_to(self._exit.pid)
        with contextlib.suppress(OSError):
            os.killpg(self._exit.pid, signal.SIGCONT)  # if it asked for the terminal before it had it

    @property
    def fd(self) -> int:
        """Readable when it has ended; -1: it has to be asked."""
        return self._exit.fd

    def ended(self) -> bool:
        return self._exit.ended()

    def leave(self) -> None:
        if not self.ended():
            with contextlib.suppress(OSError):
                os.killpg(self._exit.pid, signal.SIGTERM)
                os.killpg(self._exit.pid, signal.SIGCONT)
            if self._exit.fd >= 0:
                poll = select.poll()
                poll.register(self._exit.fd, select.POLLIN)
                poll.poll(_GRACE_MS)
        self._exit.kill()
        self._exit.close()
        self._hand_to(os.getpgrp())

    def _hand_to(self, group: int) -> None:
        with contextlib.suppress(OSError), as_background():
            os.tcsetpgrp(self._keyboard, group)


def has_terminal(fd: int) -> bool:
    """Whether the terminal is ours to read from, to set and to draw on."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return False


@contextlib.contextmanager
def as_background() -> Iterator[None]:
    """Whoever has the terminal by now, to set it must not stop us."""
    before: Any = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTTOU,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
