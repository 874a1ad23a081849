"""How far a task has come, and which of its commands is next: the rules, without a process."""

from __future__ import annotations

import os
from typing import NamedTuple

from gofigure.executor.base import BY_CTRL_C, Task, TaskEnded
from gofigure.model import Case, Part, Verdict
from gofigure.process.log_files import path_of
from gofigure.reports.asking import Asking
from gofigure.reports.hearing import Heard


class CommandEnded(NamedTuple):
    """How one command ended."""

    exit_code: int
    seconds: float
    timed_out: bool = False
    wrote: bool = True  # anything into its log
    started: bool = True  # if not, another attempt would be no better
    left_behind: int = 0
    lost_bytes: int = 0

    @property
    def passed(self) -> bool:
        return self.exit_code == 0 and not self.timed_out


class Progress:
    """A failing command ends an attempt at a task, and the next attempt begins with the first command.

    The commands of a task of parts are all run; the next attempt is at those that have not passed. The timeout
    is for one attempt: parts that it leaves no time for are not started.
    """

    def __init__(self, task: Task, now: float) -> None:
        self.task = task
        self.over = False
        self._began = self._attempt_began = now
        self._attempt = 1
        self._turns = list(range(len(task.commands)))  # the commands of this attempt that have not ended
        self._logs: list[str] = []
        self._ended: dict[int, CommandEnded] = {}  # by command: the last time that it ran
        self._part_logs: dict[int, str] = {}
        self._left_behind = 0
        self._lost_bytes = 0
        self._cases: list[Case] = []
        self._more_cases = 0
        self._cut: dict[int, bool] = {}  # by command: whether its report did not come, the last time that it ran

    @property
    def command(self) -> tuple[tuple[str | bytes, ...], str]:
        """(argv, folder) of the command whose turn it is."""
        return self.task.commands[self._turns[0]]

    @property
    def log(self) -> str:
        """Its log."""
        commands = len(self.task.commands)
        return path_of(self.task.log, command=self._turns[0] + 1, commands=commands, attempt=self._attempt)

    def remaining(self, now: float) -> float | None:
        """Seconds that it may take."""
        if self.task.timeout is None:
            return None
        return max(0.001, self.task.timeout - (now - self._attempt_began))

    @property
    def asking(self) -> Asking | None:
        """How the command whose turn it is tells of its tests, if it does."""
        return self.task.asking[self._turns[0]] if self.task.asking else None

    def told(self, heard: Heard) -> None:
        """The command whose turn it is has told of its tests."""
        at = self._turns[0]
        location = self.task.parts[at] if self.task.parts else ""
        self._cases += [case._replace(location=location, attempt=self._attempt) for case in heard.cases]
        self._more_cases += heard.more
        self._cut[at] = heard.cut

    def took(self, ended: CommandEnded, now: float) -> None:
        """The command has ended: on to the next one, or to another attempt, or the task is over."""
        at = self._turns[0]
        self._part_logs.pop(at, None)
        if ended.wrote:
            self._logs.append(self.log)
            self._part_logs[at] = self.log
        self._left_behind += ended.left_behind
        self._lost_bytes += ended.lost_bytes
        self._ended[at] = ended
        if self.task.interactive and ended.exit_code in BY_CTRL_C and not ended.timed_out:
            self.over = True  # by a person, who does not want it again
            return
        goes_on = ended.passed or (bool(self.task.parts) and not ended.timed_out)
        self._turns = self._turns[1:] if goes_on else []
        if not self._turns:
            self._try_again(now)

    def _try_again(self, now: float) -> None:
        every = range(len(self.task.commands))
        hopeless = [at for at, ended in self._ended.items() if not ended.started]
        failed = [at for at in every if at not in self._ended or not self._ended[at].passed]
        again = [at for at in failed if at not in hopeless]
        if not again or self._attempt > self.task.retries or (hopeless and not self.task.parts):
            self.over = True
            return
        self._attempt += 1
        self._attempt_began = now
        self._turns = again if self.task.parts else list(every)

    def end(self, now: float) -> TaskEnded:
        """How the task has ended: as its first command that failed, or else as its last one."""
        failed = [at for at, ended in sorted(self._ended.items()) if not ended.passed]
        at = failed[0] if failed else len(self.task.commands) - 1
        logs = self._logs
        if failed and self.task.parts:  # another part's log does not tell why this one failed
            logs = [self._part_logs[at]] if at in self._part_logs else []
        return TaskEnded(
            self.task.name,
            self._ended[at].exit_code,
            now - self._began,
            self._ended[at].timed_out,
            tuple(logs),
            self._attempt,
            self._left_behind,
            self._lost_bytes,
            self.parts("not started: the time was up"),
            cases=tuple(self._cases),
            more_cases=self._more_cases,
            cut=any(self._cut.values()),
        )

    def parts(self, why_not: str, *, stopped: bool = False) -> tuple[Part, ...]:
        """How each part ended; why those that did not run did not. `stopped`: in the middle of the present one."""
        return tuple(
            Part(location, "interrupted", log=self.log if os.path.exists(self.log) else None)
            if stopped and self._turns[:1] == [at]
            else self._part(at, location, why_not)
            for at, location in enumerate(self.task.parts)
        )

    def _part(self, at: int, location: str, why_not: str) -> Part:
        ended = self._ended.get(at)
        if ended is None:
            return Part(location, "skipped", reason=why_not)
        verdict: Verdict = "passed" if ended.passed else "timed out" if ended.timed_out else "failed"
        return Part(location, verdict, ended.seconds, ended.exit_code, self._part_logs.get(at))
