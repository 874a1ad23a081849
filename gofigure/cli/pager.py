"""Logs in the person's own pager, which has the terminal while we go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure.errors import GofigureError
from gofigure.events import ignore
from gofigure.model import FAILED

if TYPE_CHECKING:
    from gofigure.process.foreground import Foreground
    from gofigure.project import Project

_USUAL = "less"


def command(paths: Sequence[str], environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """What shows these files, and its environment. Colours are shown by less if we ask for it (-R)."""
    import shlex

    try:
        words = shlex.split(environ.get("PAGER", ""))
    except ValueError:
        words = []
    env = dict(environ)
    env.setdefault("LESS", "R")
    return [*(words or [_USUAL]), *paths], env


def log_files(project: Project, run: int) -> list[str]:
    """The logs of a run's stages that failed; if none has, of all. Raises GofigureError if there is none."""
    from gofigure.queries import reading
    from gofigure.runner.logs import choose_run, stage_logs

    with reading(project, ignore) as store:
        found = stage_logs(store.history, project.state_dir, choose_run(store.history, project.root, str(run)))
    failed = [one for one in found if one.stage.state in FAILED and one.files]
    paths = [file.path for one in failed or found for file in one.files]
    if not paths:
        raise GofigureError(f"run {run} has printed nothing so far")
    return paths


def open_logs(project: Project, run: int, environ: Mapping[str, str], keyboard: int) -> Foreground:
    """Show a run's logs. Raises GofigureError."""
    from gofigure.process.foreground import Foreground

    if not run:
        raise GofigureError("it has not run yet")
    argv, env = command(log_files(project, run), environ)
    return Foreground(argv, env=env, keyboard=keyboard)
