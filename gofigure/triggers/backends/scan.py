"""No events: somebody looks from time to time."""

from __future__ import annotations

from gofigure.triggers.backends import pace
from gofigure.triggers.backends.base import Waking
from gofigure.triggers.backends.root import Root


class Scan:
    """A backend that never has anything to say, except that the root is gone."""

    def __init__(self, root: Root, *, why: str, degraded: str = "", asked: float | None) -> None:
        """`why`: there are no events; `degraded`: as in Backend; `asked`: seconds between two looks, None: by cost."""
        self._root = root
        self._why = why
        self._asked = asked
        self.degraded = degraded
        self.interval = pace.scanning(0, asked)
        self.unfinished = False

    @property
    def words(self) -> str:
        return f"a scan every {self.interval:.3g} s ({self._why})"

    def fileno(self) -> int:
        return -1

    def read(self) -> Waking | None:
        self._root.check()
        return None

    def complete(self) -> Waking | None:
        return None

    def took(self, seconds: float) -> None:
        self.interval = pace.scanning(seconds, self._asked)

    def close(self) -> None:
        pass
