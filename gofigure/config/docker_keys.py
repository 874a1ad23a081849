"""The keys of docker stages, and of stages in containers."""

from __future__ import annotations

from gofigure.config import checks, image_checks
from gofigure.config.kinds import Key, Kind

_FLAG = Kind("true or false", checks.flag)
_TEXT = Kind("a text that is not empty", checks.text)
_TAG = Kind("a tag, with {digest}, {git}, {time} and {location} filled in", image_checks.tag)

DOCKER = ("docker",)
# Those whose commands may run in a container: what the others do is done on this machine.
IN_CONTAINERS = ("cargo_test", "go_test", "make", "npm_test", "pytest", "shell")

DOCKER_KEYS: tuple[Key, ...] = (
    Key(
        "stages.*",
        "name",
        Kind("the name of an image in small letters, with {project} and {location} filled in", image_checks.name),
        "{project}/{location}",
        "The name of the image that is built, without registry and tag.",
        DOCKER,
    ),
    Key(
        "stages.*",
        "tags",
        Kind("a list of tags", checks.items, item=_TAG),
        ("dev",),
        "Tags that the image gets besides gf-DIGEST, which names its content.",
        DOCKER,
    ),
    Key(
        "stages.*",
        "build_args",
        Kind("a table of texts", checks.pairs, item=Kind("a text", checks.raw_text)),
        (),
        "Build arguments (ARG).",
        DOCKER,
    ),
    Key("stages.*", "platform", _TEXT, None, "The platform to build for, such as linux/arm64.", DOCKER),
    Key("stages.*", "build_target", _TEXT, None, "The stage of the Dockerfile to build.", DOCKER),
    Key(
        "stages.*",
        "builder",
        Kind("a builder", checks.choice, choices=("auto", "docker", "podman", "buildah")),
        "auto",
        "What builds: auto is the first of docker, podman and buildah that is found.",
        DOCKER,
    ),
    Key(
        "stages.*",
        "registry",
        Kind("a registry's host, with a port or a path", image_checks.registry),
        None,
        "Where the image is pushed to.",
        DOCKER,
    ),
    Key(
        "stages.*",
        "load",
        Kind("a kind of local cluster", checks.choice, choices=("auto", "minikube", "kind", "k3d", "none")),
        "auto",
        "The local cluster that is given the image; auto: the one that kubectl's current context is, if it is one.",
        DOCKER,
    ),
    Key(
        "stages.*",
        "docker_socket",
        _FLAG,
        False,
        "With image: whether the container gets the engine's socket, which is to be root on this machine.",
        IN_CONTAINERS,
    ),
)
