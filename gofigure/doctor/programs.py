"""The programs that stages name: found, and found as well from a hook that a graphical client starts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.hooks import scripts
from gofigure.doctor.scene import Scene
from gofigure.model import Config, Stage
from gofigure.process.spawn import CannotStart, which
from gofigure.runner.environment import INSTALL_PATH_VARIABLE, base_environment, declared
from gofigure.targets import commands_of, tools_of

_BARE = "/usr/bin:/bin"  # what a graphical client is started with


def check_programs(scene: Scene) -> Iterator[Said]:
    """Each program once, with the stages that name it. Nothing is started."""
    if scene.config is None or scene.project is None:
        return
    bare = _hook_environment(scene)
    said: dict[tuple[str, bool], list[str]] = {}
    for stage in _used(scene.config):
        for name in (*stage.tools, *tools_of(stage)):
            if not _found(name, stage, scene.environ, scene.project.root):
                said.setdefault((name, False), []).append(stage.name)
            elif bare is not None and not _found(name, stage, bare, scene.project.root):
                said.setdefault((name, True), []).append(stage.name)
    for (name, here), stages in said.items():
        by = ", ".join(stages)
        if here:
            found = f"{name} is found from here, but not from a hook that a graphical client starts: {by}"
            yield warning(found, "gofigure install-hooks (takes over the PATH that you have here)")
        elif "/" in name:  # what another stage builds may be missing before its first run
            yield warning(f"{name} is not there, or not executable: {by}", f"ls -l {name}")
        else:
            yield problem(f"{name} is not found on the PATH: {by}", f"install {name}, or mend the PATH")
    if not said and scene.config.stages:
        yield fine("every program that a stage names is found")


def _used(config: Config) -> list[Stage]:
    """The stages that a job can come to run on this machine; what others name is in their images."""
    names = dict.fromkeys(name for job in config.jobs.values() for name in job.stages)
    return [config.stages[name] for name in names if config.stages[name].image is None]


def _hook_environment(scene: Scene) -> Mapping[str, str] | None:
    """What a stage gets in a hook that knows no PATH but the one of its installation; None without such a hook."""
    for _, _, written in scripts(scene):
        if written is not None:
            return {**scene.environ, "PATH": _BARE, INSTALL_PATH_VARIABLE: written.path}
    return None


def _found(name: str, stage: Stage, environ: Mapping[str, str], root: str) -> bool:
    env = {**base_environment(environ), **declared(stage, environ)}
    try:
        which(name, env["PATH"], os.path.join(root, commands_of(stage)[0].cwd))
    except CannotStart:
        return False
    return True
