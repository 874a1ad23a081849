"""What stages print, while they print it, for a screen that is live: ten times a second, the last line of each."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Collection

from gofigure.events import Observer, StageOutput, Tick
from gofigure.runner.clean import last_line

_EVERY = 0.1  # seconds
_KEPT = 4096  # bytes of the newest output of a stage
_SHOWN = 400  # characters: more than any screen is wide
_UTF8 = codecs.getincrementaldecoder("utf-8")


class Pulse:
    """Takes output as it comes, which may be a gigabyte; makes text of its end only when it is due."""

    def __init__(
        self, observe: Observer, hide: Callable[[str], str] = str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._observe = observe
        self._hide = hide  # cleaning may put together what was masked apart
        self._clock = clock
        self._stages: dict[int, str] = {}  # by pid
        self._ends: dict[str, bytes] = {}  # the newest bytes of each stage under way
        self._heard: set[str] = set()  # those that printed since the last beat
        self._due = 0.0

    def follow(self, pid: int, stage: str) -> None:
        """From now on, what this process prints is the stage's."""
        self._stages[pid] = stage

    def take(self, pid: int, data: bytes) -> None:
        """Accept output."""
        stage = self._stages.get(pid)
        if stage is not None:
            self._ends[stage] = (self._ends.get(stage, b"") + data[-_KEPT:])[-_KEPT:]
            self._heard.add(stage)

    def patience(self, other: float | None) -> float:
        """Seconds until the next beat, or `other` if that is sooner."""
        mine = max(0.0, self._due - self._clock())
        return mine if other is None else min(mine, other)

    def beat(self, run: int, under_way: Collection[str]) -> None:
        """Tell what came in since the last beat, where that is due."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + _EVERY
        # What was begun goes on with the next bytes: the end of a stage is kept as long as it runs.
        self._ends = {stage: end for stage, end in self._ends.items() if stage in under_way}
        for stage in self._heard & self._ends.keys():
            line = self._hide(last_line(_text(self._ends[stage])))
            if line:
                self._observe(StageOutput(run, stage, line[:_SHOWN]))
        self._heard.clear()
        if under_way:
            self._observe(Tick())


def _text(end: bytes) -> str:
    """Decoded, without the halves of a letter at either side."""
    if len(end) == _KEPT:
        end = end.lstrip(bytes(range(0x80, 0xC0)))
    return _UTF8("backslashreplace").decode(end)
