"""When to look: once it has been quiet for a moment, and after ten seconds of unrest at the latest."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST = 10.0  # seconds
_ONE_SAVE = 0.002  # seconds in which the events of one save come: it is cut to nothing, written, closed


class Settling:
    """Reckons from the changes that it is told of."""

    def __init__(self, quiet: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`quiet`: seconds without a change that are enough; a single save always has its time."""
        self.quiet = quiet
        self._clock = clock
        self._first = self._last = 0.0
        self._unseen = False

    def changed(self) -> None:
        """Something may be different from what was seen."""
        now = self._clock()
        if not self._unseen:
            self._first = now
        self._unseen, self._last = True, now

    def looked(self) -> None:
        """A look begins: what changes from now on is to be looked at once more."""
        self._unseen = False

    @property
    def unseen(self) -> bool:
        """Whether there was a change since the last look began."""
        return self._unseen

    def quiet_for(self) -> float:
        """Seconds since the last change that anybody has heard of."""
        return self._clock() - self._last

    @property
    def has_waited_long(self) -> bool:
        """Whether the unrest has gone on for so long that nobody waits for its end."""
        return self._unseen and self._clock() - self._first >= LONGEST

    def patience(self) -> float | None:
        """Seconds until it is time to look, 0.0: now; None: nothing has changed."""
        if not self._unseen:
            return None
        return max(0.0, min(self._last + max(self.quiet, _ONE_SAVE), self._first + LONGEST) - self._clock())
