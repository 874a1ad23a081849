"""The configuration: there, right, and whose."""

from __future__ import annotations

from collections.abc import Iterator

from gofigure.config.suggest import listed
from gofigure.doctor.finding import Said, fine, problem
from gofigure.doctor.scene import Scene
from gofigure.errors import ConfigError
from gofigure.model import is_older_job
from gofigure.project import changed_by_personal

_SHOWN = 5


def check_configuration(scene: Scene) -> Iterator[Said]:
    if isinstance(scene.fault, ConfigError):
        for one in scene.fault.problems[:_SHOWN]:
            yield problem(str(one), "gofigure validate")
        if len(scene.fault.problems) > _SHOWN:
            yield problem(f"{len(scene.fault.problems) - _SHOWN} more problems", "gofigure validate")
    elif scene.fault is not None:
        yield problem(str(scene.fault), scene.fault.hint)
    elif scene.config is not None:
        config = scene.config
        out = f"; disabled: {', '.join(config.disabled)}" if config.disabled else ""
        yield fine(f"{config.path}: {len(config.jobs)} job(s), {len(config.stages)} stage(s){out}")
        older = [name for name in config.files if is_older_job(name)]
        if older:
            yield fine(f"older JSON files found ({listed(older)}); to turn them into TOML: gofigure import")


def check_local(scene: Scene) -> Iterator[Said]:
    if scene.config is not None:
        for path, keys in changed_by_personal(scene.layers).items():
            changed = ", ".join(keys) or "nothing else"
            yield fine(f"{path} is laid over it, and says: {changed}")
