"""A bound on the time that a user's regular expression may take: one that backtracks would take for ever."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from gofigure.errors import SlowExpression

SECONDS = 10.0  # of computing, for all names of one folder; a million names take 2


@contextlib.contextmanager
def patience(expression: str | None) -> Iterator[None]:
    """Raise SlowExpression where what is inside computes for too long; None: there is no expression to wait for.

    `re` looks for signals while it matches. Only the main thread gets them: in any other there is no bound.
    """
    if expression is None:
        yield
        return

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise SlowExpression(expression, SECONDS)

    try:
        before = signal.signal(signal.SIGVTALRM, give_up)
    except ValueError:  # not the main thread
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
