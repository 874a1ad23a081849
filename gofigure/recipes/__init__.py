"""What the built-in targets do: programs of our own, each run in a process like any other command of a stage.

    python -m gofigure.recipes NAME SPEC [ARGUMENT...]

A target (gofigure/targets) makes the command and starts nothing; SPEC is JSON that says all that decides the result,
and so is part of the stage's key. What a recipe is told besides (where its run keeps things, what stages before it
have made) comes as an Order in the environment. What it prints is its stage's log; its exit code is the verdict; what
later stages, and people, are to know of it, it hands back as one JSON object.

Being a process of its own, a recipe is killed, timed, logged and isolated like any other command; nothing of what it
needs (GitPython, clients of engines) is imported by anything else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

ORDER_VARIABLE = "GOFIGURE_ORDER"


def recipe(words: Sequence[str]) -> tuple[str, ...]:
    """What starts a recipe, with the interpreter and the isolation of this process."""
    isolation = ["-I"] if sys.flags.isolated else ["-P"]
    return (sys.executable, *isolation, "-m", "gofigure.recipes", *words)
