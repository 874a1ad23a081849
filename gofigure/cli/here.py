"""What every command begins with: the environment cleaned once, and the project around the current folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.environment import GitVariables, take
from gofigure.model import Trigger
from gofigure.project import Project, locate
from gofigure.runner.environment import RUN_VARIABLE


class Here(NamedTuple):
    project: Project
    environ: Mapping[str, str]  # the caller's, without git's pointers
    taken: GitVariables

    @property
    def manual(self) -> Trigger:
        """A person asks."""
        return Trigger("manual", inside=self.environ.get(RUN_VARIABLE))


def here() -> Here:
    """Find the project. Raises GofigureError where there is none to find."""
    try:
        folder = os.getcwd()
    except FileNotFoundError:
        raise GofigureError("the current folder has been deleted", hint="cd to another one") from None
    taken = take(os.environ)
    environ = dict(os.environ)
    return Here(locate(folder, environ, taken), environ, taken)
