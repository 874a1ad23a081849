"""`gofigure run --junit FILE`: the run as JUnit XML, for programs that show such."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gofigure.cli.console import console_for
from gofigure.cli.guard import say
from gofigure.errors import GofigureError
from gofigure.model import RunResult, StageResult
from gofigure.queries import reading
from gofigure.reports.written import Suite, junit_of, suites_of
from gofigure.runner.cases import last_of

if TYPE_CHECKING:
    from gofigure.project import Project
    from gofigure.store.store import Store

_OPTION = "--junit"


def check(path: str) -> str:
    """The file that is meant, absolute; raises GofigureError where it could not be written when all has run.

    Nothing is left there: what stands in the working tree while stages run is what they read.
    """
    place = os.path.abspath(path)
    if os.path.lexists(place) and not os.path.isfile(place):
        raise _unwritable(place, "it is no ordinary file")
    try:
        _write(place, b"", keep=False)
    except OSError as error:
        raise _unwritable(place, error.strerror or str(error)) from None
    return place


def write(place: str, results: Sequence[RunResult], project: Project) -> None:
    """Write what was run; whole or not at all. Raises GofigureError."""
    suites = [suite for result in results for suite in suites_of(result)]
    if any(suite.stage.verdict == "reused" for suite in suites):
        with contextlib.suppress(GofigureError), console_for(sys.stderr) as console, reading(project, console) as store:
            suites = [_with_known(suite, store) for suite in suites]
    suites = [suite._replace(cases=last_of(suite.cases)) for suite in suites]
    try:
        _write(place, junit_of(suites))
    except OSError as error:
        raise _unwritable(place, error.strerror or str(error)) from None
    _tell_if_content(place, project)


def _with_known(suite: Suite, store: Store) -> Suite:
    """The tests of what was reused, as the run told of them that proved it."""
    stage: StageResult = suite.stage
    return suite._replace(cases=store.cases.last_on(stage.key)) if stage.verdict == "reused" else suite


def _write(place: str, data: bytes, *, keep: bool = True) -> None:
    own = f"{place}.{os.getpid()}"
    try:
        with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb") as file:
            file.write(data)
        if keep:
            os.replace(own, place)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(own)


def _unwritable(place: str, why: str) -> GofigureError:
    return GofigureError(
        f"{_OPTION}: {place} cannot be written: {why}", hint="name another file, in a folder that is there"
    )


def _tell_if_content(place: str, project: Project) -> None:
    """A report that is content itself is a change after each run."""
    from gofigure.git.exclude import ignore_rule

    name = os.path.relpath(os.path.realpath(place), os.path.realpath(project.root))
    if name.startswith(os.pardir) or project.repository is None or project.repository.is_bare:
        return
    with contextlib.suppress(GofigureError):
        if ignore_rule(project.repository, os.fsencode(name)) is None:
            say(f"note: {name} is content, so that each run changes it: let git ignore it")
