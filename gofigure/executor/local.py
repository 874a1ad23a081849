"""Run tasks as processes of this machine."""

from __future__ import annotations

import time
from typing import NamedTuple

from gofigure.executor.base import Task, TaskEnded
from gofigure.process.spawn import CannotStart
from gofigure.process.supervisor import Ended, Supervisor


class _UnderWay(NamedTuple):
    task: Task
    began: float  # monotonic
    attempt: int = 1
    attempt_began: float = 0.0
    step: int = 0  # which of the task's commands is running
    logs: tuple[str, ...] = ()
    left_behind: int = 0


class LocalExecutor:
    """A task's commands run one after the other; tasks run beside one another."""

    def __init__(self, supervisor: Supervisor, capacity: int) -> None:
        self.capacity = capacity
        self._supervisor = supervisor
        self._under_way: dict[str, _UnderWay] = {}
        self._ended: list[TaskEnded] = []  # found to have ended before anything could be waited for

    def start(self, task: Task) -> None:
        now = time.monotonic()
        self._launch(_UnderWay(task, now, attempt_began=now))

    def wait(self, timeout: float | None) -> list[TaskEnded]:
        if self._ended:
            ended, self._ended = self._ended, []
            return ended
        return [done for one in self._supervisor.wait(timeout) if (done := self._advance(one)) is not None] + (
            self._take_ended()
        )

    def stop(self) -> None:
        self._supervisor.stop()
        self._under_way.clear()

    def _take_ended(self) -> list[TaskEnded]:
        ended, self._ended = self._ended, []
        return ended

    def _launch(self, state: _UnderWay) -> None:
        task = state.task
        argv, folder = task.commands[state.step]
        remaining = None
        if task.timeout is not None:
            remaining = max(0.001, task.timeout - (time.monotonic() - state.attempt_began))
        log = _log_name(task.log, state)
        self._under_way[task.name] = state
        try:
            self._supervisor.start(task.name, argv, env=task.env, cwd=folder, log_path=log, timeout=remaining)
        except CannotStart as error:
            with open(log, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"gofigure: {error}\n")
            self._finish(state._replace(logs=(*state.logs, log)), exit_code=127, timed_out=False)

    def _advance(self, ended: Ended) -> TaskEnded | None:
        state = self._under_way[str(ended.token)]
        if ended.output_bytes:
            state = state._replace(logs=(*state.logs, _log_name(state.task.log, state)))
        state = state._replace(left_behind=state.left_behind + ended.left_behind)
        task = state.task
        if ended.code == 0 and state.step + 1 < len(task.commands):
            self._launch(state._replace(step=state.step + 1))
            return None
        if (ended.code != 0 or ended.timed_out) and state.attempt <= task.retries:
            again = state._replace(attempt=state.attempt + 1, attempt_began=time.monotonic(), step=0)
            self._launch(again)
            return None
        self._finish(state, exit_code=ended.code, timed_out=ended.timed_out)
        return self._ended.pop()

    def _finish(self, state: _UnderWay, *, exit_code: int, timed_out: bool) -> None:
        del self._under_way[state.task.name]
        self._ended.append(
            TaskEnded(
                state.task.name,
                exit_code,
                time.monotonic() - state.began,
                timed_out,
                state.logs,
                state.attempt,
                state.left_behind,
            )
        )


def _log_name(base: str, state: _UnderWay) -> str:
    step = f".{state.step + 1}" if len(state.task.commands) > 1 else ""
    attempt = f".try{state.attempt}" if state.attempt > 1 else ""
    return f"{base}{step}{attempt}.log"
