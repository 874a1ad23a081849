"""Images that are built from images of other stages: such a stage needs the other, or it builds from what was there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gofigure.doctor.finding import Said, warning
from gofigure.doctor.scene import Scene

if TYPE_CHECKING:
    from gofigure.model import Config, Stage

_FROM = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)", re.IGNORECASE | re.MULTILINE)
_USUAL = ("Dockerfile", "Containerfile")


def check_bases(scene: Scene) -> Iterator[Said]:
    """Stages of one job of which one builds from what another builds, without needing it."""
    config, project = scene.config, scene.project
    if config is None or project is None:
        return
    makers: dict[str, str] = {}  # what an image is called -> the stage that builds it
    docker = [stage for stage in config.stages.values() if stage.target == "docker"]
    if len(docker) > 1:
        from gofigure.recipes.order import project as called
        from gofigure.targets.docker import image_name

        for stage in docker:
            template = stage.setting("name", "{project}/{location}")
            for location in stage.locations or ("",):
                makers.setdefault(image_name(template, called(project.state_dir), location), stage.name)
    for stage in docker if makers else ():
        for base in _bases(project.root, stage):
            maker = next((makers[name] for name in makers if f"/{_bare(base)}".endswith(f"/{name}")), stage.name)
            if maker != stage.name and _run_together(config, stage.name, maker) and not _needs(config, stage, maker):
                needs = ", ".join(f'"{name}"' for name in (*stage.needs, maker))
                found = f"{stage.name} is built FROM {base}, which stage {maker} builds, and does not wait for it"
                yield warning(found, f"stages.{stage.name}: needs = [{needs}]")


def _bases(root: str, stage: Stage) -> Iterator[str]:
    """What its Dockerfiles name after FROM."""
    for location in stage.locations or ("",):
        for name in (stage.source,) if stage.source is not None else _USUAL:
            try:
                with open(os.path.join(root, location, name), encoding="utf-8", errors="replace") as file:
                    yield from dict.fromkeys(_FROM.findall(file.read()))
            except (OSError, ValueError):
                continue  # a build says so


def _bare(base: str) -> str:
    """Without tag and digest."""
    return re.sub(r"(@.*|:[^/]*)$", "", base)


def _run_together(config: Config, one: str, other: str) -> bool:
    return any({one, other} <= set(job.stages) for job in config.jobs.values())


def _needs(config: Config, stage: Stage, wanted: str) -> bool:
    """Whether a stage needs another, or one that needs it."""
    seen: set[str] = set()
    pending = [*stage.needs]
    while pending:
        name = pending.pop()
        if name not in seen and name in config.stages:
            seen.add(name)
            pending += config.stages[name].needs
    return wanted in seen
