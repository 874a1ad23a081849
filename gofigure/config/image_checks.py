"""What names, tags and registries of images may hold, by docker's own grammar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gofigure.config.kinds import Kind, Value, Wrong, quote, refuse

if TYPE_CHECKING:
    from gofigure.model import Stage

# What these do is done on this machine, whatever it is about.
NEVER_IN_CONTAINERS = ("checkout", "docker", "kubernetes")

# Arguments of a build by which it reads what no key knows of, and what says it instead.
_READS_ELSE = {
    r"-q?f.*|--file(=.*)?": "source to name the Dockerfile",
    r"--build-context(=.*)?": "what is built from in the location: that is the context",
    r"--ignorefile(=.*)?": "a .dockerignore",
}

IMAGE = r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,499}"
NAME = r"(?:[a-z0-9]|\{project\}|\{location\})(?:[a-z0-9._/-]|\{project\}|\{location\}){0,199}"
TAG = r"(?:[A-Za-z0-9_.-]|\{digest\}|\{git\}|\{time\}|\{location\}){1,128}"
REGISTRY = r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::[0-9]{1,5})?(?:/[a-z0-9._-]{1,100}){0,9}"


def image(value: object, kind: Kind) -> Value | list[Wrong]:
    return _matching(value, kind, IMAGE)


def name(value: object, kind: Kind) -> Value | list[Wrong]:
    return _matching(value, kind, NAME)


def tag(value: object, kind: Kind) -> Value | list[Wrong]:
    return _matching(value, kind, TAG)


def registry(value: object, kind: Kind) -> Value | list[Wrong]:
    return _matching(value, kind, REGISTRY)


def _matching(value: object, kind: Kind, pattern: str) -> Value | list[Wrong]:
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    return refuse(value, kind.expected)


def image_rules(stage: Stage) -> list[Wrong]:
    """What no key can say alone of images: of what is built, and of what a stage runs in."""
    wrong: list[Wrong] = []
    if stage.image is not None and stage.target in NEVER_IN_CONTAINERS:
        message = f"found with the target '{stage.target}', expected it with one whose commands can run in a container"
        wrong.append(Wrong(("image",), f"{message} ('name' names what docker builds)"))
    if stage.image is None and stage.setting("docker_socket", default=False):
        wrong.append(Wrong(("docker_socket",), "found without 'image', expected both: it is for a container"))
    if stage.target == "docker" and stage.inputs:
        message = "found with the target 'docker', expected .dockerignore to say it: the context is what a build reads"
        wrong.append(Wrong(("inputs",), message))
    if stage.target == "docker" and stage.run is not None:
        wrong += _arguments(stage.run)
    name = stage.setting("name")
    if name is not None and len(stage.locations) > 1 and "{location}" not in name:
        message = f"found {quote(name)} for {len(stage.locations)} locations, expected {{location}} in it"
        wrong.append(Wrong(("name",), message))
    return wrong


def _arguments(run: str) -> list[Wrong]:
    """Further arguments of a build."""
    import shlex

    try:
        words = shlex.split(run)
    except ValueError as error:
        return [Wrong(("run",), f"found {quote(run)}, expected arguments of a build: {error}")]
    return [
        Wrong(("run",), f"found {quote(word)}, which no proof would know of; expected {instead}")
        for word in words
        for pattern, instead in _READS_ELSE.items()
        if re.fullmatch(pattern, word)
    ]
