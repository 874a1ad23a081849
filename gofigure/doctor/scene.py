"""What all checks look at, looked up once: every part of it may be missing, as the setup may be broken."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from gofigure.config import Layers, read_layers
from gofigure.errors import GitError, GofigureError
from gofigure.git.environment import GitVariables
from gofigure.git.repository import Repository, ask
from gofigure.model import Config
from gofigure.project import Project, locate, parse_config, read_config
from gofigure.trust import token_of


class Scene(NamedTuple):
    folder: str
    environ: Mapping[str, str]
    project: Project | None = None
    refusal: GofigureError | None = None  # why there is no project
    layers: Layers = ()
    config: Config | None = None
    fault: GofigureError | None = None  # why there is no configuration
    token: bytes | None = None  # None: nobody has allowed it to run here
    now: Callable[[], float] = time.time

    @property
    def repository(self) -> Repository | None:
        return self.project.repository if self.project is not None else None


def look_around(folder: str, environ: Mapping[str, str], taken: GitVariables) -> Scene:
    """Whatever can be found out without running anything of the repository's."""
    scene = Scene(folder, environ)
    try:
        project = locate(ask(folder, environ, taken), environ)
    except GofigureError as error:
        return scene._replace(refusal=error)
    scene = scene._replace(project=project, token=token_of(project.trust))
    try:
        layers = _layers(project)
        return scene._replace(layers=layers, config=parse_config(layers))
    except GofigureError as error:
        return scene._replace(fault=error)


def _layers(project: Project) -> Layers:
    """Those of the root alone where git cannot say which folders have any: another check tells why."""
    try:
        return read_config(project)
    except GitError:
        return read_layers(project.config_file)


@contextlib.contextmanager
def probe(scene: Scene) -> Iterator[str | None]:
    """A folder to try things in, on the file system that the project's state is on; gone afterwards.

    None where none can be made.
    """
    project, folder = scene.project, None
    with contextlib.ExitStack() as cleanup:
        if project is not None:
            above = project.repository.common_dir if project.repository else project.root
            place = project.state_dir if os.path.isdir(project.state_dir) else above
            with contextlib.suppress(OSError):
                folder = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="gofigure-doctor-", dir=place))
        yield folder
