"""Which program builds, and whether it builds with BuildKit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.engine.address import address_of
from gofigure.engine.talk import ask
from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.process.spawn import CannotStart, which

BUILDERS = ("docker", "podman", "buildah")
_PATIENCE = 20.0  # seconds for `docker version`
_LAST_WITH_BUILDKIT_INSIDE = 22  # from 23 on, a client needs buildx for it


class Builder(NamedTuple):
    name: str  # of the program
    argv: tuple[str, ...]  # what comes before the options of a build
    env: Mapping[str, str]
    said: Mapping[str, str] = {}  # variables that a person would have to type, too
    buildkit: bool = False

    def check(self) -> None:
        """Raise EngineSilent where the engine that has to do the work does not answer."""
        address = address_of(self.env)
        if self.name == "docker" and address.host.startswith(("unix://", "tcp://")):
            ask(address, "/_ping")


def choose(wanted: str, env: Mapping[str, str], *, check: bool = True) -> Builder:
    """Raises GofigureError where there is none, or it cannot do what DOCKER_BUILDKIT asks for, or does not answer."""
    name = next((name for name in BUILDERS if wanted in ("auto", name) and _found(name, env)), None)
    if name is None:
        what = "docker, podman or buildah" if wanted == "auto" else wanted
        raise GofigureError(
            f"nothing here builds images: {what} is not on the PATH",
            hint="install docker (https://docs.docker.com/engine/install), then: docker version",
        )
    if name != "docker":
        return Builder(name, (name, "build", "--layers"), env)
    builder = _docker(env)
    if check:
        builder.check()
    return builder


def _docker(env: Mapping[str, str]) -> Builder:
    asked = env.get("DOCKER_BUILDKIT", "")
    if asked != "0":
        if capture(["docker", "buildx", "version"], env=env, timeout=_PATIENCE).code == 0:
            return Builder("docker", ("docker", "buildx", "build", "--load"), env, buildkit=True)
        version = _client_version(env)
        if 0 < version <= _LAST_WITH_BUILDKIT_INSIDE:
            return Builder("docker", ("docker", "build"), env, {"DOCKER_BUILDKIT": "1"}, buildkit=True)
        if asked:
            raise GofigureError(
                f"DOCKER_BUILDKIT={asked} is set, and this docker client ({version}) has no buildx to do that with",
                hint="install docker-buildx (docker-buildx-plugin), or: unset DOCKER_BUILDKIT",
            )
    return Builder("docker", ("docker", "build"), env, {"DOCKER_BUILDKIT": "0"})


def _client_version(env: Mapping[str, str]) -> int:
    """The client's major version; 0 where it does not say. It says so without an engine, too."""
    said = capture(["docker", "--version"], env=env, timeout=_PATIENCE).out.decode(errors="replace")
    found = re.search(r"version (\d+)\.", said)
    return int(found[1]) if found else 0


def _found(name: str, env: Mapping[str, str]) -> bool:
    try:
        which(name, env.get("PATH", ""))
    except CannotStart:
        return False
    return True
