"""Deploys on the page: what is on record, the way back, and what never happens from there. The cluster is a stub."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from support.kubernetes.cluster import Cluster, kubeconfig_of, project_on, stub_cluster
from support.kubernetes.manifests import config_map, configure, deployment
from support.page import Served
from support.repo import Repo
from support.rig import Rig, until

from gofigure.model import PAGE_VARIABLE
from gofigure.recipes.kubernetes.journal import Journal, Known


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return stub_cluster(tmp_path / "cluster")


@pytest.fixture
def project(cluster: Cluster, repo: Repo) -> Repo:
    made = project_on(cluster, repo)
    made.write("deploy/a.yml", config_map("a", "one"))
    configure(made, cluster)
    return made


def _shown(served: Served, query: str = "") -> Any:
    return served.get(f"/deploy{query}")["shown"]


def _ended(served: Served, run: int) -> Any:
    """A run, when it has come to its end."""
    path = f"/api/v1/runs/{run}"
    over = ("passed", "failed")
    until(lambda: (at := served.ask("GET", path)).status == 200 and at.json["run"]["verdict"] in over, what="it ended")
    return served.get(f"/runs/{run}")["run"]


def _looked(served: Served) -> Any:
    assert served.do("look", stage="deploy").status == 200
    until(lambda: not _shown(served)["live"]["under_way"], what="the cluster was asked")
    return _shown(served)["live"]


def test_from_the_first_deploy_to_the_way_back(project: Repo, cluster: Cluster, rig: Rig) -> None:
    served = Served(rig, project)
    assert _shown(served)["deploys"] == []
    assert served.get("/deploy")["stages"][0]["cluster"] == "unknown"
    assert served.do("run", names=["deploy"]).status == 200
    assert _ended(served, 1)["trigger"] == "page"
    assert [run["run"] for run in project.json("history", "--trigger", "page")["runs"]] == [1]
    project.write("deploy/a.yml", config_map("a", "two") + "---\n" + deployment("api"))
    assert project.gofigure("run").returncode == 0
    found = served.get("/deploy?to=1")
    row, shown = found["stages"][0], found["shown"]
    assert (row["cluster"], row["run"], row["verdict"]) == ("local", 2, "passed")
    assert "127.0.0.1" in row["why"]
    assert [(one["run"], one["trigger"], one["present"]) for one in shown["deploys"]] == [
        (2, "manual", True),
        (1, "page", False),
    ]
    assert [(one["called"], one["owned"]) for one in shown["objects"]] == [
        ("configmap/a", True),
        ("deployment/api", True),
    ]
    assert [one["ref"] for one in shown["images"]] == ["shop/api:1"]
    assert any("two" in line["text"] and line["kind"] == "new" for line in shown["changed"])
    assert shown["back_to"] == 1
    assert any("two" in line["text"] and line["kind"] == "gone" for line in shown["back"]["lines"])
    calls = len(cluster.calls)
    served.ask("GET", "/deploy")
    assert len(cluster.calls) == calls  # records only
    for number in (7, "1", None, True, 2.0):
        assert served.do("rollback", stage="deploy", to=number).status == 409
    assert served.do("rollback", stage="deploy", to=1).status == 200
    assert _ended(served, 3)["trigger"] == "page"
    assert cluster.objects()["configmap/a"]["data"]["ports"] == "one"
    assert _shown(served)["deploys"][0]["back_to"] == 1


@pytest.mark.parametrize("how", ["key", "name", "own"])
def test_what_is_protected_never_runs_from_here(project: Repo, cluster: Cluster, rig: Rig, how: str) -> None:
    context = "kind-live" if how == "name" else "kind-tests"
    home = Path(project.env["HOME"])
    (home / ".kube/config").write_text(json.dumps(kubeconfig_of(context, "https://127.0.0.1:6443")))
    if how == "own":
        (home / ".config/gofigure").mkdir(parents=True, exist_ok=True)
        (home / ".config/gofigure/config.toml").write_text('protected_contexts = ["kind-*"]\n')
    configure(project, cluster, "protected = true" if how == "key" else "", context=context)
    served = Served(rig, project, env={"GOFIGURE_YES": "1"})
    row = served.get("/deploy")["stages"][0]
    assert (row["cluster"], row["protected"]) == ("protected", True)
    for name, body in (
        ("run", {"names": ["deploy"]}),
        ("run", {"names": ["ship"]}),
        ("look", {"stage": "deploy"}),
        ("rollback", {"stage": "deploy", "to": 1}),
        ("reset", {"stage": "deploy", "list": "x", "typed": "deploy"}),
    ):
        answer = served.do(name, **body)
        assert answer.status == 409
        assert "never from the page" in answer.json["error"]
    assert "Deploy</button>" not in served.ask("GET", "/deploy").text
    # Nor where something has got past the page: what it starts is known as its own.
    done = project.gofigure("run", "--yes", "deploy", env={PAGE_VARIABLE: "1"})
    assert done.returncode == 1
    # Where the configuration tells of it, it wants the terminal first, which a page has not.
    words = "deployed to by hand only, not from the page" if how == "own" else "it is deployed to by hand only"
    assert words in project.gofigure("logs", "deploy").stdout.decode()
    assert cluster.objects() == {}
    assert [call for call in cluster.calls if "apply" in call] == []


def test_everything_is_deleted_only_as_it_was_shown(project: Repo, cluster: Cluster, rig: Rig) -> None:
    configure(project, cluster, 'reset = "all"\nallow_delete_all = true')
    cluster.put("theirs")
    served = Served(rig, project, env={"GOFIGURE_YES": "1"})
    assert served.do("run", names=["deploy"]).status == 200
    assert _ended(served, 1)["verdict"] == "failed"
    assert "deletes only what somebody has seen" in project.gofigure("logs", "deploy").stdout.decode()
    assert served.do("reset", stage="deploy", list="", typed="deploy").status == 409
    _looked(served)
    shown = _shown(served)["to_delete"]
    assert shown["objects"] == ["deployment/theirs"]
    for typed in ("", "dev", "Deploy", None):
        assert served.do("reset", stage="deploy", list=shown["list"], typed=typed).status == 409
    assert served.do("reset", stage="deploy", list="1", typed="deploy").status == 409
    cluster.put("newer")  # nobody has seen that one
    assert served.do("reset", stage="deploy", list=shown["list"], typed="deploy").status == 200
    assert _ended(served, 2)["verdict"] == "failed"
    assert "another list" in project.gofigure("logs", "deploy").stdout.decode()
    assert set(cluster.objects()) == {"deployment/theirs", "deployment/newer"}
    _looked(served)
    shown = _shown(served)["to_delete"]
    assert served.do("reset", stage="deploy", list=shown["list"], typed="deploy").status == 200
    assert _ended(served, 3)["verdict"] == "passed"
    assert set(cluster.objects()) == {"configmap/a"}


def test_a_look_changes_nothing_and_tells_what_is_there(project: Repo, cluster: Cluster, rig: Rig) -> None:
    project.write("deploy/b.yml", deployment("api"))
    assert project.gofigure("run").returncode == 0
    cluster.remove("configmap/a")
    served = Served(rig, project)
    before = cluster.objects()
    live = _looked(served)
    assert live["error"] == ""
    assert {one["called"]: one["state"] for one in live["said"]["objects"]} == {
        "configmap/a": "gone",
        "deployment/api": "ready",
    }
    assert cluster.objects() == before
    assert {call[0] for call in cluster.calls} <= {"config", "apply", "diff", "get"} | {
        word for call in cluster.calls for word in call if word.startswith("--")
    }
    text = project.gofigure("rollback", "deploy", "--list", "--live").stdout.decode()
    assert "configmap/a  gone" in text
    assert project.gofigure("rollback", "deploy", "--live").returncode == 2


def test_nobody_at_the_address_is_not_called_an_answer(project: Repo, cluster: Cluster, rig: Rig) -> None:
    """Nothing is on record, so that no object would be asked for."""
    served = Served(rig, project)
    assert _looked(served)["said"]["objects"] == []
    assert "It answers; nothing of this stage" in served.ask("GET", "/deploy").text
    assert b"it answers; nothing" in project.gofigure("rollback", "deploy", "--list", "--live").stdout
    cluster.script(get="The connection to the server 127.0.0.1:9 was refused - did you specify the right host or port?")
    live = _looked(served)
    assert "the API server of kind-tests does not answer" in live["error"]
    assert served.get("/deploy")["stages"][0]["cluster"] == "unanswered"
    page = served.ask("GET", "/deploy").text
    assert "not looked at yet" not in page
    assert "on record, so" not in page
    done = project.gofigure("rollback", "deploy", "--list", "--live")
    assert done.returncode != 0
    assert b"does not answer" in done.stderr
    cluster.script(get='Error from server (Forbidden): forbidden: User "me" cannot get path "/version"')
    assert _looked(served)["error"] == ""  # somebody is there


def test_a_configuration_that_cannot_be_read_is_not_called_none(project: Repo, rig: Rig) -> None:
    assert project.gofigure("run").returncode == 0
    assert project.gofigure("allow", "--yes").returncode == 0
    broken = (project.root / ".gofigure.toml").read_text() + "\n[stages.deploy2]\nbogus = 1\n"
    line = broken.splitlines().index("bogus = 1") + 1
    project.write(".gofigure.toml", broken)
    served = Served(rig, project, allow=False)
    for path in ("/", "/deploy"):
        page = served.ask("GET", path).text
        assert "The configuration cannot be read" in page
        assert f".gofigure.toml:{line}: " in page
        assert '<a href="/jobs">' in page
        assert "No jobs yet" not in page
        assert "Nothing deploys here" not in page


def test_a_cluster_that_is_nobodys_is_not_asked(project: Repo, cluster: Cluster, rig: Rig) -> None:
    config = kubeconfig_of("kind-tests", "https://192.0.2.7")
    (Path(project.env["HOME"]) / ".kube/config").write_text(json.dumps(config))
    served = Served(rig, project)
    live = _looked(served)
    assert "is no local cluster" in live["error"]
    assert [call for call in cluster.calls if call[:1] != ["config"]] == []


def test_a_cluster_that_does_not_answer_holds_up_nobody(project: Repo, cluster: Cluster, rig: Rig) -> None:
    gate = rig.gate("kubectl")
    (cluster.tools / "kubectl").write_text(f"#!/bin/sh\n{gate.sh}\n")
    served = Served(rig, project)
    assert served.do("look", stage="deploy").status == 200
    gate.arrive()
    assert _shown(served)["live"]["under_way"]
    assert served.do("look", stage="deploy").status == 200  # the one that is under way is enough
    os.kill(served.running.pid, signal.SIGTERM)
    assert served.running.finish() == 0
    gate.open()


def test_what_was_cut_off_is_called_so(project: Repo, rig: Rig) -> None:
    assert project.gofigure("run").returncode == 0
    served = Served(rig, project)
    assert _shown(served)["cut_off"] == 0
    journal = Journal(str(project.root / ".git/gofigure/kubernetes"), "deploy", "kind-tests", "dev")
    journal.write(Known(journal.read().objects, "a set", 1))
    assert _shown(served)["cut_off"] == 1
    assert "Cut off:" in served.ask("GET", "/deploy").text


def test_names_from_manifests_are_only_text(project: Repo, rig: Rig) -> None:
    bad = "<img src=x onerror=alert(1)>"
    project.write("deploy/a.yml", config_map(f"'{bad}'", bad) + "---\n" + deployment("api", f"'shop/{bad}'"))
    assert project.gofigure("run").returncode == 0
    project.write("deploy/a.yml", config_map("a", "two"))
    assert project.gofigure("run").returncode == 0
    served = Served(rig, project)
    for path in ("/deploy", "/deploy?to=1", "/deploy?stage=deploy&to=1", "/runs/1", "/deploy?stage=%3Cimg%3E"):
        text = served.ask("GET", path).text
        assert "<img" not in text
    assert "&lt;img src=x" in served.ask("GET", "/deploy?to=1").text


def test_without_a_stage_that_deploys(repo: Repo, rig: Rig) -> None:
    repo.config("[jobs.j]\nstages = ['s']\n[stages.s]\nrun = 'true'\n")
    served = Served(rig, repo)
    assert served.get("/deploy")["shown"] is None
    assert "Nothing deploys here" in served.ask("GET", "/deploy").text
    assert served.do("look", stage="s").status == 409
