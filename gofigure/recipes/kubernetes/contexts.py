"""Which clusters may be deployed to: a decision from names, addresses and the user's own list; nothing is asked."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from gofigure.recipes.kubernetes.names import is_protected

# As the tools that make clusters on this machine name their contexts.
_LOCAL = (
    "minikube", "kind-*", "k3d-*", "docker-desktop", "docker-for-desktop", "rancher-desktop", "colima", "colima-*",
    "orbstack", "microk8s", "crc", "crc-*", "*/api-crc-testing:*",
)  # fmt: skip
# Names that lead to this machine, or to a virtual one on it, wherever they are looked up.
_LOCAL_HOSTS = (
    "localhost", "*.localhost", "host.docker.internal", "kubernetes.docker.internal", "*.orb.local", "*.crc.testing",
)  # fmt: skip

# As every cluster calls its own API server; it says nothing of where that is.
_ANY_CLUSTERS = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.*")

# Where virtual machines and containers get their addresses. Not Python's `is_private`, which holds more, and something
# else from release to release.
_NEAR = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"),
    )
)

Verdict = Literal["local", "allowed", "refused"]


class Own(NamedTuple):
    """What the user's own file says (own.py)."""

    path: str
    allow: tuple[str, ...] = ()  # globs of contexts
    protect: tuple[str, ...] = ()


class Judged(NamedTuple):
    """Whether a context may be used, and why."""

    verdict: Verdict
    why: str
    protected: bool = False


def judge(context: str, server: str, proxy: str, own: Own, verified_as: str = "") -> Judged:
    """`server`, `proxy`: the addresses that the kubeconfig gives for it; `verified_as`: whose certificate it must show.

    A name proves nothing: whoever writes a kubeconfig chooses it. A context counts as local if its API server is on
    loopback; or if it has the name of a local cluster and an address that does not lead out of the private networks.
    """
    protected = is_guarded(context, own)
    if proxy and not _is_loopback(_host(proxy)):
        local, why = False, f"its API server is reached through {proxy}"
    elif verified_as and not _is_here(verified_as.lower(), _host(server)):
        local, why = False, f"{server} leads to {verified_as}"
    elif _is_loopback(_host(server)):
        local, why = True, "its API server is on this machine"
    elif not _any(_LOCAL, context):
        local, why = False, f"{server} is not on this machine"
    elif _is_near(_host(server)):
        local, why = True, "a local cluster by its name and its address"
    else:
        local, why = False, f"it has the name of a local cluster, but {server} is a public address"
    if local:
        return Judged("local", why, protected)
    if _any(own.allow, context):
        return Judged("allowed", f"{own.path} allows it", protected)
    return Judged("refused", why, protected)


def is_guarded(context: str, own: Own) -> bool:
    """Whether its name, or the user's own file, says that people depend on it."""
    return is_protected(context) or _any(own.protect, context)


def _any(globs: Sequence[str], name: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _host(server: str) -> str:
    try:
        return (urlsplit(server).hostname or "").lower()
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    # 0.0.0.0 is what k3d writes for "this machine".
    return address is not None and (address.is_loopback or address.is_unspecified)


def _is_here(name: str, host: str) -> bool:
    """Whether a certificate's name says nothing else than the address does."""
    return name == host or _is_loopback(name) or _any((*_LOCAL_HOSTS, *_ANY_CLUSTERS), name)


def _is_near(host: str) -> bool:
    address = _address(host)
    if address is None:  # not looked up: whoever answers for a name may answer otherwise the next time
        return _any(_LOCAL_HOSTS, host)
    return any(address in network for network in _NEAR)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
