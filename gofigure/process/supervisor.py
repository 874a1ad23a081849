"""Run stages side by side: one thread, one loop, their output to files, nobody left behind."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import TYPE_CHECKING, NamedTuple

from gofigure.errors import Interrupted
from gofigure.process import family
from gofigure.process.guardian import Guardian
from gofigure.process.input import as_input
from gofigure.process.interrupts import Signals
from gofigure.process.ladder import STEPS, Ending, Find, Steps
from gofigure.process.log import LogWriter
from gofigure.process.pipes import READABLE, drain, exit_code, read_some
from gofigure.process.spawn import Arg, CannotStart, secure_descriptors, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from gofigure.process.listener import Listener
    from gofigure.process.mask import Mask, Masker
    from gofigure.process.terminal import Terminal

_NEVER = float("inf")
# `exec > >(tee log)`, `cmd > >(gzip > file)`: a script's last words come from a child that outlives it by a moment.
_LINGER = 0.2
_LEFTOVERS: Steps = ((signal.SIGTERM, 1.0), (signal.SIGKILL, 2.0))


class Ended(NamedTuple):
    """How one started program ended."""

    token: object
    code: int  # negative: the signal that ended it
    seconds: float
    timed_out: bool
    output_bytes: int
    left_behind: int  # processes of its group that outlived it, and were ended
    lost_bytes: int = 0  # output that the disk had no room for


class _Stage:
    """A started program."""

    __slots__ = (
        "code", "due", "ending", "fd", "listener", "log", "masker", "part", "pid", "seconds", "started", "terminal",
        "timed_out", "token"
    )  # fmt: skip

    def __init__(self, token: object, part: str, *, pid: int, fd: int, log: LogWriter, started: float) -> None:
        self.token = token
        self.part = part
        self.pid = pid
        self.fd = fd  # -1 after the end of its output
        self.log = log
        self.started = started
        self.due = _NEVER  # when it is to be looked at again, whatever happens
        self.code: int | None = None  # until its main process has ended
        self.seconds = 0.0
        self.timed_out = False
        self.ending: Ending | None = None
        self.listener: Listener | None = None
        self.masker: Masker | None = None
        self.terminal: Terminal | None = None  # what it was lent, until the end of its output


class Supervisor:
    """Start with `start`, collect with `wait`; in a with statement of the main thread.

    The environment of each child holds `marker`, and NAME_PART, its number: by these a child's descendants
    are found again, whatever sessions they made.
    """

    def __init__(
        self,
        marker: tuple[str, str],
        observe_output: Callable[[int, bytes], None] | None = None,
        *,
        steps: Steps = STEPS,
        mask: Mask | None = None,
    ) -> None:
        self._marker = marker
        self._mask = mask  # applied to all output, before anyone sees it
        self._observe = observe_output
        self._steps = steps
        self._signals = Signals()
        self._guardian: Guardian | None = None
        self._poll = select.poll()
        self._stages: dict[int, _Stage] = {}  # by pid, until handed over
        self._by_fd: dict[int, _Stage] = {}
        self._endings: dict[Ending, int] = {}  # with the fd that it is polled by
        self._ended: list[Ended] = []
        self._count = 0
        self._soonest = _NEVER  # when something is to be done, whatever happens
        self._heard = 0  # requests to stop, when the first of them was raised
        self._stopping = False

    def __enter__(self) -> Supervisor:
        secure_descriptors()
        family.become_subreaper()
        self._signals.install()
        self._poll.register(self._signals.fd, select.POLLIN)
        self._guardian = Guardian("=".join(self._marker))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, Interrupted):
            self._observe = None  # it may be what failed, and would again
        try:
            if self._stages or (kind is not None and self._count):
                self.stop()
            while self._endings:
                self._turn(_NEVER)
            family.reap_orphans(thorough=True)
        finally:
            for stage in self._stages.values():
                self._close_output(stage)
            if self._guardian is not None:
                self._guardian.dismiss()
            self._signals.restore()
        if kind is None:
            self._raise_if_asked()

    def start(
        self,
        token: object,
        argv: Sequence[Arg],
        *,
        env: Mapping[str, str],
        cwd: Arg | None = None,
        log_path: str | bytes,
        timeout: float | None = None,
        data: bytes | None = None,
        interactive: bool = False,
        listener: Listener | None = None,
    ) -> int:
        """Start a program in a session of its own; its pid, which is also what `observe_output` is told.

        `data`: its whole input; None: nothing. `interactive`: it gets the person's terminal; NeedsTerminal is raised
        where there is none.
        """
        name, value = self._marker
        part = f"{os.getpid()}.{self._count + 1}"
        marked = {**env, name: value, f"{name}_PART": part}
        started = time.monotonic()  # a start takes until the program is loaded
        terminal = _terminal() if interactive else None
        try:
            fd, theirs = (terminal.fd, terminal.theirs) if terminal is not None else os.pipe()
        except OSError as error:
            raise CannotStart(f"cannot start {argv[0]!r}: {error.strerror}") from None
        try:
            os.set_blocking(fd, False)
            device = terminal.name if terminal is not None else None
            with as_input(data) as stdin:
                pid = spawn(argv, env=marked, cwd=cwd, stdin=stdin, stdout=theirs, stderr=theirs, terminal=device)
        except BaseException:
            os.close(fd)
            if terminal is not None:
                terminal.give_back()
            raise
        finally:
            os.close(theirs)
        self._count += 1
        stage = _Stage(token, part, pid=pid, fd=fd, log=LogWriter(log_path), started=started)
        stage.listener = listener
        if self._mask is not None:
            stage.masker = self._mask.masker(prompt=interactive)
        if timeout is not None:
            stage.due = started + timeout
        self._stages[pid] = self._by_fd[fd] = stage
        self._poll.register(fd, READABLE)
        if terminal is not None:
            self._lend(stage, terminal)
        return pid

    def wait(self, timeout: float | None = None) -> list[Ended]:
        """Those that ended since the last call, at least one unless the time is up or nothing runs."""
        until = _NEVER if timeout is None else time.monotonic() + timeout
        self._raise_if_asked()
        while self._stages and not self._ended:
            self._turn(until)
            self._raise_if_asked()
            if until != _NEVER and time.monotonic() >= until:
                break
        ended, self._ended = self._ended, []
        return ended

    def stop(self) -> None:
        """End everything that was started, and what that started; a further signal meanwhile: at once."""
        for ending in list(self._endings):
            self._drop(ending)
        for stage in self._stages.values():
            stage.due, stage.ending = _NEVER, None
        self._stopping = True
        kept = [self._guardian.pid] if self._guardian is not None else []
        everyone = family.Family(self._stages, self._stages, [_assignment(*self._marker)], adopted=True, kept=kept)
        ending = self._begin(everyone, self._steps)
        while not ending.over:
            if len(self._signals.asked) > self._heard:
                ending.hurry()
            self._turn(_NEVER)
        self._reap()
        for stage in list(self._stages.values()):
            self._finish(stage)
        self._stopping = False

    def _turn(self, until: float) -> None:
        """Wait for whatever comes next, and deal with it."""
        woken = False
        for fd, _ in self._poll.poll(self._milliseconds(until)):
            stage = self._by_fd.get(fd)
            if stage is not None:
                if stage.terminal is not None:
                    self._type(stage, stage.terminal, typed=fd != stage.fd)
                if fd == stage.fd:
                    self._read(stage)
            elif fd == self._signals.fd:
                self._signals.clear()
                woken = True
        if woken:
            self._resize()
            self._reap()
        if self._soonest != _NEVER:
            self._act_on_time()

    def _milliseconds(self, until: float) -> float | None:
        soonest = _NEVER
        for stage in self._stages.values():
            soonest = min(soonest, stage.due)
        for ending in self._endings:
            soonest = min(soonest, ending.due)
        self._soonest = soonest
        until = min(until, soonest)
        return None if until == _NEVER else max(0.0, until - time.monotonic()) * 1000 + 1

    def _read(self, stage: _Stage) -> None:
        try:
            data = read_some(stage.fd)
        except BlockingIOError:
            return
        if data:
            self._take(stage, data)
            return
        self._close_output(stage)

    def _take(self, stage: _Stage, data: bytes) -> None:
        if stage.listener is not None:
            data = stage.listener.feed(data)
        self._pass_on(stage, data if stage.masker is None else stage.masker.feed(data))

    def _pass_on(self, stage: _Stage, data: bytes) -> None:
        if stage.terminal is not None:
            stage.terminal.show(data)
        stage.log.write(data)
        if data and self._observe is not None:
            self._observe(stage.pid, data)

    def _close_output(self, stage: _Stage) -> None:
        if stage.fd >= 0:
            if stage.listener is not None:
                listener, stage.listener = stage.listener, None
                self._take(stage, listener.flush())
            if stage.masker is not None:
                self._pass_on(stage, stage.masker.flush())
            if stage.terminal is not None:
                self._take_back(stage, stage.terminal)
            self._poll.unregister(stage.fd)
            del self._by_fd[stage.fd]
            os.close(stage.fd)
            stage.fd = -1

    def _lend(self, stage: _Stage, terminal: Terminal) -> None:
        stage.terminal = terminal
        self._by_fd[terminal.keyboard] = stage
        self._poll.register(terminal.keyboard, READABLE)
        self._signals.listen(signal.SIGWINCH)
        terminal.lend()

    def _type(self, stage: _Stage, terminal: Terminal, *, typed: bool) -> None:
        """Pass on what is typed, no faster than it is taken."""
        if not typed:
            terminal.push()
        elif not terminal.forward():
            self._signals.asked.append("SIGHUP")  # as the system says it to most
            self._take_back(stage, terminal)
            return
        self._poll.modify(stage.fd, READABLE | (select.POLLOUT if terminal.pending else 0))
        self._poll.modify(terminal.keyboard, 0 if terminal.pending else READABLE)

    def _resize(self) -> None:
        for stage in self._by_fd.values():
            if stage.terminal is not None:
                stage.terminal.resize()

    def _take_back(self, stage: _Stage, terminal: Terminal) -> None:
        self._poll.unregister(terminal.keyboard)
        del self._by_fd[terminal.keyboard]
        terminal.give_back()
        stage.terminal = None

    def _reap(self) -> None:
        now = time.monotonic()
        for stage in self._stages.values():
            if stage.code is None:
                stage.code = exit_code(stage.pid, os.WNOHANG)
                if stage.code is not None:
                    stage.seconds = now - stage.started
                    stage.due = now + _LINGER if stage.ending is None else _NEVER
        family.reap_orphans()
        for stage in list(self._stages.values()):
            over = stage.code is not None and stage.ending is None
            if over and (self._stopping or not family.group_lives(stage.pid)):
                self._finish(stage)

    def _drain(self, stage: _Stage) -> None:
        if stage.fd >= 0 and drain(stage.fd, lambda data: self._take(stage, data)):
            self._close_output(stage)

    def _finish(self, stage: _Stage) -> None:
        self._drain(stage)
        self._close_output(stage)
        left = 0 if self._stopping else self._end_leftovers(stage.pid)
        size = stage.log.close()
        del self._stages[stage.pid]
        code = -signal.SIGKILL if stage.code is None else stage.code
        self._ended.append(Ended(stage.token, code, stage.seconds, stage.timed_out, size, left, stage.log.lost))

    def _end_leftovers(self, pgid: int) -> int:
        """End what the main process left in its group, without waiting for it; how many."""
        if not family.group_lives(pgid):
            return 0
        ending = self._begin(family.of_group(pgid), _LEFTOVERS)
        if ending.advance():  # only zombies, that someone else will reap
            self._drop(ending)
        return len(ending.survivors())

    def _act_on_time(self) -> None:
        now = time.monotonic()
        for stage in [stage for stage in self._stages.values() if stage.due <= now]:
            if stage.code is None:
                self._time_out(stage)
            else:
                self._finish(stage)
        for ending in list(self._endings):
            if ending.advance():
                self._drop(ending)
                for stage in [stage for stage in self._stages.values() if stage.ending is ending]:
                    self._end_of_family(stage)

    def _time_out(self, stage: _Stage) -> None:
        stage.timed_out = True
        stage.due = _NEVER
        part = _assignment(f"{self._marker[0]}_PART", stage.part)
        stage.ending = self._begin(family.Family([stage.pid], [stage.pid], [part]), self._steps)

    def _end_of_family(self, stage: _Stage) -> None:
        stage.ending = None
        if stage.code is None:
            stage.code = exit_code(stage.pid, os.WNOHANG)
            stage.seconds = time.monotonic() - stage.started
        self._finish(stage)

    def _begin(self, find: Find, steps: Steps) -> Ending:
        ending = Ending(find, steps)
        self._endings[ending] = ending.fd
        if ending.fd >= 0:
            self._poll.register(ending.fd, select.POLLIN)
        return ending

    def _drop(self, ending: Ending) -> None:
        fd = self._endings.pop(ending)
        if fd >= 0:
            self._poll.unregister(fd)
        ending.close()

    def _raise_if_asked(self) -> None:
        """Once: what comes after that only makes `stop` hurry."""
        if self._signals.asked and not self._heard:
            self._heard = len(self._signals.asked)
            raise Interrupted(self._signals.asked[0])


def _terminal() -> Terminal:
    from gofigure.process.terminal import Terminal

    return Terminal()


def _assignment(name: str, value: str) -> bytes:
    return os.fsencode(f"{name}={value}")
