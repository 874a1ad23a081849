"""`cargo test` in each location; `run` holds further arguments."""

from __future__ import annotations

from gofigure.model import Command, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = True
ROOTS: tuple[str, ...] = ("Cargo.toml",)
MANIFESTS: tuple[str, ...] = ("Cargo.toml",)
ENVIRONMENT: tuple[tuple[str, str], ...] = ()


def commands(stage: Stage) -> tuple[Command, ...]:
    import shlex

    argv = ("cargo", "test", *shlex.split(stage.run or ""))
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def source(stage: Stage) -> str | None:
    """In the location itself: from a folder without one, cargo goes up and tests what it finds there."""
    return stage.source or r"^Cargo\.toml$"


def tools(_stage: Stage) -> tuple[str, ...]:
    return ("cargo", "rustc")
