"""A deploy that is cut off, and one that asks a person: on a terminal, by signals, after a kill."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.kubernetes.cluster import Cluster
from support.kubernetes.manifests import config_map, configure
from support.repo import Repo
from support.rig import Gate, Rig
from support.screen import Terminal

from gofigure.recipes.kubernetes.kubectl import Kubectl, Refused


@pytest.fixture
def written(here: Repo) -> Repo:
    here.write("deploy/a.yml", config_map("a"))
    return here


@pytest.fixture
def gate(pretended: Cluster, tmp_path: Path) -> Iterator[Gate]:
    """kubectl stops at it when it is to apply for good."""
    made = Gate(tmp_path / "gate")
    program = pretended.tools / "kubectl"
    real = program.rename(pretended.tools / "kubectl.real")
    program.write_text(f'#!/bin/sh\ncase "$*" in *dry-run*) ;; *" apply "*) {made.sh} ;; esac\nexec {real} "$@"\n')
    program.chmod(0o755)
    yield made
    made.close()


def _terminal(project: Repo, *args: str) -> Terminal:
    return Terminal([*project.command, *args], project.root, project.env, size=(160, 40))


@pytest.mark.parametrize(("typed", "code"), [(b"kind-tests\n", 0), (b"y\n", 1)])
def test_a_protected_context_is_typed(written: Repo, pretended: Cluster, typed: bytes, code: int) -> None:
    configure(written, pretended, "protected = true")
    terminal = _terminal(written, "run")
    terminal.until('"kind-tests" is protected. Type its name')
    assert pretended.objects() == {}
    terminal.type(typed)
    assert terminal.finish() == code, terminal.text
    assert bool(pretended.objects()) is (code == 0)
    terminal.close()


@pytest.mark.parametrize(("typed", "left"), [(b"dev\n", {"configmap/a"}), (b"yes\n", {"deployment/other"})])
def test_who_deletes_everything_types_the_namespace(
    written: Repo, pretended: Cluster, typed: bytes, left: set[str]
) -> None:
    configure(written, pretended, 'reset = "all"\nallow_delete_all = true')
    pretended.put("other")
    terminal = _terminal(written, "run")
    terminal.until("Type the namespace to delete them")
    assert "deployment/other" in terminal.text
    terminal.type(typed)
    terminal.finish()
    assert set(pretended.objects()) == left
    terminal.close()


def test_ctrl_c_leaves_no_credentials_and_is_recorded(written: Repo, pretended: Cluster, gate: Gate) -> None:
    configure(written, pretended)
    terminal = _terminal(written, "run")
    gate.arrive()
    pins = written.root / ".git/gofigure/kubernetes/pinned"
    manifests, pin = sorted(pins.iterdir(), key=lambda one: one.name, reverse=True)
    assert {one.stat().st_mode & 0o777 for one in (manifests, pin)} == {0o600}
    assert [one["name"] for one in json.loads(pin.read_text())["contexts"]] == ["kind-tests"]
    terminal.kill(signal.SIGINT)
    assert terminal.finish() == 130
    assert list(pins.iterdir()) == []
    assert written.json("history")["runs"][0]["stages"][0]["verdict"] == "interrupted"
    terminal.close()


def test_after_a_kill_no_hook_repeats_it(written: Repo, pretended: Cluster, gate: Gate, rig: Rig) -> None:
    configure(written, pretended, 'reset = "owned"', job='on = ["pre-commit"]')
    assert written.gofigure("install-hooks").returncode == 0
    running = rig.start(written, "run")
    gate.arrive()
    os.kill(running.pid, signal.SIGKILL)
    done = written.commit()  # it also ends what the killed one has left
    assert done.returncode != 0
    assert "run 1 was cut off" in written.gofigure("logs", "deploy").stdout.decode()
    assert [run["verdict"] for run in written.json("history")["runs"]] == ["failed", "interrupted"]
    assert pretended.objects() == {}
    gate.open()  # for the next one, by hand: that does it again
    assert written.gofigure("run").returncode == 0
    assert set(pretended.objects()) == {"configmap/a"}


def _holding(word: bytes, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]


def test_no_secret_stays_after_a_deploy_or_the_one_after_a_kill(
    written: Repo, pretended: Cluster, gate: Gate, rig: Rig
) -> None:
    configure(written, pretended)
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hidden-word}\n"
    written.write("deploy/s.yml", secret)
    running = rig.start(written, "run")
    gate.arrive()
    state = written.root / ".git/gofigure"
    (sent,) = _holding(b"hidden-word", state)
    os.kill(int(sent.name.rpartition("-")[2]), signal.SIGKILL)
    assert running.finish() != 0
    (pretended.tools / "kubectl.real").rename(pretended.tools / "kubectl")
    assert written.gofigure("run").returncode == 0
    assert "secret/s" in pretended.objects()
    assert _holding(b"hidden-word", state) == []


def test_what_a_killed_process_has_left_is_cleared_away(written: Repo, pretended: Cluster) -> None:
    configure(written, pretended)
    left = written.write(".git/gofigure/kubernetes/pinned/config-1", "credentials")
    assert written.gofigure("run").returncode == 0
    assert not left.exists()


def test_a_kubectl_that_hangs_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "kubectl"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    kubectl = Kubectl(str(program), "/dev/null", "kind-x", "dev")
    with pytest.raises(
        Refused, match=r"kubectl --context=kind-x --namespace=dev get pods: .* took longer than 0.2 s"
    ) as why:
        kubectl.run("get", "pods", patience=0.2)
    assert why.value.hint == "kubectl --context=kind-x cluster-info"
