"""A real control plane on loopback: etcd, API server, controllers and scheduler of Kubernetes 1.20.2, and a node.

`make kubernetes` builds the programs (build.sh) and tries what deploys against them. By hand, from tests/:
`python -m support.kubernetes.plane` starts one and says where its kubeconfig is.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from support.kubernetes.kubelet import NODE, Api, Kubelet

VERSION = "1.20.2"
# Looked up when this is imported: each test has a HOME of its own.
BINARIES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gofigure-tests" / f"kubernetes-{VERSION}"
CONTEXT = "kind-tests"
_TOKEN = "of-the-tests"
_PATIENCE = 60.0
_NO_TAINT = "node.kubernetes.io/not-ready"


class Plane(NamedTuple):
    kubeconfig: dict[str, object]
    api: Api


def missing() -> str:
    """What is not there; "" if all is."""
    if not (BINARIES / "etcd").exists():
        return f"no control plane in {BINARIES}: make kubernetes builds it"
    absent = [name for name in ("kubectl", "openssl", "setpriv") if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


@contextlib.contextmanager
def control_plane(folder: Path) -> Iterator[Plane]:
    """One that is ready to take objects, and gone afterwards, whatever becomes of this process."""
    etcd, peer, port, controllers, scheduler = _free_ports(5)
    api = Api(port, _TOKEN)
    (folder / "tokens.csv").write_text(f'{_TOKEN},admin,admin,"system:masters"\n')
    key = folder / "sa.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    kubeconfig = _kubeconfig(port)
    (folder / "kubeconfig").write_text(json.dumps({**kubeconfig, "current-context": CONTEXT}))
    with contextlib.ExitStack() as stack:

        def start(name: str, *flags: str) -> None:
            stack.enter_context(_running(folder, name, *flags))

        start(
            "etcd", "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync",
            "--listen-client-urls", f"http://127.0.0.1:{etcd}", "--advertise-client-urls", f"http://127.0.0.1:{etcd}",
            "--listen-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-cluster", f"default=http://127.0.0.1:{peer}",
        )  # fmt: skip
        start(
            "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{etcd}", "--bind-address=127.0.0.1",
            f"--secure-port={port}", f"--cert-dir={folder / 'certs'}", "--advertise-address=127.0.0.1",
            "--service-cluster-ip-range=10.96.0.0/16", f"--token-auth-file={folder / 'tokens.csv'}",
            "--authorization-mode=RBAC", f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}", "--service-account-issuer=https://kubernetes.default.svc",
            "--allow-privileged=true", "--disable-admission-plugins=ServiceAccount",
            "--kubelet-preferred-address-types=InternalIP",
        )  # fmt: skip
        _until_ready(api)
        common = (
            f"--kubeconfig={folder / 'kubeconfig'}",
            "--bind-address=127.0.0.1",
            "--port=0",
            "--leader-elect=false",
        )
        start(
            "kube-controller-manager", *common, f"--secure-port={controllers}", f"--cert-dir={folder / 'c1'}",
            f"--service-account-private-key-file={key}", "--node-monitor-grace-period=24h",
            "--node-monitor-period=500ms",
        )  # fmt: skip
        start("kube-scheduler", *common, f"--secure-port={scheduler}", f"--cert-dir={folder / 'c2'}")
        kubelet = Kubelet(api, folder / "certs")
        kubelet.start()
        stack.callback(kubelet.stop)
        _until_schedulable(api)
        yield Plane(kubeconfig, api)


def _kubeconfig(port: int) -> dict[str, object]:
    cluster = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "elsewhere",  # nothing may depend on it
        "clusters": [
            {"name": "tests", "cluster": cluster},
            {"name": "elsewhere", "cluster": {"server": "https://127.0.0.1:1"}},
        ],
        "users": [{"name": "admin", "user": {"token": _TOKEN}}],
        "contexts": [
            {"name": CONTEXT, "context": {"cluster": "tests", "user": "admin"}},
            {"name": "elsewhere", "context": {"cluster": "elsewhere", "user": "admin"}},
        ],
    }


@contextlib.contextmanager
def _running(folder: Path, name: str, *flags: str) -> Iterator[None]:
    # Ended with the thread that started it, even if that is killed: prctl(2), PR_SET_PDEATHSIG.
    argv = ["setpriv", "--pdeathsig", "KILL", str(BINARIES / name), *flags]
    with (
        open(folder / f"{name}.log", "wb") as log,
        subprocess.Popen(argv, stdout=log, stderr=log, cwd=folder) as process,
    ):
        try:
            yield
        finally:
            process.kill()


def _free_ports(count: int) -> list[int]:
    """Below those that the kernel gives out, and others for each process: nobody takes one in the meantime."""
    first, found = 20_000 + os.getpid() % 1000 * 10, []
    for port in range(first, first + 10):
        with contextlib.suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            found.append(port)
    assert len(found) >= count, f"no ports are free from {first} on"
    return found[:count]


def _until_ready(api: Api) -> None:
    """A server that starts has no event to wait for."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if api.call("GET", "/readyz")[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the API server does not become ready")


def _until_schedulable(api: Api) -> None:
    """The node is new: its first taint is taken away when the controllers have seen that it is ready."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        status, said = api.call("GET", f"/api/v1/nodes/{NODE}")
        taints = json.loads(said)["spec"].get("taints") or () if status == 200 else ()
        if status == 200 and not any(taint["key"] == _NO_TAINT for taint in taints):
            return
        time.sleep(0.1)
    raise AssertionError("the node does not become ready")


def main() -> int:
    if missing():
        print(missing(), file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, control_plane(Path(folder)):
        print(f"export KUBECONFIG={folder}/kubeconfig   # context {CONTEXT}; Ctrl-C ends it", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(7 * 24 * 3600)
    return 0


if __name__ == "__main__":
    sys.exit(main())
