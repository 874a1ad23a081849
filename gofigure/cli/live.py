"""The screen that is a terminal: what runs now, drawn anew ten times a second, below what has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from gofigure.cli.area import Area, Piece, row
from gofigure.cli.plain import head_line, note_line, words_of
from gofigure.cli.table import NAME, Look, line_of, remark_of, seconds, table
from gofigure.cli.terminal import Paint, cells, cut, fit, marks_for, printable, size_of
from gofigure.events import (
    Event,
    Note,
    Progress,
    RunFinished,
    RunStarted,
    StageFinished,
    StageOutput,
    StageStarted,
    Stopping,
)
from gofigure.model import FAILED, STOPPED, StageResult

if TYPE_CHECKING:
    from types import TracebackType

_EVERY = 0.1  # seconds between two drawings
_PROGRESS_AFTER = 0.5  # seconds that a command may take before its steps show
_TIME = 8  # columns of "12.3 s", "340 ms", and of most that is longer
_LEAST = 6  # columns: a shorter piece of output says nothing
_BELOW = ("reused", "skipped", *STOPPED)  # they did not come to an end of their own: the table has them


class _Running:
    """A stage under way; until it prints something, its line is why it runs."""

    __slots__ = ("began", "line")

    def __init__(self, began: float, line: str) -> None:
        self.began = began
        self.line = line


class Live:
    """An observer of events, for one terminal. A failure to write ends nothing, as with Plain."""

    wants_output = True

    def __init__(
        self,
        stream: TextIO,
        paint: Paint,
        *,
        wraps_when_narrowed: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._look = Look(paint, marks_for(stream))
        self._marks = marks_for(stream)
        self._clock = clock
        self._area = Area(stream, wraps_when_narrowed=wraps_when_narrowed)
        self._began = self._job_began = clock()
        self._due = 0.0
        self._above: list[str] = []  # lines that stay, and are still to be written
        self._running: dict[str, _Running] = {}
        self._reasons: dict[str, str] = {}  # why each stage was started that was
        self._told: set[str] = set()
        self._names: list[str] = []  # of the run's stages
        self._width = 0  # of the column for them, in lines that stay
        self._cells = 0  # columns of the longest name; 0: not asked for yet
        self._done = self._failed = 0
        self._progress: Progress | None = None
        self._stopping = ""
        self._lent = ""  # the stage that has the terminal

    def __enter__(self) -> Live:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rest()

    def __call__(self, event: Event) -> None:
        self._hear(event)
        if self._lent and not isinstance(event, Stopping):
            return
        if not isinstance(event, StageOutput):  # a tick follows those
            # Between stages nothing may follow for long: then what there is to say is said at once.
            self._draw(now=not self._running and isinstance(event, Note | RunStarted | Stopping))

    def _hear(self, event: Event) -> None:
        match event:
            case StageOutput(_, stage, line):
                if stage in self._running:
                    self._running[stage].line = printable(line)
            case Progress():
                over = event.total and event.done >= event.total
                shows = self._clock() - self._began >= _PROGRESS_AFTER
                self._progress = event if shows and not over else None
            case RunStarted():
                self._start(event)
            case StageStarted():
                self._begin(event)
            case StageFinished(_, result):
                self._finish(result)
            case Note():
                self._above.append(note_line(event, self._look.paint))
            case Stopping(signal):
                self._stopping = signal
                self._due = 0.0
            case RunFinished(result):
                self._above += table(result, self._look, self._told)
                self._rest()
            case _:
                pass

    def _start(self, event: RunStarted) -> None:
        self._look = self._look._replace(again=event.again)
        self._above.append(head_line(event, self._look.paint))
        self._names = [printable(stage) for stage in event.stages]
        self._width = min(NAME, max(map(len, self._names), default=0))
        self._cells = 0
        self._done = self._failed = 0
        self._job_began = self._clock()
        self._progress = None
        self._stopping = ""
        self._reasons.clear()
        self._told.clear()

    def _begin(self, event: StageStarted) -> None:
        self._reasons[event.stage] = printable(event.reason)
        if event.interactive:
            self._lend(event.stage)
        else:
            self._running[event.stage] = _Running(self._clock(), self._reasons[event.stage])

    def _lend(self, stage: str) -> None:
        """Take everything away that changes; nothing is drawn until the stage gives the terminal back."""
        self._above.append(f"  {printable(stage)}: {self._reasons[stage]}")
        self._area.draw(self._above, (), size_of(self._stream)[0])
        self._above.clear()
        self._lent = stage

    def _finish(self, result: StageResult) -> None:
        self._lent = "" if self._lent == result.stage else self._lent
        self._running.pop(result.stage, None)
        self._done += 1
        self._failed += result.verdict in FAILED and not result.allowed
        if self._done == len(self._names):
            self._due = 0.0  # nothing may follow for long: what they read is looked at once more
        if result.verdict in _BELOW:
            return
        self._told.add(result.stage)
        remark = None
        if result.verdict == "passed":
            remark = remark_of(result) or self._reasons[result.stage]
            room = size_of(self._stream)[0] - self._width - _TIME - 9  # beside what line_of puts before it
            remark = cut(remark, room, self._marks.more) if room >= _LEAST else ""
        self._above.append(line_of(result, self._width, self._look, remark))

    def _rest(self) -> None:
        """Write what is still to be written, and take the area away."""
        self._lent = ""
        self._running.clear()
        self._reasons.clear()
        self._progress = None
        self._area.draw(self._above, (), size_of(self._stream)[0])
        self._above.clear()

    def _draw(self, *, now: bool) -> None:
        moment = self._clock()
        if moment < self._due and not now:
            return
        self._due = moment + _EVERY
        columns, rows = size_of(self._stream)
        # The last column stays free: some terminals wrap as soon as it is filled. The last line is the cursor's.
        self._area.draw(self._above, self._lines(moment, columns - 1, rows - 1), columns)
        self._above.clear()

    def _lines(self, moment: float, columns: int, room: int) -> list[tuple[str, int]]:
        """The area as it is to be now: as many stages as there is room for, then how far it all is."""
        under_way = list(self._running.items())
        rest: list[list[Piece]] = []
        if self._progress is not None:
            rest.append([("reused", f"  {self._spinner(moment)} "), (None, words_of(self._progress))])
        if self._reasons or self._stopping:
            rest.append(self._summary(moment))
        if len(under_way) + len(rest) > room:
            shown = max(0, room - len(rest) - 1)
            rest.insert(0, [("faint", f"  {self._marks.more} and {len(under_way) - shown} more")])
            del under_way[shown:]
        lines = [self._stage(name, running, moment, columns) for name, running in under_way]
        return [row(pieces, columns, self._look.paint, self._marks.more) for pieces in [*lines, *rest][-max(1, room) :]]

    def _stage(self, name: str, running: _Running, moment: float, columns: int) -> list[Piece]:
        self._cells = self._cells or max(map(cells, self._names))
        name = fit(printable(name), min(self._cells, max(_LEAST, columns * 2 // 5)), self._marks.more)
        pieces: list[Piece] = [
            ("reused", f"  {self._spinner(moment)} "),
            ("strong", f"{name}  "),
            (None, f"{_clock(moment - running.began):>{_TIME}}"),
        ]
        if columns - cells(name) - _TIME - 8 >= _LEAST:
            pieces.append(("faint", f"  {running.line}"))
        return pieces

    def _summary(self, moment: float) -> list[Piece]:
        if self._stopping:
            return [("warn", f"  ending {len(self._running)} ({self._stopping}); once more ends them at once")]
        pieces: list[Piece] = [(None, f"  {self._done:,} of {len(self._names):,} done")]
        if self._failed:
            pieces += [(None, ", "), ("bad", f"{self._failed} failed")]
        if self._running:
            pieces.append((None, f", {len(self._running)} running"))
        return [*pieces, ("faint", f"  {_clock(moment - self._job_began)}")]

    def _spinner(self, moment: float) -> str:
        return self._marks.spinner[int(moment * 10) % len(self._marks.spinner)]


def _clock(value: float) -> str:
    """A time that goes on: it changes ten times a second at most, then once a second."""
    return f"{value:.1f} s" if value < 60 else seconds(value)
