"""Images: what builds them, and the engine that keeps them; only for projects that have such stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.scene import Scene
from gofigure.engine.address import Address, address_of
from gofigure.engine.talk import EngineSilent, ask
from gofigure.errors import GofigureError
from gofigure.model import Stage

_PATIENCE = 10.0  # seconds: it counts what it has


def check_engine(scene: Scene) -> Iterator[Said]:
    """Whether it answers, what it is, and whose it is."""
    stages = _stages(scene)
    wanted = {stage.setting("builder", "auto") for stage in stages if stage.target == "docker"}
    if not stages or (wanted and wanted <= {"podman", "buildah"}):
        yield fine("no stage needs a container engine")
        return
    address = address_of(scene.environ)
    names = ", ".join(stage.name for stage in stages)
    try:
        told = ask(address, "/info", timeout=_PATIENCE).value
    except EngineSilent as error:
        yield problem(f"{error}: {names}", error.hint)
        return
    yield fine(_words(told if isinstance(told, dict) else {}, address))


def check_builder(scene: Scene) -> Iterator[Said]:
    """The program that builds, and how."""
    from gofigure.recipes.docker.builder import choose

    for wanted in dict.fromkeys(s.setting("builder", "auto") for s in _stages(scene) if s.target == "docker"):
        try:
            builder = choose(wanted, scene.environ, check=False)
        except GofigureError as error:
            yield problem(str(error), error.hint)
            continue
        variables = "".join(f"{name}={value} " for name, value in builder.said.items())
        line = f"images are built by: {variables}{' '.join(builder.argv)}"
        if builder.name == "docker" and not builder.buildkit:
            yield warning(f"{line} (without BuildKit)", "install docker-buildx (docker-buildx-plugin)")
        else:
            yield fine(line)


def _stages(scene: Scene) -> list[Stage]:
    if scene.config is None:
        return []
    return [one for one in scene.config.stages.values() if one.target == "docker" or one.image is not None]


def _words(told: Mapping[str, Any], address: Address) -> str:
    rootless = any("rootless" in str(one) for one in told.get("SecurityOptions") or ())
    what = f"{told.get('OperatingSystem') or 'an engine'}, {told.get('ServerVersion') or 'of no version'}"
    return f"the engine at {address.host} answers: {what}, {'rootless' if rootless else 'run by root'}"
