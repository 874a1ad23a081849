"""Commands as a person could paste them, printed before they are run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from gofigure.process.passthrough import pass_through


def run_shown(argv: Sequence[str], env: Mapping[str, str], said: Mapping[str, str] = {}) -> int:
    """Print a command, run it with our output and no input; its exit code. `said`: variables that belong to it."""
    words = [f"{name}={shlex.quote(value)}" for name, value in said.items()]
    print("$", *words, shlex.join(argv), flush=True)
    return pass_through(argv, env={**env, **said}, data=b"")
