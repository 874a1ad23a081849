"""Ask a cluster how what a stage has deployed stands there now: by the recipe that deploys, which only looks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.errors import GofigureError
from gofigure.model import Stage
from gofigure.process.capture import capture
from gofigure.recipes import ORDER_VARIABLE, recipe
from gofigure.runner.deploys import Deploy, present_of
from gofigure.runner.environment import base_environment, declared
from gofigure.targets import commands_of, passed_to

_PATIENCE = 110.0  # seconds


def live_of(
    stage: Stage, deploys: Sequence[Deploy], root: str, state_dir: str, trigger: str, environ: Mapping[str, str]
) -> Mapping[str, Any]:
    """What recipes.kubernetes.look says. Raises GofigureError where that may not be asked, or does not answer.

    `trigger`: its kind; who may not deploy there may not look either. The stage's secrets are not handed over.
    """
    (command,) = commands_of(stage)
    present = present_of(deploys)
    spec = {**json.loads(command.argv[2]), "look": present.record.get("objects", []) if present is not None else []}
    order = {
        "stage": stage.name, "root": root, "state_dir": state_dir, "made": "", "mark": ":0", "trigger": trigger,
        "key": "", "needed": {},
    }  # fmt: skip
    passed = {name: environ[name] for name in passed_to(stage) if name in environ}
    env = {**base_environment(environ), **passed, **declared(stage, environ), ORDER_VARIABLE: json.dumps(order)}
    done = capture(recipe((command.argv[1], json.dumps(spec))), env=env, cwd=root, timeout=_PATIENCE)
    try:
        said = json.loads(done.out) if done.code == 0 else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        words, _, hint = done.err.decode(errors="replace").strip().partition("\n  ")
        words = words.removeprefix(f"gofigure: {stage.name}: ")
        raise GofigureError(words or f"the look at its cluster ended with code {done.code}", hint=hint)
    return said
