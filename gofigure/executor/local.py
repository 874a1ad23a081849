"""Run tasks as processes of this machine."""

from __future__ import annotations

import time

from gofigure.executor.base import Task, TaskEnded
from gofigure.process.log_files import path_of
from gofigure.process.spawn import CannotStart
from gofigure.process.supervisor import Ended, Supervisor

_NOT_FOUND = 127  # as a shell says it


class _UnderWay:
    """How far a task has come."""

    __slots__ = ("attempt", "attempt_began", "began", "left_behind", "logs", "lost_bytes", "step", "task")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.began = self.attempt_began = time.monotonic()
        self.attempt = 1
        self.step = 0  # which of the task's commands is running
        self.logs: list[str] = []
        self.left_behind = 0
        self.lost_bytes = 0

    @property
    def log(self) -> str:
        """The log of the command that is running."""
        return path_of(self.task.log, command=self.step + 1, commands=len(self.task.commands), attempt=self.attempt)


class LocalExecutor:
    """A task's commands run one after the other; tasks run beside one another."""

    def __init__(self, supervisor: Supervisor, capacity: int) -> None:
        self.capacity = capacity
        self._supervisor = supervisor
        self._under_way: dict[str, _UnderWay] = {}
        self._ended: list[TaskEnded] = []  # found to have ended before anything could be waited for

    def start(self, task: Task) -> None:
        state = self._under_way[task.name] = _UnderWay(task)
        self._launch(state)

    def wait(self, timeout: float | None) -> list[TaskEnded]:
        if not self._ended:
            for ended in self._supervisor.wait(timeout):
                self._advance(self._under_way[str(ended.token)], ended)
        ended_tasks, self._ended = self._ended, []
        return ended_tasks

    def stop(self) -> None:
        self._supervisor.stop()
        self._under_way.clear()

    def _launch(self, state: _UnderWay) -> None:
        task, log = state.task, state.log
        argv, folder = task.commands[state.step]
        remaining = None
        if task.timeout is not None:
            remaining = max(0.001, task.timeout - (time.monotonic() - state.attempt_began))
        try:
            self._supervisor.start(task.name, argv, env=task.env, cwd=folder, log_path=log, timeout=remaining)
        except CannotStart as error:
            with open(log, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"gofigure: {error}\n")
            state.logs.append(log)
            self._finish(state, exit_code=_NOT_FOUND, timed_out=False)

    def _advance(self, state: _UnderWay, ended: Ended) -> None:
        """A command has ended: start the next one, or try again, or be done."""
        if ended.output_bytes:
            state.logs.append(state.log)
        state.left_behind += ended.left_behind
        state.lost_bytes += ended.lost_bytes
        passed = ended.code == 0 and not ended.timed_out
        if passed and state.step + 1 < len(state.task.commands):
            state.step += 1
            self._launch(state)
        elif not passed and state.attempt <= state.task.retries:
            state.attempt += 1
            state.attempt_began = time.monotonic()
            state.step = 0
            self._launch(state)
        else:
            self._finish(state, exit_code=ended.code, timed_out=ended.timed_out)

    def _finish(self, state: _UnderWay, *, exit_code: int, timed_out: bool) -> None:
        del self._under_way[state.task.name]
        self._ended.append(
            TaskEnded(
                state.task.name,
                exit_code,
                time.monotonic() - state.began,
                timed_out,
                tuple(state.logs),
                state.attempt,
                state.left_behind,
                state.lost_bytes,
            )
        )
