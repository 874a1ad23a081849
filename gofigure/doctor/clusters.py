"""Where stages may deploy to: which kubectl, and which of its contexts. No cluster is asked anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError
from gofigure.model import Stage
from gofigure.process.capture import capture
from gofigure.process.spawn import CannotStart, which
from gofigure.recipes.kubernetes.contexts import Judged, judge
from gofigure.recipes.kubernetes.own import read_own

_TARGET = "kubernetes"
_PATIENCE = 10.0  # seconds
_SHOWN = 8  # contexts


class _Context(NamedTuple):
    name: str
    judged: Judged

    @property
    def words(self) -> str:
        return f"{self.name} ({self.judged.verdict}{', protected' if self.judged.protected else ''})"


def check_clusters(scene: Scene) -> Iterator[Said]:
    """Nothing is said where nothing deploys."""
    stages = [stage for stage in scene.config.stages.values() if stage.target == _TARGET] if scene.config else []
    if not stages:
        return
    try:
        kubectl = which("kubectl", scene.environ.get("PATH", ""))
    except CannotStart:
        return  # the check of programs has said so
    own = read_own(scene.environ)
    contexts: dict[str, _Context] = {}
    for name, cluster in _known(kubectl, scene.environ):
        server, proxy = str(cluster.get("server", "")), str(cluster.get("proxy-url", ""))
        contexts[name] = _Context(name, judge(name, server, proxy, own))
    may = [one.words for one in contexts.values() if one.judged.verdict != "refused"]
    shown = ", ".join(may[:_SHOWN]) + (f", and {len(may) - _SHOWN} more" if len(may) > _SHOWN else "")
    yield fine(f"{kubectl} knows {len(contexts)} context(s); may be deployed to: {shown or 'none'}")
    for stage in stages:
        yield from _of_stage(stage, contexts, own.path)


def _of_stage(stage: Stage, contexts: Mapping[str, _Context], own_path: str) -> Iterator[Said]:
    name = stage.setting("context")
    context = contexts.get(name)
    if context is None:
        yield warning(f'{stage.name} deploys to the context "{name}", which kubectl does not know', "start the cluster")
    elif context.judged.verdict == "refused":
        mend = f'write into {own_path}: allow_contexts = ["{name}"]'
        yield problem(f'{stage.name} may not deploy to "{name}": {context.judged.why}', mend)


def _known(kubectl: str, environ: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each context with its cluster. Raises GofigureError."""
    said = capture([kubectl, "config", "view", "-o", "json"], env=environ, timeout=_PATIENCE)
    try:
        config = json.loads(said.out) if said.code == 0 else None
    except ValueError:
        config = None
    if not isinstance(config, dict):
        text = said.err.decode(errors="replace").strip() or "it prints no JSON"
        raise GofigureError(f"kubectl config view: {text}", hint="kubectl config view")
    clusters = {one["name"]: one.get("cluster") or {} for one in config.get("clusters") or ()}
    for one in config.get("contexts") or ():
        yield one["name"], clusters.get((one.get("context") or {}).get("cluster", ""), {})
