"""What keeps a deploy from beginning, or cuts it off: each says what to do next, and the next run recovers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.kubernetes.cluster import Cluster, kubeconfig_of
from support.kubernetes.manifests import config_map, configure
from support.repo import Repo
from support.rig import said


def _log(project: Repo) -> str:
    return project.gofigure("logs", "deploy").stdout.decode()


def _own(project: Repo, text: str) -> Path:
    place = Path(project.env["HOME"]) / ".config/gofigure/config.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


def _kubeconfig(project: Repo, context: str, server: str) -> None:
    (Path(project.env["HOME"]) / ".kube/config").write_text(json.dumps(kubeconfig_of(context, server)))


@pytest.fixture
def written(here: Repo) -> Repo:
    here.write("deploy/a.yml", config_map("a"))
    return here


def test_every_call_says_where(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended, 'reset = "owned"')
    assert written.gofigure("run").returncode == 0
    calls = [call for call in pretended.calls if call[0] != "config"]
    assert len(calls) >= 4
    for call in calls:
        assert "--context=kind-tests" in call
        assert "--namespace=dev" in call
        assert any(word.startswith("--kubeconfig=") for word in call)


def test_without_kubectl(written: Repo, pretended: Cluster, tmp_path: Path) -> None:
    configure(written, pretended)
    few = tmp_path / "few"
    few.mkdir()
    for name in ("git", "sh", "python3"):
        (few / name).symlink_to(str(shutil.which(name)))
    assert written.gofigure("run", env={"PATH": str(few)}).returncode == 1
    assert "kubectl is not on the PATH" in _log(written)
    assert written.gofigure("run").returncode == 0


def test_a_context_that_is_gone(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended, context="kind-gone")
    assert written.gofigure("run").returncode == 1
    assert 'kubectl knows no context "kind-gone"' in _log(written)
    assert "there are: elsewhere, kind-tests" in _log(written)
    assert pretended.objects() == {}


def test_a_syntax_error_says_file_and_line(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended)
    written.write("deploy/b.yml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\ndata:\n")
    assert written.gofigure("run").returncode == 1
    assert "deploy/b.yml:4: column" in _log(written)
    assert pretended.objects() == {}


def test_no_file_that_matches(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended, "source = 'prod.*yml$'")
    done = written.gofigure("run")
    assert done.returncode == 1
    assert b"no file in deploy matches prod.*yml$" in done.stdout
    assert pretended.calls == []


def test_one_location_of_two_without_a_match_deploys_nothing(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended)
    text = (written.root / ".gofigure.toml").read_text().replace('["deploy"]\ncontext', '["deploy", "more"]\ncontext')
    written.config(text)
    written.write("more/README", "nothing to deploy\n")
    assert written.gofigure("allow").returncode == 0
    done = written.gofigure("run")
    assert done.returncode == 1
    assert b"no file in more matches" in done.stdout
    assert pretended.calls == []


def test_what_git_ignores_is_not_deployed(written: Repo, pretended: Cluster) -> None:
    written.write("deploy/mine.yml", config_map("mine"))
    written.write("deploy/old/b.yml", config_map("b"))
    written.write(".gitignore", "mine.yml\n")
    configure(written, pretended, 'ignore = ["deploy/old"]')
    assert written.gofigure("run").returncode == 0
    assert set(pretended.objects()) == {"configmap/a"}


def test_an_object_of_another_namespace(written: Repo, pretended: Cluster) -> None:
    written.write("deploy/b.yml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: prod}\n")
    configure(written, pretended)
    assert written.gofigure("run").returncode == 1
    assert 'deploy/b.yml:1: found the namespace "prod", expected "dev"' in _log(written)


@pytest.mark.parametrize(
    ("context", "server"),
    [("staging", "https://10.0.0.1:6443"), ("minikube", "https://203.0.113.7:8443"), ("kind-x", "https://k8s.example")],
)
def test_a_cluster_that_is_not_local_is_for_the_user_to_allow(
    written: Repo, pretended: Cluster, context: str, server: str
) -> None:
    _kubeconfig(written, context, server)
    configure(written, pretended, context=context)
    assert written.gofigure("run").returncode == 1
    assert f'the context "{context}" is no local cluster' in _log(written)
    assert f'allow_contexts = ["{context}"]' in _log(written)
    assert pretended.objects() == {}
    place = _own(written, f'allow_contexts = ["{context[:3]}*"]\n')
    assert written.gofigure("run").returncode == 0
    place.chmod(0o666)
    done = written.gofigure("run")
    assert done.returncode == 2
    assert f"chmod go-w {place}" in said(done)


def test_a_repository_cannot_be_its_own_user(written: Repo, pretended: Cluster) -> None:
    written.config(
        '[jobs.a]\nstages = ["d"]\n[stages.d]\ntarget = "kubernetes"\ncontext = "x"\nnamespace = "dev"\n'
        'env = { XDG_CONFIG_HOME = "." }\n'
    )
    done = written.gofigure("validate")
    assert done.returncode == 2
    assert b"stages.d.env.XDG_CONFIG_HOME" in done.stderr + done.stdout


def test_a_switch_of_the_context_meanwhile_changes_nothing(written: Repo, pretended: Cluster) -> None:
    """The stub switches nothing; the kubeconfig that calls are made with holds one context alone."""
    configure(written, pretended)
    config = Path(written.env["HOME"]) / ".kube/config"
    pretended.script(apply="never reached")
    wrapper = pretended.tools / "kubectl"
    real = wrapper.rename(pretended.tools / "kubectl.real")
    wrapper.write_text(f'#!/bin/sh\n{real} "$@"; code=$?; echo "{{}}" > "{config}"; exit $code\n')
    wrapper.chmod(0o755)
    (pretended.tools / "script.json").unlink()
    done = written.gofigure("run")
    assert done.returncode == 0, _log(written)
    assert config.read_text() == "{}\n"
    assert set(pretended.objects()) == {"configmap/a"}


@pytest.mark.parametrize("more", ["protected = true", ""])
def test_a_protected_context_wants_a_terminal_and_a_hand(written: Repo, pretended: Cluster, more: str) -> None:
    context = "kind-tests" if more else "kind-prod"
    _kubeconfig(written, context, "https://127.0.0.1:6443")
    configure(written, pretended, more, context=context, job='on = ["pre-commit"]')
    assert written.gofigure("install-hooks").returncode == 0
    assert written.gofigure("run").returncode == 1
    assert f'"{context}" is protected: it is deployed to by hand only, and its name must be typed; it' in _log(written)
    assert written.commit().returncode != 0
    assert pretended.objects() == {}


def test_a_protected_context_of_the_users_own_list(written: Repo, pretended: Cluster) -> None:
    _own(written, 'protected_contexts = ["kind-*"]\n')
    configure(written, pretended)
    assert written.gofigure("run").returncode == 1
    assert '"kind-tests" is protected: its name must be typed' in _log(written)
    assert pretended.objects() == {}


def test_no_hook_deletes_everything(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended, 'reset = "all"\nallow_delete_all = true', job='on = ["pre-commit"]')
    pretended.put("other")
    assert written.gofigure("install-hooks").returncode == 0
    done = written.commit()
    assert done.returncode != 0
    assert 'reset = "all" deletes by hand only, not by pre-commit' in _log(written)
    assert set(pretended.objects()) == {"deployment/other"}


def test_an_exported_yes_is_a_yes_to_nothing(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended, 'reset = "all"\nallow_delete_all = true')
    pretended.put("other")
    assert written.gofigure("run", env={"GOFIGURE_YES": "1"}).returncode == 1
    assert set(pretended.objects()) == {"deployment/other"}


@pytest.mark.parametrize("verb", ["apply", "get", "diff"])
def test_a_server_that_goes_away_in_the_middle(written: Repo, pretended: Cluster, verb: str) -> None:
    configure(written, pretended)
    gone = "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?"
    pretended.script(**{verb: gone, "after": {"apply": 1}})
    done = written.gofigure("run")
    if verb == "diff":  # that it cannot be told keeps nobody from deploying
        assert done.returncode == 0
        assert "the difference cannot be told" in _log(written)
        return
    assert done.returncode == 1
    assert "gofigure: deploy: the API server of kind-tests does not answer: kubectl --context=" in _log(written)
    assert "kubectl --context=kind-tests cluster-info" in _log(written)
    pretended.script()
    assert written.gofigure("run").returncode == 0


def test_what_was_cut_off_is_repeated_by_no_hook(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended, job='on = ["pre-commit"]')
    assert written.gofigure("install-hooks").returncode == 0
    pretended.script(apply="killed", after={"apply": 1})
    assert written.gofigure("run").returncode == 1
    pretended.script()
    done = written.commit()
    assert done.returncode != 0
    assert "run 1 was cut off while it deployed this very set; it is not repeated by itself" in _log(written)
    assert pretended.objects() == {}
    written.write("deploy/a.yml", config_map("a", "other"))  # that is another deploy
    assert written.commit().returncode == 0
    assert set(pretended.objects()) == {"configmap/a"}


def test_a_chart_is_rendered_by_helm(here: Repo, pretended: Cluster) -> None:
    here.write("chart/Chart.yaml", "name: shop\n")
    configure(here, pretended, 'manifests = "helm"')
    here.config((here.root / ".gofigure.toml").read_text().replace('["deploy"]\ncontext', '["chart"]\ncontext'))
    assert here.gofigure("allow").returncode == 0
    assert here.gofigure("run").returncode == 1
    assert "helm is not on the PATH" in _log(here)
    helm = pretended.tools / "helm"
    helm.write_text(f"#!/bin/sh\necho \"$@\" >> '{pretended.tools}/helm.calls'\ncat <<'E'\n{config_map('a')}E\n")
    helm.chmod(0o755)
    assert here.gofigure("run").returncode == 0
    assert set(pretended.objects()) == {"configmap/a"}
    assert (pretended.tools / "helm.calls").read_text() == "template deploy chart --namespace dev\n"


def test_a_commit_deploys_what_is_committed_and_not_what_stands_there(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended, job='on = ["pre-commit"]')
    assert written.gofigure("install-hooks").returncode == 0
    written.git("add", "-A")
    written.write("deploy/a.yml", config_map("a", "not-yet"))
    written.write("deploy/b.yml", config_map("b"))
    done = written.try_git("commit", "-qm", "a commit")
    assert done.returncode == 0, done.stderr
    (found,) = pretended.objects().values()
    assert found["data"] == {"ports": "22:22"}


def test_a_stage_in_the_older_format_says_where_it_goes(written: Repo, pretended: Cluster) -> None:
    stage = {"stage": "deploy", "target": "kubernetes", "locations": ["deploy"], "stageExecution": "default"}
    written.write("gofigure-ship.json", '{"jobStages": ["stage-deploy.json"]}')
    written.write("stage-deploy.json", json.dumps(stage))
    told = (written.gofigure("validate").stderr + written.gofigure("validate").stdout).decode()
    assert "stage-deploy.json:1: context: found none, expected where it deploys to" in told
    written.write("stage-deploy.json", json.dumps({**stage, "context": "kind-tests", "namespace": "dev"}))
    assert written.gofigure("allow").returncode == 0
    assert written.gofigure("run").returncode == 0
    assert set(pretended.objects()) == {"configmap/a"}
    assert 'context = "kind-tests"' in written.gofigure("import").stdout.decode()
