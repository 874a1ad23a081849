"""The jobs that a checkout brings with itself: run there by gofigure, once the user has allowed it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping

from gofigure.errors import EXIT_USER, GofigureError
from gofigure.process.passthrough import pass_through
from gofigure.recipes.checkout.wish import say


def run_its_jobs(dest: str, environ: Mapping[str, str]) -> int:
    """`gofigure run` in the folder. It keeps its own proofs: what is proven there costs a look.

    It is inside of our run (GOFIGURE_INSIDE), so that a repository that checks out itself comes to an end.
    """
    if not os.path.lexists(os.path.join(dest, ".gofigure.toml")):
        raise GofigureError(f"{dest} has no configuration of its own", hint="use_its_jobs = false")
    isolation = "-I" if sys.flags.isolated else "-P"
    say(f"$ cd {shlex.quote(dest)} && gofigure run")
    code = pass_through([sys.executable, isolation, "-m", "gofigure", "run"], env=environ, data=b"", cwd=dest)
    if code == EXIT_USER:
        raise GofigureError(
            f"the jobs in {dest} were not run; they run once you have read and allowed them",
            hint=f"cd {shlex.quote(dest)} && gofigure allow",
        )
    return code
