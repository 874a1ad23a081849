"""The screen that is a file, a pipe or a simple terminal: a line when a stage starts, then a table."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from gofigure.cli.streams import write
from gofigure.cli.table import Look, table
from gofigure.cli.terminal import Paint, printable
from gofigure.events import Event, Note, Progress, RunFinished, RunStarted, StageStarted

if TYPE_CHECKING:
    from types import TracebackType

_PROGRESS_EVERY = 10.0  # seconds


class Plain:
    """An observer of events. Everything it writes goes to one stream; where that fails, it goes on in silence.

    What a run or a commit comes to must not depend on whether somebody can see it.
    """

    wants_output = False

    def __init__(self, stream: TextIO, paint: Paint, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._look = Look(paint)
        self._clock = clock
        self._next_progress = clock() + _PROGRESS_EVERY

    def __enter__(self) -> Plain:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass  # each line was written whole

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(_, stage, reason):
                self._print(f"  {printable(stage)}: {printable(reason)}")
            case Progress():
                if self._clock() >= self._next_progress:
                    self._next_progress = self._clock() + _PROGRESS_EVERY
                    self._print(words_of(event))
            case Note():
                self._print(note_line(event, self._look.paint))
            case RunStarted():
                self._look = self._look._replace(again=event.again)
                self._print(head_line(event, self._look.paint))
            case RunFinished(result):
                self._print("\n".join(table(result, self._look)))
            case _:
                pass  # the table says it

    def _print(self, text: str) -> None:
        write(self._stream, f"{text}\n")


def head_line(event: RunStarted, paint: Paint) -> str:
    number = f"run {event.run}, " if event.run else ""
    many = f"{len(event.stages)} stage{'s' if len(event.stages) != 1 else ''}"
    return f"{paint('strong', printable(event.job))}: {number}{many}, on {printable(event.content)} ({event.trigger})"


def note_line(event: Note, paint: Paint) -> str:
    return f"{paint('warn', 'note:')} {printable(event.text)}"


def words_of(step: Progress) -> str:
    """How far a long step has come."""
    if not step.total:
        return f"{step.label} {step.done:,}"
    return f"{step.label} {step.done:,} of {step.total:,} {100 * step.done // step.total:3d} %"
