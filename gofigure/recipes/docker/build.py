"""The build itself."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gofigure.engine.clients import inspected_by
from gofigure.engine.images import KEY, NAME, PROJECT, RUN, STAGE, Image
from gofigure.errors import GofigureError
from gofigure.recipes.show import run_shown

if TYPE_CHECKING:
    from gofigure.recipes.docker.builder import Builder
    from gofigure.recipes.docker.context import Context
    from gofigure.recipes.docker.names import Names
    from gofigure.recipes.order import Order

_NEEDS_BUILDKIT = ("--mount=", "<<EOF", "COPY --link", "COPY --chmod", "ADD --chmod")


def build(spec: Mapping[str, Any], order: Order, builder: Builder, context: Context, names: Names) -> Image | int:
    """The image; or the exit code of a build that failed, of which its own output tells."""
    written = os.path.join(order.made, f"id-{os.getpid()}")
    # By its whole path: what BuildKit has been sent before, it knows by this word, sizes and times alone.
    here = os.getcwd()
    argv = [*builder.argv, *options(spec, order, builder, context, names), "--iidfile", written, here]
    code = run_shown(argv, builder.env, builder.said)
    if code != 0:
        builder.check()  # an engine that went away says less than it could
        _advise(builder, context)
        return code
    with open(written, encoding="utf-8") as file:
        identity = file.read().strip()
    os.unlink(written)
    image = inspected_by(builder.name, identity, builder.env)
    if image is None:
        raise GofigureError(f"{builder.name} has built {identity} and does not know it", hint=f"{builder.name} images")
    return image


def options(spec: Mapping[str, Any], order: Order, builder: Builder, context: Context, names: Names) -> list[str]:
    """What is said to a builder, but for where it writes the image's id."""
    project, _, _ = order.mark.partition(":")
    labels = {PROJECT: project, STAGE: order.stage, RUN: order.mark, KEY: order.key, NAME: names.name}
    words = ["--file", context.dockerfile]
    if builder.buildkit:
        words += ["--progress", "plain"]
    if builder.name != "docker" and context.ignore_file:
        words += ["--ignorefile", context.ignore_file]
    if spec.get("platform"):
        words += ["--platform", spec["platform"]]
    if spec.get("build_target"):
        words += ["--target", spec["build_target"]]
    for name, value in sorted(spec.get("build_args", {}).items()):
        words += ["--build-arg", f"{name}={value}"]
    for name in spec.get("secrets", ()):
        words += ["--secret", f"id={name},env={name}"]
    for name, value in labels.items():
        words += ["--label", f"{name}={value}"]
    return words + shlex.split(spec.get("more") or "")


def _advise(builder: Builder, context: Context) -> None:
    if builder.name != "docker" or builder.buildkit:
        return
    with open(context.dockerfile, encoding="utf-8", errors="replace") as file:
        text = file.read()
    needed = next((word for word in _NEEDS_BUILDKIT if word in text), None)
    if needed:
        print(f"gofigure: {needed} in {context.dockerfile} needs BuildKit: install docker-buildx", flush=True)
