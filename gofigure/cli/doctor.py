"""`gofigure doctor`: what is wrong around this project, and the mend."""

from __future__ import annotations

import os

import click

from gofigure.cli.as_json import dump
from gofigure.cli.terminal import tell
from gofigure.doctor.examine import examine
from gofigure.doctor.finding import Finding
from gofigure.doctor.scene import look_around
from gofigure.errors import EXIT_PASSED, EXIT_USER, GofigureError
from gofigure.git.environment import take

_WORDS = {"ok": "ok", "warning": "warning", "problem": "PROBLEM"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def doctor(*, as_json: bool) -> int:
    """Look for what could go wrong here, and say the mend for each; changes nothing.

    Exit code 0: no problem (there may be warnings); 2: something needs mending.
    """
    taken = take(os.environ)
    try:
        folder = os.getcwd()
    except FileNotFoundError:
        raise GofigureError("the current folder has been deleted", hint="cd to another one") from None
    findings = list(examine(look_around(folder, dict(os.environ), taken)))
    counts = {level: sum(one.level == level for one in findings) for level in _WORDS}
    if as_json:
        print(dump({"findings": [one._asdict() for one in findings], "counts": counts}))
    else:
        _tell(findings, counts)
    return EXIT_USER if counts["problem"] else EXIT_PASSED


def _tell(findings: list[Finding], counts: dict[str, int]) -> None:
    width = max(len(one.subject) for one in findings)
    for one in findings:
        tell(f"{_WORDS[one.level]:<8} {one.subject:<{width}}  {one.found}")
        if one.mend:
            tell(f"{'':<8} {'':<{width}}  mend: {one.mend}")
    tell(f"{counts['problem']} problem(s), {counts['warning']} warning(s)")
