"""`pytest`: the tests of each location; `run` holds further arguments."""

from __future__ import annotations

from gofigure.model import Command, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = True
ROOTS: tuple[str, ...] = ()
MANIFESTS: tuple[str, ...] = ()
ENVIRONMENT: tuple[tuple[str, str], ...] = ()


def commands(stage: Stage) -> tuple[Command, ...]:
    import shlex

    argv = ("pytest", *shlex.split(stage.run or ""))
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def source(stage: Stage) -> str | None:
    """What pytest looks for by default."""
    return stage.source or r"(^|/)(test_[^/]*|[^/]*_test)\.py$"


def tools(_stage: Stage) -> tuple[str, ...]:
    return ("pytest", "python3")
