"""The watcher's screen that is a terminal: drawn anew in place, below whatever was there; and its keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from gofigure.cli.area import Area, row
from gofigure.cli.keyboard import Keyboard
from gofigure.cli.terminal import Paint, marks_for, printable, size_of
from gofigure.cli.watch_screen import Line, View, lay_out, newest_failed
from gofigure.errors import GofigureError
from gofigure.events import Event, StageFinished, StageStarted
from gofigure.process.foreground import Foreground, has_terminal
from gofigure.watch.state import Command, JobState, State

if TYPE_CHECKING:
    from types import TracebackType

_EVERY = 0.05  # seconds between two drawings while something runs: another follows then within a second
_COMMANDS = {"r": "run", "c": "cancel", "p": "pause", "q": "quit"}

Pager = Callable[[JobState], Foreground]  # shows a job's logs; raises GofigureError


class LiveWatch:
    """Shows states, and is a source of commands. The terminal is in order again when it is left."""

    def __init__(
        self,
        stream: TextIO,
        paint: Paint,
        *,
        wraps_when_narrowed: bool,
        keyboard: Keyboard | None,
        pager: Pager,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._paint = paint
        self._marks = marks_for(stream)
        self._wraps = wraps_when_narrowed
        self._area = Area(stream, wraps_when_narrowed=wraps_when_narrowed)
        self._keyboard = keyboard
        self._pager = pager
        self._clock = clock
        self._state: State | None = None
        self._view = View(keys=keyboard is not None)
        self._due = 0.0
        self._drawn: object = None  # what the screen shows, and its size
        self._shown: Foreground | None = None  # a log, which has the terminal
        self._lent = ""  # the stage that has it
        self.unwritten: OSError | None = None  # a terminal takes everything

    def __enter__(self) -> LiveWatch:
        if self._keyboard is not None:
            self._keyboard.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The last state stays, as lines like any others."""
        try:
            if self._shown is not None:
                self._shown.leave()
                self._shown = None
            self._lent = ""
            columns = size_of(self._stream)[0]
            self._view = self._view._replace(keys=False, help=False, notice="", chosen="")
            if self._is_ours():
                self._area.draw([text for text, _ in self._lines(columns - 1, len(self._jobs()) + 60)], (), columns)
        finally:
            if self._keyboard is not None:
                self._keyboard.__exit__()

    def show(self, state: State) -> None:
        busy = any(job.since_ns for job in state.jobs)
        if state == self._state and not busy and self._shown is None:
            return
        self._state = state
        if not busy or self._clock() >= self._due:
            self._draw()

    def notice(self, words: str) -> None:
        """Say something until the next key."""
        self._view = self._view._replace(notice=words)
        self._draw()

    def looks_at(self, engine: int) -> None:
        """Whose state this is: another process's, or our own (0)."""
        self._view = self._view._replace(engine=engine)

    def hear(self, event: Event) -> None:
        """A stage that talks with the person has the terminal until it is over."""
        match event:
            case StageStarted(_, stage, _, True):
                self._close_log()
                self._step_aside()
                self._lent = stage
            case StageFinished(_, result) if result.stage == self._lent:
                self._lent = ""
                self._come_back()
            case _:
                pass

    def filenos(self) -> Sequence[int]:
        if self._keyboard is None or self._lent:
            return ()
        if self._shown is not None:
            if self._shown.ended():
                self._close_log()
            else:
                return [fd for fd in (self._shown.fd, self._keyboard.wake) if fd >= 0]
        return [self._keyboard.wake, *([self._keyboard.fd] if self._keyboard.listens() else [])]

    def read(self, fd: int) -> list[Command]:
        if self._keyboard is None:
            return []
        if fd == self._keyboard.wake:
            self._awake(self._keyboard)
        elif fd == self._keyboard.fd:
            return [command for key in self._keyboard.read() if (command := self._press(key)) is not None]
        elif self._shown is not None and self._shown.ended():
            self._close_log()
        return []

    def _awake(self, keyboard: Keyboard) -> None:
        keyboard.clear()
        if self._shown is not None:
            return  # it will be looked at when the log has gone
        if keyboard.was_away and has_terminal(keyboard.fd):
            keyboard.was_away = False
            keyboard.grab_again()
            # What was drawn stands above what the shell has written since.
            self._area = Area(self._stream, wraps_when_narrowed=self._wraps)
            self._drawn = None
        self._draw()

    def _press(self, key: str) -> Command | None:
        """What a key asks the watcher for; what it changes on the screen only is done."""
        view = self._view._replace(notice="", help=False)
        if key in "jk":
            view = view._replace(chosen=self._beside(view.chosen, 1 if key == "j" else -1))
        elif key == "esc":
            view = view._replace(chosen="")
        elif key == "?":
            view = view._replace(help=not self._view.help)
        elif key == "l":
            self._view = view
            self._open_log()
            return None
        elif key in _COMMANDS:
            self._view = view
            self._draw()
            kind = _COMMANDS[key]
            job = view.chosen if kind in ("run", "cancel") else ""
            return Command(kind, job)  # type: ignore[arg-type]
        self._view = view
        self._draw()
        return None

    def _jobs(self) -> Sequence[JobState]:
        return self._state.jobs if self._state is not None else ()

    def _beside(self, chosen: str, step: int) -> str:
        names = [job.job for job in self._jobs()]
        if not names:
            return ""
        if chosen not in names:
            return names[0 if step > 0 else -1]
        return names[(names.index(chosen) + step) % len(names)]

    def _open_log(self) -> None:
        job = newest_failed(self._state, self._view.chosen) if self._state is not None else None
        if job is None:
            self.notice("nothing has failed; j and k choose a job")
            return
        self._step_aside(lent=True)
        try:
            self._shown = self._pager(job)
        except GofigureError as error:
            self._view = self._view._replace(notice=f"{error}; {error.hint}" if error.hint else str(error))
            self._come_back()

    def _close_log(self) -> None:
        if self._shown is not None:
            self._shown.leave()
            self._shown = None
            self._come_back()

    def _step_aside(self, *, lent: bool = False) -> None:
        """Take everything away that changes, and set the terminal as others expect it."""
        self._area.draw((), (), size_of(self._stream)[0])
        self._drawn = None
        if self._keyboard is not None:
            self._keyboard.give_back(lent=lent)

    def _come_back(self) -> None:
        if self._keyboard is not None:
            self._keyboard.grab()
        self._draw()

    def _is_ours(self) -> bool:
        if self._lent or self._shown is not None:
            return False
        return self._keyboard is None or has_terminal(self._keyboard.fd)

    def _draw(self) -> None:
        if not self._is_ours():
            return
        self._due = self._clock() + _EVERY
        columns, rows = size_of(self._stream)
        # The last column stays free: some terminals wrap as soon as it is filled. The last line is the cursor's.
        lines = self._lines(columns - 1, max(1, rows - 1))
        if (columns, rows, lines) != self._drawn:
            self._drawn = columns, rows, lines
            self._area.draw((), lines, columns)

    def _lines(self, columns: int, room: int) -> list[tuple[str, int]]:
        text: list[Line]
        if self._state is None:
            text = [[(None, printable(self._view.notice))]] if self._view.notice else []
        else:
            text = lay_out(self._state, self._view, self._marks, columns, room, time.time_ns())
        return [row(pieces, columns, self._paint, self._marks.more) for pieces in text]
