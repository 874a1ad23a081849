"""A kubeconfig of this deploy alone: one context, with all that it needs, so that nobody can switch it meanwhile.

It holds credentials, as the manifests beside it may hold Secrets: a file here is private to the user and is removed at
the end. What a killed process leaves is removed by the next one, which sees by the lock that nobody is using it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.store.lock import take

_PATIENCE = 30.0  # seconds; a kubeconfig may lie on a network drive


class Pinned(NamedTuple):
    path: str
    server: str
    proxy: str  # through which the server is reached; "" mostly
    verified_as: str  # the name that the server's certificate must bear, if that is not its host's; "" mostly


@contextlib.contextmanager
def pinned(program: str, context: str, folder: str) -> Iterator[Pinned]:
    """The kubeconfig of one context, kept in `folder` as long as it is needed. Raises GofigureError."""
    shown = capture([program, "config", "view", "--raw", "--flatten", "-o", "json"], env=os.environ, timeout=_PATIENCE)
    if shown.code != 0:
        raise GofigureError(f"kubectl config view fails: {_text(shown.err)}", hint="kubectl config view")
    config = _only(_parsed(shown.out), context)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    _remove_abandoned(folder)
    with private(folder, "config", json.dumps(config)) as path:
        cluster = config["clusters"][0]["cluster"]
        said = [str(cluster.get(key) or "") for key in ("server", "proxy-url", "tls-server-name")]
        yield Pinned(path, *said)


@contextlib.contextmanager
def private(folder: str, name: str, text: str) -> Iterator[str]:
    """The path of a file of this process, there as long as it is needed; after a kill, until the next deploy."""
    path = os.path.join(folder, f"{name}-{os.getpid()}")
    with open(_locked(path), "w", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
            yield path
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def _locked(path: str) -> int:
    """A new file that nobody takes for abandoned, open for writing."""
    while True:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if os.fstat(fd).st_nlink:
            return fd
        os.close(fd)  # another deploy has removed it before it was locked


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        config = json.loads(data)
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise GofigureError("kubectl config view printed no JSON", hint="kubectl config view -o json")
    return config


def _only(config: dict[str, Any], context: str) -> dict[str, Any]:
    """The configuration with this context and nothing else."""
    chosen = _named(config, "contexts", context)
    if chosen is None:
        names = sorted(one["name"] for one in config.get("contexts") or ())
        there = f"there are: {', '.join(names)}" if names else "there is none"
        hint = f"kubectl config get-contexts; is the cluster started? ({there})"
        raise GofigureError(f'kubectl knows no context "{context}"', hint=hint)
    inner = chosen.get("context") or {}
    cluster = _named(config, "clusters", inner.get("cluster", ""))
    if cluster is None or not (cluster.get("cluster") or {}).get("server"):
        hint = f"kubectl config view --minify --context {context}"
        raise GofigureError(f'the context "{context}" names no cluster with a server', hint=hint)
    user = _named(config, "users", inner.get("user", ""))
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [chosen],
        "clusters": [cluster],
        "users": [user] if user is not None else [],
    }


def _named(config: dict[str, Any], kind: str, name: str) -> dict[str, Any] | None:
    return next((one for one in config.get(kind) or () if one.get("name") == name), None)


def _remove_abandoned(folder: str) -> None:
    """Those of processes that are no more: nobody holds their lock."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError), open(path, "rb") as file:
            if take(file.fileno(), fcntl.LOCK_EX):
                os.unlink(path)


def _text(data: bytes) -> str:
    return data.decode(errors="replace").strip()
