"""What the hook script starts: `python -m gofigure.cli.hook HOOK SCRIPT ARGUMENTS...`; no click, to start sooner."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

# Only what is needed to find out whether there is anything to wait for: see `later`.
from gofigure.cli.guard import exit_code, guarded, leave, say
from gofigure.errors import EXIT_INTERRUPTED, EXIT_PASSED, GofigureError, NestedError
from gofigure.model import MAY_WAIT, Trigger
from gofigure.triggers.hooks import AFTER_THE_FACT, READS_INPUT, for_stages, variables_of
from gofigure.triggers.kept import kept_beside, run_kept, runs_in_a_circle

if TYPE_CHECKING:
    from gofigure.cli.console import Console
    from gofigure.cli.here import Here
    from gofigure.project import Project


def answer(hook: str, args: Sequence[str], data: bytes, *, each_commit: bool = False) -> int:
    """Run the jobs of a hook; the exit code is for git. `each_commit`: see Request.

    What comes after the fact can stop nothing. Git makes post-checkout's exit code its own: to call a checkout
    failed that was made would break every script around it. The failure is told and recorded all the same.
    """
    if hook in MAY_WAIT:
        return _answer_after(hook, args, data)
    code = guarded(lambda: _run_jobs(hook, args, data, each_commit=each_commit))
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


def _run_jobs(
    hook: str, args: Sequence[str], data: bytes, *, background: bool | None = None, each_commit: bool = False
) -> int:
    from gofigure.cli.console import console_for
    from gofigure.cli.here import here

    handed = for_stages(hook, args, os.getcwd())
    where = here()
    trigger = Trigger(hook, handed, data, where.taken.index_file, where.inside, variables_of(hook, handed))
    with console_for(sys.stderr) as console:
        return _run(where, trigger, console, background=background, each_commit=each_commit)


def _run(where: Here, trigger: Trigger, console: Console, *, background: bool | None, each_commit: bool) -> int:
    from gofigure.pipeline import run
    from gofigure.project import Asking, is_configured
    from gofigure.subject import Request

    if where.environ.get("GOFIGURE") == "0":
        _refuse_to_skip(where.project, trigger.kind)
        return _note_skip(where.project, trigger.kind, "GOFIGURE=0", console)
    if not is_configured(where.project, Asking(of_index=True, index_file=trigger.index_file)):
        _refuse_to_stand_open(where.project)
        return _note_skip(where.project, trigger.kind, "there is no .gofigure.toml here", console)
    request = Request(
        trigger, where.environ, background=background, each_commit=each_commit, wants_output=console.wants_output
    )
    try:
        return exit_code(run(where.project, request, console))
    except NestedError as error:  # a stage that commits is no reason to fail it
        return _note_skip(where.project, trigger.kind, str(error), console)


def _refuse_to_skip(project: Project, hook: str) -> None:
    from gofigure.queries import refuse_to_skip  # 3 ms that a hook which does its work does not spend

    refuse_to_skip(project, hook)


def _note_skip(project: Project, hook: str, reason: str, console: Console) -> int:
    from gofigure.queries import note_skip

    note_skip(project, hook, reason, console)
    return EXIT_PASSED


def _refuse_to_stand_open(project: Project) -> None:
    """Raise GofigureError in a bare repository: no branch can take the configuration away there."""
    if project.repository is not None and project.repository.is_bare:
        raise GofigureError(
            f"{project.config_file} is gone, so nothing says what may be pushed here",
            hint="write it again, or take the hooks away: gofigure uninstall-hooks",
        )


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
    if hook == "push-to-checkout":
        # Whoever refuses must not have changed anything, so what changes the working tree comes last.
        return answer(hook, args, data) or guarded(lambda: _check_out(script, args, as_git_gave_it))
    kept = kept_beside(script, hook)
    code = run_kept(script, hook, args, data, as_git_gave_it)
    if kept and not os.path.exists(kept):  # it has installed itself anew, in our place
        say(f"gofigure: the {hook} hook was written anew by another program; next time: gofigure install-hooks")
    return code if code != EXIT_PASSED else answer(hook, args, data)


def _check_out(script: str, args: Sequence[str], as_git_gave_it: Mapping[str, str]) -> int:
    """What the hook that stood here did, or else git itself."""
    from gofigure.triggers.checkout import bring_to

    if kept_beside(script, "push-to-checkout"):
        return run_kept(script, "push-to-checkout", args, b"", as_git_gave_it)
    for commit in args:
        bring_to(commit, as_git_gave_it)
    return EXIT_PASSED


if __name__ == "__main__":
    leave(_main)
