"""Two services from checkout to deploy in one job: by both formats, by hand, from a hook and from the watcher."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from support.engine import Engine, with_client
from support.kubernetes.cluster import Cluster
from support.repo import Repo
from support.rig import Rig, said, verdicts
from support.shop.shop import STAGES, put_shop
from support.watcher import Watcher

Shop = Callable[[Literal["toml", "older"]], Repo]


@pytest.fixture
def rules(repo: Repo, tmp_path: Path) -> Repo:
    """The repository that the job checks out."""
    other = Repo.create(tmp_path / "rules", repo.env)
    other.write("check.sh", "echo the rules hold\n")
    other.commit()
    return other


@pytest.fixture
def shop(project: Repo, cluster: Cluster, rules: Repo, engine: Engine, tmp_path: Path) -> Shop:
    """The project, allowed, with all that its stages need on PATH."""

    def put(how: Literal["toml", "older"]) -> Repo:
        env = with_client({**project.env, **engine.env}, engine.client)
        path = f"{cluster.tools}:{Path(sys.executable).parent}:{env['PATH']}"
        named = Repo.create(tmp_path / f"gft-{os.stat(tmp_path).st_ino}", {**env, "PATH": path})
        put_shop(named, how, cluster, rules.root, engine.python())
        named.git("add", "-A")
        named.git("commit", "-q", "-m", "all of it")
        assert named.gofigure("allow", "--yes").returncode == 0
        return named

    return put


def run(repo: Repo) -> dict[str, str]:
    done = repo.gofigure("run", "ship", "--json")
    assert done.returncode == 0, said(done) + logs(repo)
    return verdicts(json.loads(done.stdout))


def logs(repo: Repo) -> str:
    return "\n".join(path.read_text(errors="replace") for path in repo.root.glob(".git/gofigure/runs/*/*.log"))


def images(cluster: Cluster) -> dict[str, Any]:
    """Deployment -> the image that it runs."""
    found = cluster.objects("deployments")
    return {name: one["spec"]["template"]["spec"]["containers"][0]["image"] for name, one in found.items()}


@pytest.mark.parametrize("how", ["toml", "older"])
def test_from_checkout_to_deploy_by_hand(
    shop: Shop, cluster: Cluster, engine: Engine, rules: Repo, how: Literal["toml", "older"]
) -> None:
    repo = shop(how)
    assert run(repo) == dict.fromkeys(STAGES, "passed")
    first = images(cluster)
    assert {name: image.partition(":gf-")[0] for name, image in first.items()} == {
        "deployment/api": f"{repo.root.name}/api",
        "deployment/web": f"{repo.root.name}/web",
    }
    assert engine.docker("run", "--rm", first["deployment/api"]) == "hello shop"
    # The same again: what is proven is not run; a checkout is asked about, and a deploy is done each time.
    always = {"rules": "passed", "release": "passed"}
    assert run(repo) == {**dict.fromkeys(STAGES, "reused"), **always}
    # Another service's code: only that one's test, and both images are asked about.
    repo.write("web/web.py", (repo.root / "web/web.py").read_text().replace("// 5", "// 4").replace("web", "shop"))
    repo.write("web/test_web.py", "from web import price\n\n\ndef test_price() -> None:\n    assert price(10) == 12\n")
    changed = run(repo)
    assert changed["unit-web"] == changed["images"] == "passed"
    assert changed["unit-api"] == changed["binary"] == changed["rules-hold"] == "reused"
    now = images(cluster)
    assert now["deployment/api"] == first["deployment/api"]
    assert now["deployment/web"] != first["deployment/web"]
    # The other repository has a new commit: what was checked out runs again, and nothing else.
    rules.write("check.sh", "echo other rules hold\n")
    rules.commit()
    assert run(repo) == {**dict.fromkeys(STAGES, "reused"), **always, "rules-hold": "passed"}


def test_from_a_hook(shop: Shop, cluster: Cluster) -> None:
    repo = shop("toml")
    assert repo.gofigure("install-hooks").returncode == 0
    repo.write("README", "words\n")
    done = repo.commit()
    assert done.returncode == 0, said(done)
    assert set(images(cluster)) == {"deployment/api", "deployment/web"}, said(done) + logs(repo)


def test_from_the_watcher(shop: Shop, cluster: Cluster, rig: Rig) -> None:
    repo = shop("older")
    watcher = Watcher(rig, repo)
    watcher.rest()
    assert watcher.job("ship").verdict == "passed", watcher.output + logs(repo)
    first = images(cluster)
    repo.write("api/main.go", (repo.root / "api/main.go").read_text().replace('greeting("shop")', 'greeting("all")'))
    watcher.rest()
    assert watcher.job("ship").verdict == "passed", watcher.output + logs(repo)
    now = images(cluster)
    assert now["deployment/api"] != first["deployment/api"]
    assert now["deployment/web"] == first["deployment/web"]
