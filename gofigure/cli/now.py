"""Run jobs and show how it goes: what `gofigure run` does once its words are understood; no click in here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gofigure.cli.guard import exit_code, tell_unwritten
from gofigure.cli.here import here
from gofigure.cli.streams import write
from gofigure.errors import NotAllowedError
from gofigure.model import YES_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gofigure.project import Project


def run_now(
    names: tuple[str, ...],
    *,
    staged: bool = False,
    commit: str | None = None,
    since: str | None = None,
    all_files: bool = False,
    branch: str | None = None,
    use_proofs: bool = True,
    keep_going: bool = False,
    parallel: int = 0,
    junit: str | None = None,
    yes: str = "",
    as_json: bool = False,
) -> int:
    """Returns the exit code; the parameters are those of pipeline.Request.

    `junit`: a file for the result; `yes`: "1", to what a deploy would delete; or the name of the one list of that.
    """
    where = here()
    report = _place_of_report(junit) if junit is not None else None
    from gofigure.cli.console import console_for
    from gofigure.pipeline import run
    from gofigure.subject import Request

    with console_for(sys.stderr if as_json else sys.stdout) as console:
        request = Request(
            where.manual,
            _answering(where.environ, yes),
            names,
            where.folder,
            commit=commit,
            staged=staged,
            since=since,
            all_files=all_files,
            branch=branch,
            use_proofs=use_proofs,
            keep_going=keep_going,
            parallel=parallel,
            wants_output=console.wants_output,
        )
        try:
            results = run(where.project, request, console)
        except NotAllowedError:
            if as_json or not says_yes(where.project):
                raise
            results = run(where.project, request, console)
    if as_json:
        from gofigure.cli.as_json import dump, of_run

        unwritten = write(sys.stdout, dump({"runs": [of_run(result) for result in results]}) + "\n")
        if unwritten is not None:  # no reason to call the run something else than it was
            tell_unwritten(unwritten)
    if report is not None:
        from gofigure.cli.junit import write as write_report

        write_report(report, results, where.project)
    return exit_code(results)


def _place_of_report(path: str) -> str:
    from gofigure.cli.junit import check

    return check(path)


def _answering(environ: Mapping[str, str], yes: str) -> Mapping[str, str]:
    """The environment with this run's answer, and no other: a yes that somebody has exported is a yes to nothing."""
    return {**environ, YES_VARIABLE: yes} if yes or YES_VARIABLE in environ else environ


def says_yes(project: Project) -> bool:
    """Ask the person at the terminal, if one sits there, and keep the answer."""
    from gofigure import trust
    from gofigure.cli.consent import at_a_terminal, said_yes
    from gofigure.project import load_config

    if not at_a_terminal():
        return False
    loaded = load_config(project)
    if not said_yes(project, loaded):
        return False
    trust.allow(project.trust, loaded.layers)
    return True
