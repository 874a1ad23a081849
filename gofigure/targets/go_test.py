"""`go test ./...` in each location; `run` holds further arguments."""

from __future__ import annotations

from gofigure.model import Command, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = True
ROOTS: tuple[str, ...] = ("go.work", "go.mod")
MANIFESTS: tuple[str, ...] = ("go.mod",)
ENVIRONMENT: tuple[tuple[str, str], ...] = ()


def commands(stage: Stage) -> tuple[Command, ...]:
    import shlex

    # Behind the packages: flags are taken there too, and `-args`, which takes all that follows, works.
    argv = ("go", "test", "./...", *shlex.split(stage.run or ""))
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def source(stage: Stage) -> str | None:
    """Go itself passes where there is no test."""
    return stage.source or r"_test\.go$"


def tools(_stage: Stage) -> tuple[str, ...]:
    return ("go",)
