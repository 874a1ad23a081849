"""`npm test` in each location; `run` holds arguments for the test script."""

from __future__ import annotations

from gofigure.model import Command, Stage

TELLS_VERSION = True
READS_WHOLE_LOCATIONS = True
ROOTS: tuple[str, ...] = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
MANIFESTS: tuple[str, ...] = ("package.json",)
# Test runners then run once instead of watching, and write no new snapshots.
ENVIRONMENT: tuple[tuple[str, str], ...] = (("CI", "true"),)


def commands(stage: Stage) -> tuple[Command, ...]:
    import shlex

    words = shlex.split(stage.run or "")
    argv = ("npm", "test", "--", *words) if words else ("npm", "test")
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def source(stage: Stage) -> str | None:
    """In the location itself: from a folder without one, npm goes up and tests what it finds there."""
    return stage.source or r"^package\.json$"


def tools(_stage: Stage) -> tuple[str, ...]:
    return ("node", "npm")
