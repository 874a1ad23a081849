"""What happens during a run, as a closed union of values: screens listen, the library never prints."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from gofigure.model import RunResult, StageResult


class Note(NamedTuple):
    """Something the user should know; never an error."""

    text: str


class Progress(NamedTuple):
    """A long step: `done` of `total` (0: unknown) units of what `label` names."""

    label: str
    done: int
    total: int


class RunStarted(NamedTuple):
    run: int
    job: str
    trigger: str
    content: str  # "working tree", "what is being committed", "commit 1a2b3c4"
    stages: tuple[str, ...]
    again: (
        tuple[str, ...] | None
    ) = ()  # what to say to `gofigure run`, besides a stage's name, to run it on this once more; ("hook", ...): instead


class StageStarted(NamedTuple):
    run: int
    stage: str
    reason: str
    interactive: bool = False  # it has the terminal until it is finished: nothing may be drawn meanwhile


class StageOutput(NamedTuple):
    """The last line that a stage has printed so far, safe to show; only where somebody wants output."""

    run: int
    stage: str
    line: str


class Tick(NamedTuple):
    """A moment has gone by and stages are under way: for clocks; only where somebody wants output."""


class Stopping(NamedTuple):
    """Everything under way is being ended, which may take seconds."""

    signal: str


class StageFinished(NamedTuple):
    run: int
    result: StageResult


class RunFinished(NamedTuple):
    result: RunResult


Event: TypeAlias = (
    Note | Progress | RunStarted | StageStarted | StageOutput | Tick | Stopping | StageFinished | RunFinished
)
Observer: TypeAlias = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """An observer for callers that want the result only."""
