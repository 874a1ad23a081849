"""Build an image of one location, name it by its content, and bring it where it is to be used.

context → builder → build → tags → registry → cluster → hand back
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gofigure.engine.address import USED
from gofigure.recipes.docker.build import build
from gofigure.recipes.docker.builder import Builder, choose
from gofigure.recipes.docker.context import context_of
from gofigure.recipes.docker.load import load
from gofigure.recipes.docker.names import commit_of, fixed, names_of, of_commits
from gofigure.recipes.show import run_shown

if TYPE_CHECKING:
    from gofigure.engine.images import Image
    from gofigure.recipes.order import Order


def run(spec: Mapping[str, Any], order: Order, _arguments: Sequence[str]) -> int:
    env = dict(os.environ)
    os.makedirs(os.path.join(order.state_dir, USED), mode=0o700, exist_ok=True)
    builder = choose(spec.get("builder", "auto"), env)
    context = context_of(spec, order, builder)
    names = names_of(spec, order, commit_of(spec))
    if order.location:
        print("$ cd", shlex.quote(order.location), flush=True)
    built = build(spec, order, builder, context, names)
    if isinstance(built, int):
        return built
    digest = f"gf-{built.content}"
    tags = [digest, *names.tags(built.content)]
    code = _tag(builder, built, [f"{names.name}:{tag}" for tag in tags])
    registry = spec.get("registry")
    if code == 0 and registry:
        pushed = [f"{registry}/{names.name}:{tag}" for tag in tags]
        code = _tag(builder, built, pushed) or _push(builder, pushed, registry)
    loaded = ""
    if code == 0:
        code, loaded = load(spec["load"], f"{names.name}:{digest}", env)
    if code != 0:
        return code
    ref = f"{registry}/{names.name}:{digest}" if registry else f"{names.name}:{digest}"
    image = {
        "name": names.name,
        "tag": digest,
        "tags": fixed(spec, order),
        "of_commits": of_commits(spec, order, built.content),
        "ref": ref,
        "id": built.id,
        "location": order.location,
        "builder": builder.name,
        "loaded": loaded,
    }
    order.hand_back({"images": [image], "digest": built.content})
    print(f"gofigure: built {ref} ({built.id[:19]})", flush=True)
    return 0


def _tag(builder: Builder, image: Image, names: Sequence[str]) -> int:
    for name in names:
        code = run_shown([builder.name, "tag", image.id, name], builder.env)
        if code != 0:
            return code
    return 0


def _push(builder: Builder, names: Sequence[str], registry: str) -> int:
    for name in names:
        code = run_shown([builder.name, "push", name], builder.env)
        if code != 0:
            print(f"gofigure: {registry} did not take it; to log in: {builder.name} login {registry}", flush=True)
            return code
    return 0
