"""Where the engine is that a docker client would talk to: DOCKER_HOST, a docker context, or the usual socket."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

USED = "docker"  # a folder in a project's state_dir: somebody has asked an engine for something there
_USUAL = "/var/run/docker.sock"
_PODMAN = "podman/podman.sock"  # below /run, or the user's own folder there


class Address(NamedTuple):
    """One engine. `tls`: the folder with ca.pem, cert.pem and key.pem; "" where it is asked in the clear."""

    host: str  # as DOCKER_HOST has it: unix:///path, tcp://host:port, ssh://...
    tls: str = ""


def address_of(environ: Mapping[str, str]) -> Address:
    """What a client would use with these variables; that nothing answers there is found out by asking."""
    host = environ.get("DOCKER_HOST", "")
    if host:
        asked = environ.get("DOCKER_TLS_VERIFY", "") or environ.get("DOCKER_TLS", "")
        folder = environ.get("DOCKER_CERT_PATH") or _settings(environ)
        return Address(host, folder if asked and host.startswith("tcp") else "")
    return _of_context(environ) or Address(f"unix://{_socket(environ)}")


def _of_context(environ: Mapping[str, str]) -> Address | None:
    """The engine of the docker context in use; None where that is the default one."""
    settings = _settings(environ)
    name = environ.get("DOCKER_CONTEXT", "")
    if not name and not os.path.exists(os.path.join(settings, "contexts")):
        return None  # nobody has ever made one
    name = name or str(_read(os.path.join(settings, "config.json")).get("currentContext", ""))
    if name in ("", "default"):
        return None
    from hashlib import sha256

    folder = sha256(name.encode()).hexdigest()  # docker's own way to name it
    meta = _read(os.path.join(settings, "contexts", "meta", folder, "meta.json"))
    try:
        host = str(meta["Endpoints"]["docker"]["Host"])
    except (KeyError, TypeError):
        return Address(f"context {name}, which is not there")
    tls = os.path.join(settings, "contexts", "tls", folder, "docker")
    return Address(host, tls if os.path.isdir(tls) else "")


def _settings(environ: Mapping[str, str]) -> str:
    return environ.get("DOCKER_CONFIG") or os.path.join(environ.get("HOME", ""), ".docker")


def _read(path: str) -> dict[str, Any]:
    import json

    try:
        with open(path, "rb") as file:
            said = json.loads(file.read())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _socket(environ: Mapping[str, str]) -> str:
    """Docker's usual socket; where there is none, podman's, which speaks the same language."""
    own = environ.get("XDG_RUNTIME_DIR", "")
    others = [os.path.join(own, "docker.sock"), os.path.join(own, _PODMAN)] if own else []
    others.append(os.path.join("/run", _PODMAN))
    return next((path for path in (_USUAL, *others) if os.path.exists(path)), _USUAL)
