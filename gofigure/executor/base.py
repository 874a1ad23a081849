"""What the runner asks of an executor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Task(NamedTuple):
    """One stage, ready to execute."""

    name: str
    commands: tuple[tuple[tuple[str | bytes, ...], str], ...]  # (argv, absolute folder), in order
    env: Mapping[str, str]  # all of it: nothing is inherited
    log: str  # absolute path without its ending; each command writes its own log
    timeout: float | None = None  # seconds, for one attempt at all commands
    retries: int = 0
    interactive: bool = False  # it gets the person's terminal


class TaskEnded(NamedTuple):
    """How a task ended, after its last attempt."""

    name: str
    exit_code: int  # of the command that failed, or 0; negative: a signal
    seconds: float
    timed_out: bool
    logs: tuple[str, ...]  # those that hold anything, the last one last
    attempts: int
    left_behind: int  # processes that the commands left running and that were ended
    lost_bytes: int = 0  # output that the disk had no room for


# How a program ends that a person has interrupted: by the signal, or as a shell says it.
BY_CTRL_C = (-2, 130)


class Executor(Protocol):
    capacity: int  # how many tasks may be under way at once

    def start(self, task: Task) -> None: ...

    def wait(self, timeout: float | None) -> list[TaskEnded]:
        """Tasks that have ended since the last call; waits for one, `timeout` seconds at most.

        Raises Interrupted when the user or the system asks to stop.
        """

    def stop(self) -> None:
        """End everything that was started, descendants included."""
