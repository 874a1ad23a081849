"""Local clusters, whose nodes have engines of their own: which one an image is for, and how it gets there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

# What each program calls the cluster that it makes when nobody names one.
_DEFAULTS = {"minikube": "minikube", "kind": "kind", "k3d": "k3s-default"}


class Cluster(NamedTuple):
    kind: str  # minikube, kind or k3d; "": none
    name: str = ""
    builds: bool = False  # its own engine has built the image

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


NONE = Cluster("")


def goal(wanted: str, env: Mapping[str, str]) -> Cluster:
    """Which cluster `load` means now."""
    if wanted == "none":
        return NONE
    cluster = cluster_of(current_context(env))
    if wanted not in ("auto", cluster.kind):
        cluster = Cluster(wanted, _DEFAULTS[wanted])
    own = env.get("MINIKUBE_ACTIVE_DOCKERD", "")  # minikube docker-env
    return Cluster("minikube", own, builds=True) if own and cluster.kind == "minikube" else cluster


def argv_of(cluster: Cluster, ref: str) -> list[str]:
    if cluster.kind == "minikube":
        return ["minikube", "image", "load", "--profile", cluster.name, ref]
    if cluster.kind == "kind":
        return ["kind", "load", "docker-image", "--name", cluster.name, ref]
    return ["k3d", "image", "import", "--cluster", cluster.name, ref]


def cluster_of(context: str) -> Cluster:
    """The local cluster that a context of kubectl is by its name."""
    if context == "minikube":
        return Cluster("minikube", "minikube")
    for kind in ("kind", "k3d"):
        if context.startswith(f"{kind}-"):
            return Cluster(kind, context.removeprefix(f"{kind}-"))
    return NONE


def current_context(env: Mapping[str, str]) -> str:
    """Kubectl's current context, by the first of its files that names one."""
    paths = env.get("KUBECONFIG") or os.path.join(env.get("HOME", ""), ".kube", "config")
    for path in paths.split(os.pathsep):
        try:
            with open(path, encoding="utf-8") as file:
                found = re.search(r"^current-context:\s*[\"']?([^\s\"']+)", file.read(), re.MULTILINE)
        except (OSError, UnicodeDecodeError):
            continue
        if found:
            return found[1]
    return ""
