"""What every command begins with: the environment cleaned once, and the project around the current folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.environment import GitVariables, take
from gofigure.git.repository import ask
from gofigure.model import MANUAL, PAGE, PAGE_VARIABLE, Trigger
from gofigure.runner.environment import INSIDE_VARIABLE

if TYPE_CHECKING:
    from gofigure.project import Project


class Here(NamedTuple):
    project: Project
    environ: Mapping[str, str]  # the caller's, without git's pointers
    taken: GitVariables

    @property
    def inside(self) -> tuple[str, ...]:
        """The runs that this process was started inside of, the outermost first."""
        return tuple(self.environ.get(INSIDE_VARIABLE, "").split())

    @property
    def folder(self) -> str:
        """Where the caller stands, from the root; "" is the root."""
        repository = self.project.repository
        if repository is None or repository.is_bare:
            return ""
        folder = os.path.relpath(os.path.realpath(os.getcwd()), os.path.realpath(self.project.root))
        return "" if folder == "." or folder.startswith("..") else folder

    @property
    def manual(self) -> Trigger:
        """A person asks, here or on the page."""
        kind = PAGE if self.environ.get(PAGE_VARIABLE) else MANUAL
        return Trigger(kind, index_file=self.taken.index_file, inside=self.inside)


def from_root(path: str, root: str) -> str:
    """`path` as seen from the root, which git names by its real path; a link at the end of it is not followed."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(root))


def here() -> Here:
    """Find the project. Raises GofigureError where there is none to find."""
    try:
        folder = os.getcwd()
    except FileNotFoundError:
        raise GofigureError("the current folder has been deleted", hint="cd to another one") from None
    taken = take(os.environ)
    environ = dict(os.environ)
    asked = ask(folder, environ, taken)
    from gofigure.project import locate  # imported while git is looking

    return Here(locate(asked, environ), environ, taken)
