"""What the hook script starts: `python -m gofigure.cli.hook HOOK SCRIPT ARGUMENTS...`; no click, to start sooner."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

# Only what is needed to find out whether there is anything to wait for: see `later`.
from gofigure.cli.guard import exit_code, guarded, leave
from gofigure.errors import EXIT_INTERRUPTED, EXIT_PASSED, NestedError
from gofigure.model import MAY_WAIT, Trigger
from gofigure.triggers.hooks import AFTER_THE_FACT, READS_INPUT, for_stages
from gofigure.triggers.kept import run_kept, runs_in_a_circle

if TYPE_CHECKING:
    from gofigure.cli.console import Console
    from gofigure.cli.here import Here


def answer(hook: str, args: Sequence[str], data: bytes) -> int:
    """Run the jobs of a hook; the exit code is for git.

    What comes after the fact can stop nothing. Git makes post-checkout's exit code its own: to call a checkout
    failed that was made would break every script around it. The failure is told and recorded all the same.
    """
    if hook in MAY_WAIT:
        return _answer_after(hook, args, data)
    code = guarded(lambda: _run_jobs(hook, args, data))
    return EXIT_PASSED if hook in AFTER_THE_FACT and code != EXIT_INTERRUPTED else code


def _answer_after(hook: str, args: Sequence[str], data: bytes) -> int:
    """What git need not wait for comes last: who is started by a run takes itself for a part of it."""
    from gofigure.cli.later import put_off, share_put_off

    share, as_git_gave_it = share_put_off(hook), dict(os.environ)
    code = EXIT_PASSED
    if share != "all":
        code = guarded(lambda: _run_jobs(hook, args, data, background=None if share == "none" else False))
    if share != "none" and not put_off(hook, args, data, as_git_gave_it):
        code = max(code, guarded(lambda: _run_jobs(hook, args, data, background=True)))
    return code if code == EXIT_INTERRUPTED else EXIT_PASSED


def _run_jobs(hook: str, args: Sequence[str], data: bytes, *, background: bool | None = None) -> int:
    from gofigure.cli.console import console_for
    from gofigure.cli.here import here

    handed = for_stages(hook, args, os.getcwd())
    where = here()
    trigger = Trigger(hook, handed, data, where.taken.index_file, where.inside)
    with console_for(sys.stderr) as console:
        return _run(where, trigger, console, background=background)


def _run(where: Here, trigger: Trigger, console: Console, *, background: bool | None) -> int:
    from gofigure.pipeline import Request, run
    from gofigure.queries import note_skip, refuse_to_skip

    if where.environ.get("GOFIGURE") == "0":
        refuse_to_skip(where.project, trigger.kind)
        note_skip(where.project, trigger.kind, "GOFIGURE=0", console)
        return EXIT_PASSED
    if not os.path.exists(where.project.config_file):
        note_skip(where.project, trigger.kind, "there is no .gofigure.toml here", console)
        return EXIT_PASSED
    request = Request(trigger, where.environ, background=background, wants_output=console.wants_output)
    try:
        return exit_code(run(where.project, request, console))
    except NestedError as error:
        note_skip(where.project, trigger.kind, str(error), console)  # a stage that commits is no reason to fail it
        return EXIT_PASSED


def given(hook: str) -> bytes:
    """What git has written to the hook; nothing is read from a person's terminal."""
    if hook not in READS_INPUT or sys.stdin is None or sys.stdin.isatty():
        return b""
    return sys.stdin.buffer.read()


def _main() -> int:
    hook, script, *args = sys.argv[1:]
    as_git_gave_it = dict(os.environ)
    if runs_in_a_circle(script, hook, as_git_gave_it):
        return EXIT_PASSED
    data = given(hook)
    code = run_kept(script, hook, args, data, as_git_gave_it)
    return code if code != EXIT_PASSED else answer(hook, args, data)


if __name__ == "__main__":
    leave(_main)
