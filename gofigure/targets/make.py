"""`make`: the Makefile of each location; `run` names the targets."""

from __future__ import annotations

from gofigure.model import Command, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = False
ROOTS: tuple[str, ...] = ()
MANIFESTS: tuple[str, ...] = ()
ENVIRONMENT: tuple[tuple[str, str], ...] = ()

# With one of these, make reads another file, or works in another folder.
_ELSEWHERE = ("-f", "-C", "--file", "--makefile", "--directory")


def commands(stage: Stage) -> tuple[Command, ...]:
    import shlex

    argv = ("make", *shlex.split(stage.run or ""))
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def source(stage: Stage) -> str | None:
    """A Makefile in the location itself, unless `run` says where else."""
    elsewhere = any(word.startswith(_ELSEWHERE) for word in (stage.run or "").split())
    return stage.source or (None if elsewhere else r"^(GNUm|M|m)akefile$")


def tools(_stage: Stage) -> tuple[str, ...]:
    return ("make",)
