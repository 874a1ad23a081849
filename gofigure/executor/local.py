"""Run tasks as processes of this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from gofigure.executor.base import Task, TaskEnded
from gofigure.executor.made import collected
from gofigure.executor.progress import CommandEnded, Progress
from gofigure.model import Part
from gofigure.process.spawn import CannotStart
from gofigure.process.supervisor import Ended, Supervisor
from gofigure.reports.hearing import Hearing

_NOT_FOUND = 127  # as a shell says it


class LocalExecutor:
    """A task's commands run one after the other; tasks run beside one another.

    `follow` is told the pid of each command that starts, and its task's name; `hide`: what a text goes through
    before it is written to a log.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        capacity: int,
        *,
        follow: Callable[[int, str], None] | None = None,
        hide: Callable[[str], str] = str,
    ) -> None:
        self.capacity = capacity
        self._follow = follow
        self._hide = hide
        self._supervisor = supervisor
        self._under_way: dict[str, Progress] = {}
        self._hearings: dict[str, Hearing] = {}  # by task: of the command that runs
        self._ended: list[TaskEnded] = []  # found to have ended before anything could be waited for

    def start(self, task: Task) -> None:
        progress = self._under_way[task.name] = Progress(task, time.monotonic())
        self._go_on(progress)

    def wait(self, timeout: float | None) -> list[TaskEnded]:
        if not self._ended:
            for ended in self._supervisor.wait(timeout):
                self._advance(self._under_way[str(ended.token)], ended)
        ended_tasks, self._ended = self._ended, []
        return ended_tasks

    def stop(self) -> Mapping[str, tuple[Part, ...]]:
        self._supervisor.stop()
        so_far = {name: progress.parts("not reached", stopped=True) for name, progress in self._under_way.items()}
        self._under_way.clear()
        for hearing in self._hearings.values():
            hearing.forget()
        self._hearings.clear()
        return so_far

    def _advance(self, progress: Progress, ended: Ended) -> None:
        """A command has ended."""
        hearing = self._hearings.pop(progress.task.name, None)
        if hearing is not None:
            progress.told(hearing.told(by_itself=ended.code >= 0 and not ended.timed_out))
        told = CommandEnded(
            ended.code,
            ended.seconds,
            ended.timed_out,
            wrote=ended.output_bytes > 0,
            left_behind=ended.left_behind,
            lost_bytes=ended.lost_bytes,
        )
        progress.took(told, time.monotonic())
        self._go_on(progress)

    def _go_on(self, progress: Progress) -> None:
        """Start the next command; one that cannot be started has ended at once."""
        while not progress.over:
            if self._launch(progress):
                return
            progress.took(CommandEnded(_NOT_FOUND, 0.0, started=False), time.monotonic())
        del self._under_way[progress.task.name]
        ended = progress.end(time.monotonic())
        self._ended.append(ended._replace(made=collected(progress.task.made)) if progress.task.made else ended)

    def _launch(self, progress: Progress) -> bool:
        """Start the command whose turn it is; False where that fails, as its log then says."""
        task, log = progress.task, progress.log
        argv, folder = progress.command
        remaining = progress.remaining(time.monotonic())
        listener = None
        if progress.asking is not None:
            hearing = self._hearings[task.name] = Hearing(progress.asking)
            argv, listener = progress.asking.argv, hearing.listener
        try:
            pid = self._supervisor.start(
                task.name,
                argv,
                env=task.env,
                cwd=folder,
                log_path=log,
                timeout=remaining,
                data=task.stdin,
                interactive=task.interactive,
                listener=listener,
            )
        except CannotStart as error:
            self._hearings.pop(task.name, None)
            hint = f"run it by hand: gofigure run {task.name}\n" if task.interactive else ""
            with open(log, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(self._hide(f"gofigure: {task.asks}{error}\n") + hint)
            return False
        if self._follow is not None:
            self._follow(pid, task.name)
        return True
