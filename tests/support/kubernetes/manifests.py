"""Manifests and configurations to deploy with."""

from __future__ import annotations

from support.kubernetes.cluster import Cluster
from support.kubernetes.plane import CONTEXT
from support.repo import Repo


def deployment(name: str, image: str = "shop/api:1", replicas: str = "1") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}   # a comment
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: c
        image: {image}
"""


def config_map(name: str, value: str = "22:22") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  ports: {value}\n"


def configure(repo: Repo, cluster: Cluster, more: str = "", *, context: str = CONTEXT, job: str = "") -> None:
    repo.config(
        f"""
[jobs.ship]
stages = ["deploy"]
{job}
[stages.deploy]
target = "kubernetes"
locations = ["deploy"]
context = "{context}"
namespace = "{cluster.namespace}"
{more}
"""
    )
    allowed = repo.gofigure("allow")
    assert allowed.returncode == 0, allowed.stderr.decode()
