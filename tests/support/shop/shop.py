"""A small project of two services, one in Go and one in Python, that is tested, built and deployed in one job."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from support.kubernetes.cluster import Cluster
from support.kubernetes.plane import CONTEXT
from support.repo import Repo

_HERE = Path(__file__).parent
STAGES = ("rules", "rules-hold", "unit-api", "unit-web", "binary", "images", "release")


def put_shop(repo: Repo, how: Literal["toml", "older"], cluster: Cluster, rules: Path, base: str) -> str:
    """All of it, configured in one of the two formats; what its images' names begin with.

    `rules`: a repository to check out; `base`: the image that those of the services begin with.
    """
    shutil.copytree(_HERE / "project", repo.root, dirs_exist_ok=True)
    prefix = repo.root.name.lower()
    if how == "toml":
        shutil.copy(_HERE / "shop.toml", repo.root / ".gofigure.toml")
    else:
        shutil.copytree(_HERE / "older", repo.root, dirs_exist_ok=True)
    put = {
        "URL": str(rules),
        "CONTEXT": CONTEXT,
        "NAMESPACE": cluster.namespace,
        "PREFIX": prefix,
        "FROM BASE": f"FROM {base}",
    }
    for path in (*repo.root.glob("*.json"), *repo.root.glob("*/*"), repo.root / ".gofigure.toml"):
        if path.is_file() and ".git/" not in str(path):
            text = path.read_text()
            for word, value in put.items():
                text = text.replace(word, value)
            path.write_text(text)
    return prefix
