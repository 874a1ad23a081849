"""`docker`: an image of each location, built by the Dockerfile in it; `run` holds further arguments.

What is built is named by `name` and tagged by its content; the recipe does the work.
"""

from __future__ import annotations

import re

from gofigure.model import RECIPE, Command, Stage

TELLS_VERSION = False
READS_WHOLE_LOCATIONS = True
ROOTS: tuple[str, ...] = ()
MANIFESTS: tuple[str, ...] = ()
ENVIRONMENT: tuple[tuple[str, str], ...] = ()
PASSES = (
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS", "DOCKER_TLS_VERIFY",
    "DOCKER_API_VERSION", "DOCKER_BUILDKIT", "BUILDKIT_HOST", "BUILDX_BUILDER", "BUILDX_CONFIG", "CONTAINER_HOST",
    "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "STORAGE_DRIVER", "BUILDAH_ISOLATION",
    "KUBECONFIG", "MINIKUBE_HOME", "MINIKUBE_PROFILE", "MINIKUBE_ACTIVE_DOCKERD",
    "SSH_AUTH_SOCK",
)  # fmt: skip

_PLAIN = r"[\w./+-]+"  # as a regular expression, a dot would match more than the file that is meant


def commands(stage: Stage) -> tuple[Command, ...]:
    import json

    spec = {
        "source": source(stage),
        "name": stage.setting("name", "{project}/{location}"),
        "tags": stage.setting("tags", ("dev",)),
        "build_args": dict(stage.setting("build_args", ())),
        "platform": stage.setting("platform"),
        "build_target": stage.setting("build_target"),
        "builder": stage.setting("builder", "auto"),
        "registry": stage.setting("registry"),
        "load": stage.setting("load", "auto"),
        "secrets": stage.secrets,
        "more": stage.run,
    }
    argv = (RECIPE, "docker", json.dumps({key: value for key, value in spec.items() if value}, sort_keys=True))
    return tuple(Command(argv, cwd) for cwd in stage.locations or ("",))


def source(stage: Stage) -> str:
    """The Dockerfile: of that very path below the location where `source` is a plain one."""
    if stage.source is None:
        return "^(Dockerfile|Containerfile)$"
    return f"^{re.escape(stage.source)}$" if re.fullmatch(_PLAIN, stage.source) else stage.source


def tools(_stage: Stage) -> tuple[str, ...]:
    """None: an image is what its context makes of it, not which client asked for it."""
    return ()


def image_name(template: str, project: str, location: str) -> str:
    """What the image of a location is called; it may be no name that docker takes."""
    values = {"project": project, "location": _of_location(location)}
    name = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)
    return re.sub(r"/{2,}", "/", name).strip("/-._")


def in_tag(location: str) -> str:
    """A location as it stands in a tag."""
    return _of_location(location).replace("/", "-") or "root"


def slug(text: str) -> str:
    """In the letters that a name may have."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _of_location(location: str) -> str:
    return "/".join(filter(None, map(slug, location.split("/"))))
