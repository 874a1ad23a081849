"""A deploy, against a real control plane and against the stub in its place."""

from __future__ import annotations

import json

from support.kubernetes.cluster import Cluster
from support.kubernetes.manifests import config_map, configure, deployment
from support.repo import Repo


def test_what_is_written_is_applied_marked_and_waited_for(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/api.yml", deployment("api") + "---\n" + config_map("ports"))
    configure(project, cluster)
    done = project.gofigure("run")
    assert done.returncode == 0, done.stdout + done.stderr
    found = cluster.objects()
    assert set(found) == {"deployment/api", "configmap/ports"}
    assert found["configmap/ports"]["data"] == {"ports": "22:22"}
    for value in found.values():
        labels = value["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "gofigure"
        assert (labels["gofigure/project"], labels["gofigure/stage"]) == ("repo", "deploy")
    log = project.gofigure("logs", "deploy").stdout.decode()
    assert f"$ kubectl --context=kind-tests --namespace={cluster.namespace} apply -f " in log
    assert "2 object(s) are deployed" in log


def test_nothing_of_a_pinned_kubeconfig_is_left(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", config_map("a"))
    configure(project, cluster)
    assert project.gofigure("run").returncode == 0
    assert list((project.root / ".git/gofigure/kubernetes/pinned").iterdir()) == []


def test_a_second_deploy_changes_what_differs_and_says_it(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", config_map("a"))
    configure(project, cluster)
    assert project.gofigure("run").returncode == 0
    project.write("deploy/a.yml", config_map("a", "more"))
    assert project.gofigure("run").returncode == 0
    log = project.gofigure("logs", "deploy").stdout.decode()
    assert "more" in log.partition("diff -f")[2].partition("$ kubectl")[0]
    assert cluster.objects()["configmap/a"]["data"] == {"ports": "more"}


def test_an_image_that_cannot_be_pulled_is_told_at_once(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", deployment("api", "shop/missing"))
    configure(project, cluster)
    done = project.gofigure("run")
    assert done.returncode == 1
    log = project.gofigure("logs", "deploy").stdout.decode()
    assert "(c): ErrImagePull: cannot pull" in log
    assert "gofigure rollback deploy" in log


def test_a_crash_loop_shows_events_and_the_last_lines_from_before(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", deployment("api", "shop/crash"))
    configure(project, cluster)
    assert project.gofigure("run").returncode == 1
    log = project.gofigure("logs", "deploy").stdout.decode()
    assert "CrashLoopBackOff" in log
    assert "get events" in log
    assert "the container says, before it: no database" in log


def test_what_never_becomes_ready_is_given_up_and_says_what_it_waits_for(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", deployment("api", "shop/never"))
    configure(project, cluster, 'wait = "2s"')
    assert project.gofigure("run").returncode == 1
    log = project.gofigure("logs", "deploy").stdout.decode()
    assert "deployment/api is not ready after 2 s: 0 of 1 replicas are available" in log
    assert "the container says, now: no database" in log


def test_without_waiting_what_is_applied_has_passed(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", deployment("api", "shop/never"))
    configure(project, cluster, "wait = false")
    assert project.gofigure("run").returncode == 0


def test_a_job_is_waited_for_to_its_end(cluster: Cluster, project: Repo) -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: NAME}\nspec:\n  backoffLimit: 0\n  template:\n    spec:\n"
    job += "      restartPolicy: Never\n      containers: [{name: c, image: shop/IMAGE}]\n"
    project.write("deploy/a.yml", job.replace("NAME", "good").replace("IMAGE", "ok"))
    configure(project, cluster)
    done = project.gofigure("run")
    assert done.returncode == 0, done.stdout + project.gofigure("logs", "deploy").stdout
    project.write("deploy/b.yml", job.replace("NAME", "bad").replace("IMAGE", "fails"))
    assert project.gofigure("run").returncode == 1
    assert "job/bad: it failed:" in project.gofigure("logs", "deploy").stdout.decode()


def test_what_the_server_refuses_changes_nothing_and_is_found_again(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", config_map("first") + "---\n" + deployment("api", replicas='"two"'))
    configure(project, cluster)
    done = project.gofigure("run")
    assert done.returncode == 1
    assert cluster.objects() == {}
    log = project.gofigure("logs", "deploy").stdout.decode()
    assert "gofigure: deploy: kubectl --context=kind-tests" in log
    if not cluster.real:  # that server names the field, and not the object
        assert "deployment/api is in deploy/a.yml:7" in log


def test_a_namespace_that_is_not_there_says_how_to_make_it(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", config_map("a"))
    cluster.namespace, there = "nowhere", cluster.namespace
    configure(project, cluster)
    cluster.namespace = there
    assert project.gofigure("run").returncode == 1
    assert "kubectl --context=kind-tests create namespace nowhere" in project.gofigure("logs", "deploy").stdout.decode()


def test_what_was_deployed_is_recorded(cluster: Cluster, project: Repo) -> None:
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hidden-word}\n"
    project.write("deploy/a.yml", deployment("api") + secret)
    configure(project, cluster)
    assert project.gofigure("run").returncode == 0
    (record,) = json.loads(project.gofigure("rollback", "deploy", "--list", "--json").stdout)["deploys"]
    assert (record["context"], record["namespace"]) == ("kind-tests", cluster.namespace)
    assert [(one["kind"], one["name"]) for one in record["objects"]] == [("Deployment", "api"), ("Secret", "s")]
    assert all(one["uid"] for one in record["objects"])
    assert record["uses"] == ["shop/api:1"]
    assert f"2 object(s) to {cluster.namespace} of kind-tests" in project.gofigure("why", "deploy").stdout.decode()
    assert b"hidden-word" not in (project.root / ".gofigure").read_bytes()


def test_owned_takes_away_what_it_applied_and_nothing_else(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", config_map("a"))
    project.write("deploy/b.yml", config_map("b") + "---\n" + config_map("c"))
    configure(project, cluster, 'reset = "owned"')
    cluster.put("other")
    assert project.gofigure("run").returncode == 0
    cluster.take_over("configmap/c")
    (project.root / "deploy/b.yml").unlink()
    assert project.gofigure("run").returncode == 0
    assert set(cluster.objects()) == {"configmap/a", "configmap/c", "deployment/other"}
    assert (
        "configmap/c is no part of this any more: somebody has taken it over"
        in project.gofigure("logs", "deploy").stdout.decode()
    )


def test_none_takes_nothing_away_until_owned_is_asked_for(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", config_map("a"))
    project.write("deploy/b.yml", config_map("b"))
    configure(project, cluster)
    assert project.gofigure("run").returncode == 0
    (project.root / "deploy/b.yml").unlink()
    assert project.gofigure("run").returncode == 0
    assert set(cluster.objects()) == {"configmap/a", "configmap/b"}
    configure(project, cluster, 'reset = "owned"')
    assert project.gofigure("run").returncode == 0
    assert set(cluster.objects()) == {"configmap/a"}


def test_all_deletes_what_was_shown_and_only_after_a_yes(cluster: Cluster, project: Repo) -> None:
    project.write("deploy/a.yml", deployment("api"))
    configure(project, cluster, 'reset = "all"\nallow_delete_all = true')
    cluster.put("other")
    assert project.gofigure("run").returncode == 1
    log = project.gofigure("logs", "deploy").stdout.decode()
    assert "  deployment/other" in log
    assert "gofigure run --yes deploy" in log
    assert set(cluster.objects()) == {"deployment/other"}
    assert project.gofigure("run", "--yes").returncode == 0
    assert set(cluster.objects()) == {"deployment/api"}


def test_kustomize_renders(cluster: Cluster, project: Repo) -> None:
    map_ = config_map("a")
    project.write("deploy/kustomization.yaml", f"resources: [a.yml]\n# rendered:\n{'' if cluster.real else map_}")
    project.write("deploy/a.yml", map_)
    configure(project, cluster, 'manifests = "kustomize"')
    if not cluster.real:  # the stub's answer is written below the mark
        project.write("deploy/kustomization.yaml", f"# rendered:\n{map_}")
    done = project.gofigure("run")
    assert done.returncode == 0, done.stdout
    assert set(cluster.objects()) == {"configmap/a"}
