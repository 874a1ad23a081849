"""What the runner asks of an executor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from gofigure.model import Case, Part
from gofigure.reports.asking import Asking


class Task(NamedTuple):
    """One stage, ready to execute."""

    name: str
    commands: tuple[tuple[tuple[str | bytes, ...], str], ...]  # (argv, absolute folder), in order
    env: Mapping[str, str]  # all of it: nothing is inherited
    log: str  # absolute path without its ending; each command writes its own log
    timeout: float | None = None  # seconds, for one attempt at all commands
    retries: int = 0
    parts: tuple[str, ...] = ()  # the commands are parts: each runs, whatever becomes of the others; their locations
    stdin: bytes | None = None  # what each command reads; None: nothing
    interactive: bool = False  # it gets the person's terminal
    asks: str = ""  # what for, as the beginning of the sentence that there is none; "" for what nobody knows
    made: str = ""  # the folder in which its recipes hand back what they have made; "": it has none
    asking: tuple[Asking | None, ...] = ()  # of a test stage: how each command tells of its single tests, if it does
    locations: tuple[str, ...] = ()  # of a test stage: each command's


class TaskEnded(NamedTuple):
    """How a task ended, after its last attempt."""

    name: str
    exit_code: int  # of the (first) command that failed, or 0; negative: a signal
    seconds: float
    timed_out: bool
    logs: tuple[str, ...]  # those that hold anything, the one that tells most last
    attempts: int
    left_behind: int  # processes that the commands left running and that were ended
    lost_bytes: int = 0  # output that the disk had no room for
    parts: tuple[Part, ...] = ()  # of a task of parts: how each ended
    made: str = ""  # JSON: what its recipes have handed back, by the location of each; "" for nothing
    cases: tuple[Case, ...] = ()  # what its commands have told of their tests, in all attempts
    more_cases: int = 0  # how many tests they told of besides
    cut: bool = False  # a report on them that comes wherever a command ends well did not, or not all of it


# How a program ends that a person has interrupted: by the signal, or as a shell says it.
BY_CTRL_C = (-2, 130)


class Executor(Protocol):
    capacity: int  # how many tasks may be under way at once

    def start(self, task: Task) -> None: ...

    def wait(self, timeout: float | None) -> list[TaskEnded]:
        """Tasks that have ended since the last call; waits for one, `timeout` seconds at most.

        Raises Interrupted when the user or the system asks to stop.
        """

    def stop(self) -> Mapping[str, tuple[Part, ...]]:
        """End everything that was started, descendants included; how far the tasks of parts had come, by name."""
