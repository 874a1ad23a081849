"""What the hook script starts: `python -m gofigure.cli.hook HOOK SCRIPT ARGUMENTS...`; no click, to start sooner."""

from __future__ import annotations

import os
import sys

from gofigure.cli.console import Console
from gofigure.cli.guard import exit_code, leave
from gofigure.cli.here import here
from gofigure.errors import EXIT_PASSED, NestedError
from gofigure.model import Trigger
from gofigure.pipeline import Request, run
from gofigure.queries import note_skip
from gofigure.triggers.hooks import READS_INPUT, run_kept


def _main() -> int:
    hook, script, *args = sys.argv[1:]
    as_git_gave_it = dict(os.environ)
    data = sys.stdin.buffer.read() if hook in READS_INPUT and sys.stdin is not None else b""
    code = run_kept(script, hook, args, data, as_git_gave_it)
    if code != EXIT_PASSED:
        return code

    where = here()
    console = Console(sys.stderr)
    if where.environ.get("GOFIGURE") == "0":
        note_skip(where.project, hook, "GOFIGURE=0", console)
        return EXIT_PASSED
    if not os.path.exists(where.project.config_file):
        note_skip(where.project, hook, "there is no .gofigure.toml here", console)
        return EXIT_PASSED
    trigger = Trigger(hook, tuple(args), data, where.taken.index_file, where.inside)
    try:
        return exit_code(run(where.project, Request(trigger, where.environ), console))
    except NestedError as error:
        note_skip(where.project, hook, str(error), console)  # a stage that commits is no reason to fail it
        return EXIT_PASSED


if __name__ == "__main__":
    leave(_main)
