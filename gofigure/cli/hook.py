"""What the hook script starts: `python -m gofigure.cli.hook HOOK SCRIPT ARGUMENTS...`; no click, to start sooner."""

from __future__ import annotations

import os
import sys

from gofigure.cli.console import Console
from gofigure.cli.guard import exit_code, leave
from gofigure.errors import EXIT_PASSED, NestedError
from gofigure.git.environment import take
from gofigure.model import Trigger
from gofigure.pipeline import Request, run
from gofigure.project import locate
from gofigure.queries import note_skip
from gofigure.runner.environment import RUN_VARIABLE
from gofigure.triggers.hooks import READS_INPUT, run_kept


def _main() -> int:
    hook, script, *args = sys.argv[1:]
    as_git_gave_it = dict(os.environ)
    taken = take(os.environ)
    environ = dict(os.environ)
    data = sys.stdin.buffer.read() if hook in READS_INPUT and sys.stdin is not None else b""
    trigger = Trigger(hook, tuple(args), data, taken.index_file, environ.get(RUN_VARIABLE))

    code = run_kept(script, trigger, as_git_gave_it)
    if code != 0:
        return code
    project = locate(os.getcwd(), environ, taken)
    console = Console(sys.stderr)
    if environ.get("GOFIGURE") == "0":
        note_skip(project, hook, "GOFIGURE=0", console)
        return EXIT_PASSED
    if not os.path.exists(project.config_file):
        note_skip(project, hook, "there is no .gofigure.toml here", console)
        return EXIT_PASSED
    try:
        return exit_code(run(project, Request(trigger, environ), console))
    except NestedError as error:
        note_skip(project, hook, str(error), console)  # a stage that commits is no reason to fail it
        return EXIT_PASSED


if __name__ == "__main__":
    leave(_main)
