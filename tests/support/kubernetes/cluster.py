"""What a test of deploying speaks with: a real control plane, or the stub in its place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.kubernetes import stub
from support.kubernetes.plane import CONTEXT
from support.repo import Repo

LOOPBACK = "https://127.0.0.1:6443"


class Cluster:
    """`tools`: a folder that comes first on the PATH of those who deploy; `kubeconfig`: what is in their home."""

    def __init__(self, tools: Path, kubeconfig: Mapping[str, Any], namespace: str, *, real: bool) -> None:
        self.tools = tools
        self.namespace = namespace
        self.real = real
        self.config = dict(kubeconfig)
        self._file = tools / "kubeconfig"
        self._file.write_text(json.dumps(kubeconfig))
        self.kubectl("create", "namespace", namespace)

    def kubectl(self, *words: str) -> str:
        if not self.real:
            if words[:2] == ("create", "namespace"):
                self._change({f"namespace/{words[2]}": {}})
            return ""
        argv = [
            "kubectl",
            f"--kubeconfig={self._file}",
            f"--context={CONTEXT}",
            f"--namespace={self.namespace}",
            *words,
        ]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def objects(self, kinds: str = "deployments,services,configmaps,jobs") -> dict[str, dict[str, Any]]:
        """What stands in the namespace, as `deployment/api`, without what the cluster itself puts there."""
        if self.real:
            values = json.loads(self.kubectl("get", kinds, "-o", "json"))["items"]
        else:
            kept = self._state().values()
            values = [stub.live(one) for one in kept if one.get("namespace") == self.namespace]
        found = {f"{one['kind'].lower()}/{one['metadata']['name']}": one for one in values}
        return {name: value for name, value in found.items() if name != "configmap/kube-root-ca.crt"}

    def take_over(self, name: str) -> None:
        """As if somebody else had labelled it as his."""
        if self.real:
            self.kubectl("label", "--overwrite", name, "app.kubernetes.io/managed-by=somebody")
            return
        state = self._state()
        labels = state[f"{self.namespace}/{name}"]["written"]["metadata"]["labels"]
        labels["app.kubernetes.io/managed-by"] = "somebody"
        self._change(state)

    def put(self, name: str, image: str = "shop/other") -> None:
        """A deployment that gofigure has not made."""
        if self.real:
            self.kubectl("create", "deployment", name, f"--image={image}")
            return
        spec = {"template": {"spec": {"containers": [{"image": image}]}}}
        written = {"kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": name}, "spec": spec}
        kept = {"written": written, "uid": f"uid-{name}", "namespace": self.namespace}
        self._change({f"{self.namespace}/deployment/{name}": kept})

    def remove(self, name: str) -> None:
        """By somebody's hand; of the stub alone."""
        state = self._state()
        del state[f"{self.namespace}/{name}"]
        (self.tools / "state.json").write_text(json.dumps(state))

    def script(self, **failing: Any) -> None:
        """What the stub's calls are to fail with, by their first word."""
        (self.tools / "script.json").write_text(json.dumps(failing))

    @property
    def calls(self) -> list[list[str]]:
        """Those that the stub was asked to make."""
        try:
            return [json.loads(line) for line in (self.tools / "calls.jsonl").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _state(self) -> dict[str, Any]:
        place = self.tools / "state.json"
        known: dict[str, Any] = json.loads(place.read_text()) if place.exists() else {}
        return known

    def _change(self, more: Mapping[str, Any]) -> None:
        (self.tools / "state.json").write_text(json.dumps({**self._state(), **more}))


def stub_cluster(folder: Path) -> Cluster:
    """A cluster that is a file."""
    folder.mkdir()
    program = folder / "kubectl"
    source = Path(stub.__file__).read_text()
    program.write_text(f"#!{os.path.realpath(sys.executable)} -S\n{source}")
    program.chmod(0o755)
    return Cluster(folder, kubeconfig_of(CONTEXT, LOOPBACK), "dev", real=False)


def real_cluster(folder: Path, kubeconfig: Mapping[str, Any], namespace: str) -> Cluster:
    folder.mkdir()
    assert shutil.which("kubectl") is not None
    return Cluster(folder, kubeconfig, namespace, real=True)


def project_on(cluster: Cluster, repo: Repo) -> Repo:
    """A repository whose user has this cluster in ~/.kube/config."""
    kube = Path(repo.env["HOME"]) / ".kube"
    kube.mkdir(exist_ok=True)
    (kube / "config").write_text(json.dumps(cluster.config))
    return Repo(repo.root, {**repo.env, "PATH": f"{cluster.tools}:{repo.env['PATH']}"})


def kubeconfig_of(context: str, server: str) -> dict[str, Any]:
    """One with this context beside another, which is the current one."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "elsewhere",
        "clusters": [
            {"name": "c", "cluster": {"server": server}},
            {"name": "elsewhere", "cluster": {"server": "https://192.0.2.1"}},
        ],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [
            {"name": context, "context": {"cluster": "c", "user": "u"}},
            {"name": "elsewhere", "context": {"cluster": "elsewhere", "user": "u"}},
        ],
    }
