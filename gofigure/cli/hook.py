"""What the hook script starts: `python -m gofigure.cli.hook HOOK SCRIPT ARGUMENTS...`; no click, to start sooner."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gofigure.cli.console import console_for
from gofigure.cli.guard import exit_code, leave
from gofigure.cli.here import Here, here
from gofigure.errors import EXIT_PASSED, NestedError
from gofigure.model import Trigger
from gofigure.pipeline import Request, run
from gofigure.queries import note_skip
from gofigure.triggers.hooks import READS_INPUT, run_kept

if TYPE_CHECKING:
    from gofigure.cli.console import Console


def _main() -> int:
    hook, script, *args = sys.argv[1:]
    as_git_gave_it = dict(os.environ)
    data = sys.stdin.buffer.read() if hook in READS_INPUT and sys.stdin is not None else b""
    code = run_kept(script, hook, args, data, as_git_gave_it)
    if code != EXIT_PASSED:
        return code

    where = here()
    trigger = Trigger(hook, tuple(args), data, where.taken.index_file, where.inside)
    with console_for(sys.stderr, where.environ) as console:
        return _run(where, trigger, console)


def _run(where: Here, trigger: Trigger, console: Console) -> int:
    if where.environ.get("GOFIGURE") == "0":
        note_skip(where.project, trigger.kind, "GOFIGURE=0", console)
        return EXIT_PASSED
    if not os.path.exists(where.project.config_file):
        note_skip(where.project, trigger.kind, "there is no .gofigure.toml here", console)
        return EXIT_PASSED
    request = Request(trigger, where.environ, wants_output=console.wants_output)
    try:
        return exit_code(run(where.project, request, console))
    except NestedError as error:
        note_skip(where.project, trigger.kind, str(error), console)  # a stage that commits is no reason to fail it
        return EXIT_PASSED


if __name__ == "__main__":
    leave(_main)
