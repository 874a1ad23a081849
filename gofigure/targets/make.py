"""`make`: the Makefile of each location; `run` names the targets."""

from __future__ import annotations

from gofigure.model import Command, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = False


def commands(stage: Stage) -> tuple[Command, ...]:
    import shlex

    argv = ("make", *shlex.split(stage.run or ""))
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def tools(_stage: Stage) -> tuple[str, ...]:
    return ("make",)
