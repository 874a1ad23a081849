"""Run a program that talks to the user directly: its output is ours, its end is waited for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gofigure.process.input import as_input
from gofigure.process.spawn import Arg, spawn


def pass_through(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    data: bytes | None,
    cwd: Arg | None = None,
    stderr: int | None = None,
) -> int:
    """Run `argv` in our session with our output; `data`: its whole input, None: ours. Returns its exit code.

    `stderr`: a descriptor for what it complains of, None: ours.
    A signal counts as 128 + its number, as a shell says it.
    """
    with as_input(data) as stdin:
        pid = spawn(argv, env=env, cwd=cwd, stdin=0 if stdin is None else stdin, stderr=stderr, session=False)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
