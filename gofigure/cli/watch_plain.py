"""The watcher's screen that is a file or a pipe: a line, or a JSON value, for each thing that matters."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from gofigure.cli.streams import write
from gofigure.cli.terminal import printable
from gofigure.cli.watch_news import news
from gofigure.cli.watch_screen import clock
from gofigure.events import Event
from gofigure.watch.state import Command, State, to_json

if TYPE_CHECKING:
    from types import TracebackType


class PlainWatch:
    """Nobody types at it. One that nobody can read any more is no reason to end: a run may be under way."""

    def __init__(self, stream: TextIO, *, as_json: bool, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._stream = stream
        self._as_json = as_json
        self._clock_ns = clock_ns
        self._before = State(0, "")
        self.unwritten: OSError | None = None  # why some line was not written, and none after it

    def __enter__(self) -> PlainWatch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass  # each line was written whole

    def show(self, state: State) -> None:
        before, self._before = self._before, state
        lines = news(before, state)
        if self._as_json and (lines or _differs(before, state)):
            self._write(f"{to_json(state)}\n")
        elif lines:
            self._tell(lines)

    def notice(self, words: str) -> None:
        if not self._as_json:
            self._tell([printable(words)])

    def looks_at(self, engine: int) -> None:
        if engine:
            self.notice(f"process {engine} is the watcher here; this shows what it sees")

    def hear(self, event: Event) -> None:
        """What matters of a run is in the state."""

    def filenos(self) -> Sequence[int]:
        return ()

    def read(self, _fd: int) -> list[Command]:
        return []

    def _tell(self, lines: Sequence[str]) -> None:
        now = clock(self._clock_ns())
        self._write("".join(f"{now} {line}\n" for line in lines))

    def _write(self, text: str) -> None:
        self.unwritten = write(self._stream, text) or self.unwritten


def _differs(before: State, after: State) -> bool:
    """Whether there is news for a program, without words for it: a run that begins, or something that is over."""
    return _facts(before) != _facts(after)


def _facts(state: State) -> tuple[object, ...]:
    jobs = tuple((job.job, job.under_way, job.verdict, job.run, job.stale, job.held) for job in state.jobs)
    return jobs, state.ready, state.waiting, state.trouble, state.degraded, state.paused, state.branch
