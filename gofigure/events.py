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


class StageStarted(NamedTuple):
    run: int
    stage: str
    reason: str
    interactive: bool = False  # it has the terminal until it is finished: nothing may be drawn meanwhile


class StageFinished(NamedTuple):
    run: int
    result: StageResult


class RunFinished(NamedTuple):
    result: RunResult


Event: TypeAlias = Note | Progress | RunStarted | StageStarted | StageFinished | RunFinished
Observer: TypeAlias = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """An observer for callers that want the result only."""
