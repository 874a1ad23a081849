"""`gofigure rollback`: what was there before is there again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.kubernetes.cluster import Cluster
from support.kubernetes.manifests import config_map, configure, deployment
from support.repo import Repo


def _deploy(project: Repo, value: str) -> None:
    project.write("deploy/a.yml", config_map("a", value))
    assert project.gofigure("run").returncode == 0


def _value(cluster: Cluster) -> Any:
    return cluster.objects()["configmap/a"]["data"]["ports"]


def test_back_and_further_back_and_no_further(cluster: Cluster, project: Repo) -> None:
    configure(project, cluster)
    for value in ("one", "two", "two", "three"):
        _deploy(project, value)
    for value in ("two", "one"):
        done = project.gofigure("rollback", "deploy")
        assert done.returncode == 0, done.stdout + done.stderr
        assert _value(cluster) == value
    done = project.gofigure("rollback", "deploy")
    assert done.returncode == 2
    assert b"there is no good deploy of deploy before run 1" in done.stderr
    assert (project.root / "deploy/a.yml").read_text() == config_map("a", "three")


def test_after_a_failure_the_last_good_one_is_meant(cluster: Cluster, project: Repo) -> None:
    configure(project, cluster, 'reset = "owned"')
    project.write("deploy/a.yml", deployment("api"))
    assert project.gofigure("run").returncode == 0
    project.write("deploy/a.yml", deployment("api", "shop/missing") + "---\n" + config_map("new"))
    assert project.gofigure("run").returncode == 1
    done = project.gofigure("rollback", "deploy", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert (said["to"], said["runs"][0]["verdict"]) == (1, "passed")
    found = cluster.objects()
    assert set(found) == {"deployment/api"}
    assert found["deployment/api"]["spec"]["template"]["spec"]["containers"][0]["image"] == "shop/api:1"


def test_a_secret_is_not_recorded_and_left_as_it_is(here: Repo, pretended: Cluster) -> None:
    configure(here, pretended, 'reset = "owned"')
    here.write("deploy/s.yml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hidden}\n")
    for value in ("one", "two"):
        _deploy(here, value)
    assert here.gofigure("rollback", "deploy").returncode == 0
    log = here.gofigure("logs", "deploy").stdout.decode()
    assert "secret/s is not recorded, and left as it is" in log
    assert "no part of this" not in log
    assert "secret/s" in pretended.objects()


def test_what_failed_before_anything_was_sent_is_not_what_is_there(here: Repo, pretended: Cluster) -> None:
    configure(here, pretended)
    for value in ("one", "two"):
        _deploy(here, value)
    here.write("deploy/a.yml", "a: b: c\n")
    assert here.gofigure("run").returncode == 1
    assert here.gofigure("rollback", "deploy").returncode == 0
    assert _value(pretended) == "one"


def test_to_a_run_that_is_named_and_listed(here: Repo, pretended: Cluster) -> None:
    configure(here, pretended)
    for value in ("one", "two", "three"):
        _deploy(here, value)
    assert here.gofigure("rollback", "deploy", "--to", "1").returncode == 0
    assert _value(pretended) == "one"
    listed = here.gofigure("rollback", "deploy", "--list").stdout.decode().splitlines()
    assert [line.split()[1] for line in listed] == ["4", "3", "2", "1"]
    assert "back to run 1" in listed[0]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["deploy", "--to", "7"], "run 7 is no recorded deploy of deploy"),
        (["deploy", "--to", "1"], "run 1 cannot be gone back to: it is failed"),
        (["depoly"], "no stage is called 'depoly'"),
        (["lint"], "lint has the target shell, which cannot be rolled back"),
        (["deploy"], "there is no good deploy of deploy before run 1"),
    ],
)
def test_where_there_is_nothing_to_go_back_to(here: Repo, pretended: Cluster, args: list[str], said: str) -> None:
    configure(here, pretended, '[stages.lint]\nrun = "true"')
    here.write("deploy/a.yml", deployment("api", "shop/missing"))
    assert here.gofigure("run", "ship").returncode == 1
    done = here.gofigure("rollback", *args)
    assert done.returncode == 2
    assert said in done.stderr.decode()


def test_a_deploy_elsewhere_is_none_to_go_back_to(here: Repo, pretended: Cluster) -> None:
    configure(here, pretended)
    _deploy(here, "one")
    pretended.kubectl("create", "namespace", "other")
    pretended.namespace = "other"
    configure(here, pretended)
    done = here.gofigure("rollback", "deploy")
    assert b"deploy has never been deployed to where it goes now" in done.stderr


def test_without_manifests_in_the_tree_there_is_still_a_way_back(here: Repo, pretended: Cluster) -> None:
    configure(here, pretended)
    _deploy(here, "one")
    _deploy(here, "two")
    (here.root / "deploy/a.yml").unlink()
    done = here.gofigure("rollback", "deploy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert _value(pretended) == "one"
